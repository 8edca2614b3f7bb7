using System.Text.Json.Serialization;
using SecureFL.Ckks.JointKey;

namespace SecureFL.Deployment.Plans.Descriptions;

/// <summary>What sums the updates.</summary>
public enum SumSuite
{
    /// <summary>Encrypted, each contribution under a key of its own.</summary>
    OneTimeKey,

    /// <summary>Encrypted, under one joint key of the key holders.</summary>
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
    public int Threshold { get; init; } = 2;

    /// <summary>Fewest clients in a sum that is opened.</summary>
    public int MinClients { get; init; } = 3;

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
                $"--bits {Bits}: 4 to 24 are accepted, and 32 for floats with --suite plaintext",
                "16 costs next to no accuracy, 8 little");
        }

        if (Wire == WireMode.Seal && Suite != SumSuite.JointKey)
        {
            throw new DescriptionException("--wire seal is for --suite joint-key",
                "one-time keys have ciphertexts of one polynomial, which SEAL has not");
        }

        if (Threshold < 1 || MinClients < 1)
        {
            throw new DescriptionException($"--threshold {Threshold} and --min-clients {MinClients}: at least 1",
                "for example --threshold 2 --min-clients 3");
        }
    }
}
