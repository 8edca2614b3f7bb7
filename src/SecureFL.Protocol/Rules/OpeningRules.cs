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
