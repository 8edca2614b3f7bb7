using SecureFL.Messages.Counters;
using SecureFL.Messages.Primitives;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Protocol.Plans;

/// <summary>Who sees the opened sum.</summary>
public enum Opener
{
    /// <summary>The server.</summary>
    Server = 1,

    /// <summary>Only the clients; the server stays blind.</summary>
    Clients = 2,
}

/// <summary>
/// The fields of a plan before they are checked. <see cref="AggregationPlan.Sign"/> turns them into a plan or names the
/// broken rule.
/// </summary>
public sealed record PlanSettings
{
    /// <summary>The suite.</summary>
    public Suite Suite { get; init; } = Suite.OneTimeKey;

    /// <summary>Vector layout, clip, bits and ring, from the planner. Its MaxClients is n_max.</summary>
    public required AggregationParameters Parameters { get; init; }

    /// <summary>
    /// The counters and the weight that ride behind the vector; their limbs are the parameters' integer elements.
    /// </summary>
    public CounterLayout Counters { get; init; } = CounterLayout.Empty;

    /// <summary>n_min: fewest contributions in an opened group.</summary>
    public required int MinClients { get; init; }

    /// <summary>t.</summary>
    public required int Threshold { get; init; }

    /// <summary>
    /// f, from 1 to t - 1: key holders assumed to collude with the server, or to come back from an old image.
    /// </summary>
    public required int ColludingKeyHolders { get; init; }

    /// <summary>f_c: clients assumed to collude with whoever sees the opened sum.</summary>
    public int ColludingClients { get; init; } = 1;

    /// <summary>Whether sites are also key holders, under whatever key: then f_c must be at least f.</summary>
    public bool SitesHoldKeys { get; init; }

    /// <summary>Who opens.</summary>
    public Opener Opener { get; init; } = Opener.Server;

    /// <summary>Rounds numbered 0 to Rounds - 1.</summary>
    public int Rounds { get; init; } = 10_000;

    /// <summary>How far ahead of a key holder's clock a certificate's deadline may lie, in seconds.</summary>
    public int AgreementWindowSeconds { get; init; } = 24 * 3600;

    /// <summary>
    /// Seconds from a key holder's entry for a round to the erasure of its key for it, decided or not; at least
    /// <see cref="AgreementWindowSeconds"/>. 30 days by default.
    /// </summary>
    public int RoundLifeSeconds { get; init; } = 30 * 24 * 3600;

    /// <summary>
    /// K: base versions that a contribution may build on, counted back from the head. 1: synchronous rounds.
    /// </summary>
    public int BaseVersionWindow { get; init; } = 1;

    /// <summary>Contributions in a group that is opened by itself, at least n_min; 0: one group.</summary>
    public int GroupSize { get; init; }

    /// <summary>
    /// Permits a second contribution on one base version without the deaths of the first round. Opens the door to
    /// differencing.
    /// </summary>
    public bool AllowEarlyResubmission { get; init; }

    /// <summary>
    /// Waives t at least 2, f and f_c at least 1, and n_min at least f_c + 2. For tests and demonstrations without
    /// secrets.
    /// </summary>
    public bool Insecure { get; init; }

    /// <summary>
    /// The session, 16 bytes: one plan, one session, so a second run over the same sites has a digest of its own.
    /// </summary>
    public required SessionId Session { get; init; }

    /// <summary>
    /// SHA-256 of the terms of training that the consortium agreed on with the plan; zero for plain sums.
    /// </summary>
    public Digest Terms { get; init; }

    /// <summary>Who takes part.</summary>
    public required Enrolment Enrolment { get; init; }
}
