using System.Text.Json.Serialization;
using SecureFL.Learning.Settings;
using SecureFL.Messages.Primitives;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Consortium.Plans.Descriptions;

/// <summary>What sums the updates.</summary>
public enum SumSuite
{
    /// <summary>Encrypted, each contribution under a key of its own.</summary>
    [JsonStringEnumMemberName(SuiteNames.OneTimeKey)]
    OneTimeKey,

    /// <summary>Encrypted, under one joint key of the key holders.</summary>
    [JsonStringEnumMemberName(SuiteNames.JointKey)]
    JointKey,

    /// <summary>The same integers in the clear; floats where 32 bits are asked for. For simulations alone.</summary>
    Plaintext,
}

/// <summary>How updates are summed: what becomes fields of the plan, beside the terms of training.</summary>
public sealed record SumSettings
{
    /// <summary>Bits that stand for float32 in the plaintext suite.</summary>
    public const int FloatBits = 32;

    /// <summary>The suite.</summary>
    public SumSuite Suite { get; init; }

    /// <summary>How ciphertexts travel in the joint-key suite.</summary>
    public WireMode Wire { get; init; }

    /// <summary>Bits of a quantised element, 4 to 24, or 32 for floats in the plaintext suite.</summary>
    public int Bits { get; init; } = 16;

    /// <summary>Key holders that open a sum together.</summary>
    [Within(1)]
    public int Threshold { get; init; } = 2;

    /// <summary>Fewest clients in a sum that is opened.</summary>
    [Within(1)]
    public int MinClients { get; init; } = 3;

    /// <summary>The protocol's suite, in the clear the one whose integers are summed.</summary>
    [JsonIgnore]
    public Suite Protocol => Suite switch
    {
        SumSuite.OneTimeKey or SumSuite.Plaintext => Messages.Primitives.Suite.OneTimeKey,
        SumSuite.JointKey => Messages.Primitives.Suite.JointKey,
        _ => throw new ArgumentException($"{Suite} is no suite"),
    };

    /// <summary>Whether contributions are encrypted.</summary>
    [JsonIgnore]
    public bool IsEncrypted => Suite != SumSuite.Plaintext;

    /// <summary>Whether floats are summed as they are.</summary>
    [JsonIgnore]
    public bool IsFloat => Bits == FloatBits;

    /// <summary>Refuses settings out of range.</summary>
    /// <exception cref="DescriptionException">Names the setting.</exception>
    public void Check()
    {
        if (!(Bits is >= 4 and <= 24 || (IsFloat && !IsEncrypted)))
        {
            throw new DescriptionException(
                $"sum.bits {Bits}: 4 to 24 are accepted, and 32 for floats where sum.suite is plaintext",
                "16 costs next to no accuracy, 8 little");
        }

        if (Wire == WireMode.Seal && Suite != SumSuite.JointKey)
        {
            throw new DescriptionException($"sum.wire seal is for sum.suite {SuiteNames.JointKey}",
                "one-time keys have ciphertexts of one polynomial, which SEAL has not");
        }

        if (Threshold < 1 || MinClients < 1)
        {
            throw new DescriptionException($"sum.threshold {Threshold} and sum.minClients {MinClients}: at least 1",
                "for example 2 and 3");
        }
    }
}
