using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Stores;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Simulation;

/// <summary>What the plans of an encrypted run have in common.</summary>
public sealed record EncryptedSumOptions
{
    /// <summary>How contributions are encrypted and opened.</summary>
    public Suite Suite { get; init; } = Suite.OneTimeKey;

    /// <summary>Joint-key suite: sums that one joint key opens before the key holders generate the next one.</summary>
    public int RoundsPerKey { get; init; } = 1000;

    /// <summary>Joint-key suite: how ciphertexts travel.</summary>
    public WireMode Wire { get; init; } = WireMode.Packed;

    /// <summary>Enrolled sites: n_max of every plan.</summary>
    public required int Sites { get; init; }

    /// <summary>Elements of updates are clipped to [-Clip, Clip].</summary>
    public required float Clip { get; init; }

    /// <summary>b, bits of a quantised element, 4 to 24.</summary>
    public int Bits { get; init; } = 16;

    /// <summary>n_min: fewest contributions in a sum that is opened.</summary>
    public int MinClients { get; init; } = 3;

    /// <summary>
    /// Insecure: sums of two sites, each of which has the other's update once it subtracts its own. For trials only;
    /// the plan says so.
    /// </summary>
    public bool InsecureTwoSites { get; init; }

    /// <summary>H.</summary>
    public int KeyHolders { get; init; } = 3;

    /// <summary>t.</summary>
    public int Threshold { get; init; } = 2;

    /// <summary>
    /// f, at least 1: key holders assumed to collude with the server; null for the most that the threshold stands,
    /// t - 1.
    /// </summary>
    public int? ColludingKeyHolders { get; init; }

    /// <summary>K: how many model versions back a contribution may have started. 1 for synchronous rounds.</summary>
    public int BaseVersionWindow { get; init; } = 1;

    /// <summary>How updates are rounded to integers; what is drawn depends on seed, round and site alone.</summary>
    public Rounding Rounding { get; init; } = Rounding.Stochastic;

    /// <summary>
    /// Receives the transcript of each session, by the session's name: bytes to append. Null to keep none.
    /// </summary>
    public Func<string, Action<ReadOnlyMemory<byte>>>? Transcripts { get; init; }

    /// <summary>
    /// Makes the store of the uploads of one round of one session; null to keep none. A store that can be disposed of
    /// is, after its round.
    /// </summary>
    public Func<string, ulong, IContributionStore>? Uploads { get; init; }

    /// <summary>Measures the seconds of the stages; null not to.</summary>
    public TimeProvider? Clock { get; init; }
}
