using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Rules;

/// <summary>What a key holder's ledger says about a round before anything else is looked at.</summary>
internal static class RoundRules
{
    public static RoundContext Context(AggregationPlan plan, ulong round) => round < (ulong)plan.Settings.Rounds
        ? plan.Context(round)
        : throw new ProtocolViolationException(ViolationCode.WrongRound, Party.Server,
            $"0 to {plan.Settings.Rounds - 1}", $"{round}");

    /// <summary>
    /// Refuses a round that this holder declared dead, knows to be dead or has released, and one that was opened
    /// without it: what the round needed is erased.
    /// </summary>
    public static void RequireAlive(LedgerState state, ulong round)
    {
        if (state.DeathOf(round) is not null || state.IsProvenDead(round))
        {
            throw new ProtocolViolationException(ViolationCode.RoundDead, Party.Server, "a round that is alive",
                $"round {round}, declared dead");
        }

        if (state.ReleaseOf(round) is not null)
        {
            throw new ProtocolViolationException(ViolationCode.RoundReleased, Party.Server, "a round that is open",
                $"round {round}, released");
        }

        if (state.Chain.HasSumOf(round))
        {
            throw new ProtocolViolationException(ViolationCode.RoundReleased, Party.Server, "a round that is open",
                $"round {round}, whose sum made a model version");
        }
    }

    /// <summary>Refuses an entry or a vote once this holder has closed the plan.</summary>
    public static void RequireNotClosed(LedgerState state, ulong round)
    {
        if (state.Closing is not null)
        {
            throw new ProtocolViolationException(ViolationCode.RoundClosed, Party.Server,
                "nothing more of a plan that this holder has closed", $"round {round}");
        }
    }

    /// <summary>
    /// Refuses an entry for a round that is not after all that this holder entered: what it says of former votes is
    /// then complete.
    /// </summary>
    public static void RequireAfterAll(LedgerState state, ulong round)
    {
        if (state.NewestRound >= round)
        {
            throw new ProtocolViolationException(ViolationCode.WrongRound, Party.Server,
                $"an entry for a round after {state.NewestRound}", $"round {round}");
        }
    }

    /// <summary>Refuses a vote in a round that this holder has gone on from: its later entry does not say so.
    /// </summary>
    public static void RequireNewest(LedgerState state, ulong round)
    {
        if (state.NewestRound != round)
        {
            throw new ProtocolViolationException(ViolationCode.WrongRound, Party.Server,
                $"a vote in round {state.NewestRound}, which was entered last", $"round {round}");
        }
    }

    /// <summary>
    /// Refuses the death of a round that was released, or whose vote may still lead to a certificate within its life.
    /// </summary>
    public static void RequireMayDie(LedgerState state, ulong round, DateTimeOffset now, bool isExpired)
    {
        if (state.ReleaseOf(round) is not null)
        {
            throw new ProtocolViolationException(ViolationCode.RoundReleased, Party.Peer,
                "a round that was not released", $"round {round}, released");
        }

        if (!isExpired && state.ProposalOf(round) is { } proposal
            && now.ToUnixTimeMilliseconds() <= proposal.DeadlineUnixMilliseconds)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongDeadline, Party.Peer,
                $"a death after the deadline {proposal.DeadlineUnixMilliseconds} of the vote",
                $"{now.ToUnixTimeMilliseconds()}");
        }
    }

    /// <summary>
    /// Refuses an opening without this holder's own entry, or on a head other than the one it signed.
    /// </summary>
    public static void RequireOpening(RoundOpening opening, LedgerState state, AggregationPlan plan, int holder)
    {
        OpeningRules.Require(opening, plan);
        int position = opening.PositionOf(holder);
        if (position < 0 || state.EntryOf(opening.Context.Round)?.Hash != opening.Entries[position].Hash)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongOpening, Party.Server,
                $"an opening with the entry that {Party.KeyHolder(holder)} signed", "another");
        }
    }
}
