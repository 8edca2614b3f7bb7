namespace SecureFL.Aggregation;

/// <summary>What client, server, holder and auditor check of a round opening.</summary>
public static class OpeningRules
{
    /// <summary>
    /// Refuses an opening with fewer than max(t, q_a) entries of distinct holders, an entry of another round or head,
    /// or a forged one.
    /// </summary>
    /// <exception cref="ProtocolViolationException">As said.</exception>
    public static void Require(RoundOpening opening, AggregationPlan plan)
    {
        ArgumentNullException.ThrowIfNull(opening);
        ArgumentNullException.ThrowIfNull(plan);
        int last = -1;
        foreach (RoundOpeningEntry entry in opening.Entries)
        {
            if (entry.Holder <= last)
            {
                throw new ProtocolViolationException(ViolationCode.DuplicateHolder, Party.Server,
                    "entries by rising holder index", $"{entry.Signer} again");
            }

            last = entry.Holder;
            RequireEntry(entry, opening.Context, opening.Head, plan);
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

    internal static void RequireEntry(RoundOpeningEntry entry, RoundContext context, Digest head, AggregationPlan plan)
    {
        context.Require(entry.Context, entry.Signer);
        if (entry.Head != head)
        {
            throw new ProtocolViolationException(ViolationCode.WrongHead, entry.Signer, $"head {head.ToShortString()}",
                entry.Head.ToShortString());
        }

        entry.RequireSignature(plan.HolderKey(entry.Holder));
        if (!plan.IsJointKey)
        {
            SealingKey.Require(entry.PublicKey.Span, entry.Signer);
        }
    }
}
