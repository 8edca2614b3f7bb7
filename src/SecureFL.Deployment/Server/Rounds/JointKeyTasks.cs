using Google.Protobuf;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>
/// What an active key holder of the joint-key suite has to do after a round is closed: check the sum, then vote;
/// release, then decrypt.
/// </summary>
internal static class JointKeyTasks
{
    /// <summary>The tasks that are due on a stream.</summary>
    public static IEnumerable<DueTask> Of(AggregationPlan plan, ServerRound round, HolderSession session, TimeSpan now)
    {
        if (round.Closed is not { } closed || round.Deaths.ContainsKey(session.Holder)
            || (round.Abort is not null && round.Certificate is null) || round.Opening)
        {
            return [];
        }

        bool active = closed.Proposal.JointKey!.ActiveSet.Contains(session.Holder);
        bool voted = round.Votes.ContainsKey(session.Holder);
        if (active && !voted && session.SumChecked != closed.Proposal.Hash)
        {
            return Feed(HolderTaskKind.Listed, session, round, now,
                number => CiphertextFeed.Listed(plan, round, number));
        }

        if (!voted)
        {
            return [new DueTask(
                new HolderTaskKey(HolderTaskKind.Proposal, round.Number),
                () => new HolderTask { ProposalMessage = UnsafeByteOperations.UnsafeWrap(closed.Proposal.Encode()) })];
        }

        if (!active || round.Certificate is not { } certificate)
        {
            return [];
        }

        if (session.SumsWanted)
        {
            return Feed(HolderTaskKind.Summed, session, round, now,
                number => CiphertextFeed.Summed(plan, round, number));
        }

        if (!round.Releases.ContainsKey(session.Holder))
        {
            return [new DueTask(
                new HolderTaskKey(HolderTaskKind.Certificate, round.Number),
                () => new HolderTask { CertificateMessage = UnsafeByteOperations.UnsafeWrap(certificate.Encode()) })];
        }

        return round.Server!.JointKey.NextPartial(session.Holder) is null
            ? []
            : Feed(HolderTaskKind.Partial, session, round, now,
                number => CiphertextFeed.Partial(plan, round, session.Holder, number));
    }

    /// <summary>Whether the whole partial decryption of an active holder is there.</summary>
    public static bool HasDecrypted(ServerRound round, int holder) =>
        round.Releases.ContainsKey(holder) && round.Server!.JointKey.NextPartial(holder) is null;

    private static IEnumerable<DueTask> Feed(HolderTaskKind kind, HolderSession session, ServerRound round,
        TimeSpan now, Func<int, CiphertextFeed> create)
    {
        if (session.Feed is not { } feed || !feed.Is(kind, round.Number))
        {
            if (now < session.FeedNotBefore)
            {
                return [];
            }

            session.Feed = feed = create(++session.Feeds);
        }

        return feed.Tasks();
    }
}
