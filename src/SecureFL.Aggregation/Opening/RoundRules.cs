namespace SecureFL.Aggregation;

/// <summary>What a key holder's ledger says about a round before anything else is looked at.</summary>
internal static class RoundRules
{
    public static RoundContext Context(AggregationPlan plan, ulong round) => round < (ulong)plan.Settings.Rounds
        ? plan.Context(round)
        : throw new ProtocolViolationException(ViolationCode.WrongRound, Party.Server,
            $"0 to {plan.Settings.Rounds - 1}", $"{round}");

    /// <summary>Refuses a round that this holder declared dead or has released.</summary>
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
    }

    /// <summary>
    /// Refuses the death of a round that was released, or whose vote may still lead to a certificate.
    /// </summary>
    public static void RequireMayDie(LedgerState state, ulong round, DateTimeOffset now)
    {
        if (state.ReleaseOf(round) is not null)
        {
            throw new ProtocolViolationException(ViolationCode.RoundReleased, Party.Peer,
                "a round that was not released", $"round {round}, released");
        }

        if (state.ProposalOf(round) is { } proposal
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
