using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Rules;

/// <summary>What client, server, holder and auditor check of a round opening.</summary>
public static class OpeningRules
{
    /// <summary>
    /// Refuses an opening with fewer than max(t, q_a) entries of distinct holders, an entry of another round, head or
    /// task, or a forged one.
    /// </summary>
    /// <exception cref="ProtocolViolationException">As said.</exception>
    public static void Require(RoundOpening opening, AggregationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(opening);
        ArgumentNullException.ThrowIfNull(plan);
        TaskRules.Require(opening.Task, plan);
        int last = -1;
        foreach (RoundOpeningEntry entry in opening.Entries)
        {
            if (entry.Holder <= last)
            {
                throw new ProtocolViolationException(ViolationCode.DuplicateHolder, Party.Server,
                    "entries by rising holder index", $"{entry.Signer} again");
            }

            last = entry.Holder;
            RequireEntry(entry, opening.Context, opening.Head, opening.Task, plan);
            if (entry.KeyEpoch != opening.KeyEpoch)
            {
                throw new ProtocolViolationException(
                    ViolationCode.WrongKeyEpoch, entry.Signer, $"key epoch {opening.KeyEpoch.ToShortString()}",
                    entry.KeyEpoch.ToShortString());
            }
        }

        if (opening.Entries.Length < plan.Quorum.Votes)
        {
            throw new ProtocolViolationException(
                ViolationCode.OpeningBelowQuorum, Party.Server, $"{plan.Quorum.Votes} opening entries",
                $"{opening.Entries.Length}");
        }
    }

    /// <summary>
    /// Refuses an entry that says that its holder voted in a round which is not accounted for: a set may have been
    /// opened there. What server and auditor check; at most f holders lie, and an honest one in every opening has voted
    /// for any set that was agreed before.
    /// </summary>
    /// <param name="entry">The entry.</param>
    /// <param name="isAccountedFor">Whether a round is proven dead, or recorded with its sum.</param>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.BrokenTranscript"/>.</exception>
    internal static void RequireAccount(RoundOpeningEntry entry, Func<ulong, bool> isAccountedFor) => RequireAccount(
        entry.VotedRounds, $"it entered round {entry.Context.Round}", entry.Signer, isAccountedFor);

    /// <summary>Refuses a vote in a round which is not accounted for.</summary>
    internal static void RequireAccount(IEnumerable<ulong> voted, string before, Party holder,
        Func<ulong, bool> isAccountedFor)
    {
        foreach (ulong round in voted)
        {
            if (!isAccountedFor(round))
            {
                throw new ProtocolViolationException(ViolationCode.BrokenTranscript, holder,
                    $"round {round}, in which it voted before {before}, recorded with its sum or proven dead",
                    "neither");
            }
        }
    }

    internal static void RequireEntry(RoundOpeningEntry entry, RoundContext context, Digest head, RoundTask task,
        AggregationPlan plan)
    {
        context.Require(entry.Context, entry.Signer);
        if (entry.Head != head)
        {
            throw new ProtocolViolationException(ViolationCode.WrongHead, entry.Signer, $"head {head.ToShortString()}",
                entry.Head.ToShortString());
        }

        TaskRules.RequireSame(task.DigestOn(context, head), entry.Task, entry.Signer);
        entry.RequireSignature(plan.HolderKey(entry.Holder));
        plan.Layout.Require(entry);
    }
}
