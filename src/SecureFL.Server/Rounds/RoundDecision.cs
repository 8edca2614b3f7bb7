using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>What a round does next by itself.</summary>
internal enum RoundStep
{
    /// <summary>Nothing until something changes or time passes.</summary>
    Wait,

    /// <summary>Fix the opening with the entries that are there.</summary>
    FixOpening,

    /// <summary>Fix the set.</summary>
    Close,

    /// <summary>Make the certificate of the votes that are there.</summary>
    Certify,

    /// <summary>Open the sums.</summary>
    Open,

    /// <summary>Ask the holders for the round's death.</summary>
    Abort,

    /// <summary>The round will never open.</summary>
    DeclareDead,
}

/// <summary>All facts that the next step of a round depends on.</summary>
internal sealed record RoundSituation
{
    public required RoundPhase Phase { get; init; }

    /// <summary>Somebody asked for the round's death.</summary>
    public bool Aborting { get; init; }

    public int Deaths { get; init; }

    public int DeathsNeeded { get; init; } = int.MaxValue;

    /// <summary>All key holders of the plan.</summary>
    public int Holders { get; init; }

    /// <summary>Entries and votes that are enough.</summary>
    public int Quorum { get; init; }

    /// <summary>Releases that are enough.</summary>
    public int Threshold { get; init; }

    public int Entries { get; init; }

    /// <summary>How long there have been enough entries (opening) or releases (releasing).</summary>
    public TimeSpan Enough { get; init; }

    /// <summary>How long to wait for more than enough.</summary>
    public TimeSpan Grace { get; init; }

    public int Wanted { get; init; }

    public int Fewest { get; init; }

    public int Accepted { get; init; }

    /// <summary>Contributions that one set of enough holders has checked.</summary>
    public int Confirmed { get; init; }

    /// <summary>Every connected holder has answered for every accepted contribution.</summary>
    public bool Settled { get; init; }

    /// <summary>An operator, or the deadline, says to close with what is there; how long ago.</summary>
    public TimeSpan? CloseDue { get; init; }

    public int Votes { get; init; }

    /// <summary>The plan's life of a round is over: key holders erase its keys.</summary>
    public bool LifeIsOver { get; init; }

    /// <summary>So many key holders say that the round is dead that it cannot be agreed on any more.</summary>
    public bool HoldersAreGone { get; init; }

    /// <summary>Holders may vote no more.</summary>
    public bool AgreementExpired { get; init; }

    public int Releases { get; init; }

    /// <summary>Releases with which an opening failed before; more are needed.</summary>
    public int ReleasesInVain { get; init; }
}

/// <summary>The round's state machine: a function of facts and elapsed times alone.</summary>
internal static class RoundDecision
{
    public static RoundStep Next(RoundSituation s) => s switch
    {
        { Aborting: true, Phase: RoundPhase.Opening } => RoundStep.DeclareDead, // nobody could contribute yet
        { Aborting: true } when s.Deaths >= s.DeathsNeeded => RoundStep.DeclareDead,
        { Aborting: false, HoldersAreGone: true } => RoundStep.Abort,
        { Aborting: false, LifeIsOver: true, Phase: not RoundPhase.Opened } => RoundStep.Abort,
        { Phase: RoundPhase.Opening } when s.Entries >= s.Holders
            || (s.Entries >= s.Quorum && s.Enough >= s.Grace) => RoundStep.FixOpening,
        { Phase: RoundPhase.Collecting, Aborting: false } when MayClose(s) => RoundStep.Close,
        { Phase: RoundPhase.Agreeing, Aborting: false } when s.Votes >= s.Quorum => RoundStep.Certify,
        { Phase: RoundPhase.Agreeing, Aborting: false, AgreementExpired: true } => RoundStep.Abort,
        { Phase: RoundPhase.Releasing } when MayOpen(s) => RoundStep.Open,
        _ => RoundStep.Wait,
    };

    private static bool MayClose(RoundSituation s) =>
        s.Confirmed >= s.Fewest
        && (s.Confirmed >= s.Wanted
            || (s.Accepted >= s.Wanted && s.Settled)
            || (s.CloseDue is TimeSpan due && (s.Settled || due >= s.Grace)));

    private static bool MayOpen(RoundSituation s) =>
        s.Releases >= s.Threshold && s.Releases > s.ReleasesInVain && (s.Releases >= s.Entries || s.Enough >= s.Grace);
}
