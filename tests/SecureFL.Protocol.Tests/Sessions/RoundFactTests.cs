using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Sessions;

namespace SecureFL.Protocol.Tests.Sessions;

/// <summary>A round is the reduction of its facts, whether they come one by one or all at a restart.</summary>
public sealed class RoundFactTests
{
    private static readonly FactKind[] Everything =
    [
        FactKind.Entry, FactKind.Invitation, FactKind.UploadRoot, FactKind.Withdrawn, FactKind.Header,
        FactKind.CloseAsked, FactKind.Proposal, FactKind.Vote, FactKind.Certificate, FactKind.Release, FactKind.Abort,
    ];

    [Fact]
    public void Facts_taken_live_and_at_a_restart_give_the_same_round_and_the_same_tasks()
    {
        HashSet<FactKind> seen = [];
        HashSet<RoundStage> stages = [];
        for (int seed = 0; seed < 25; seed++)
        {
            using RandomHistory history = new(seed, Suite.OneTimeKey);
            for (int step = 0; step < 120; step++)
            {
                history.Step();
                if (step % 7 == 0)
                {
                    RequireSame(history);
                }
            }

            RequireSame(history);
            seen.UnionWith(history.Kinds);
            stages.Add(history.Round.Stage);
        }

        Assert.Empty(Everything.Except(seen));
        Assert.Contains(RoundStage.Releasing, stages);
    }

    [Fact]
    public void So_they_do_under_a_joint_key_up_to_the_partial_decryptions()
    {
        bool agreed = false;
        for (int seed = 0; seed < 6; seed++)
        {
            using RandomHistory history = new(seed, Suite.JointKey, stepsToAbort: 1000);
            for (int step = 0; step < 1500 && history.Round.Stage != RoundStage.Releasing; step++)
            {
                history.Step();
                if (step % 100 == 0)
                {
                    RequireSame(history);
                }
            }

            RequireSame(history);
            agreed |= history.Round.Certificate is not null;
        }

        Assert.True(agreed);
    }

    [Fact]
    public void What_the_disk_does_not_take_has_not_happened()
    {
        using RandomHistory history = new(1, Suite.OneTimeKey);
        int failed = 0;
        for (int step = 0; step < 200; step++)
        {
            string before = RandomHistory.Describe(history.Round);
            (HolderTaskKey, string)[] due = [.. RandomHistory.Due(history.Session)];
            history.DiskFails = step % 3 == 0;
            try
            {
                history.Step();
            }
            catch (IOException)
            {
                failed++;
                Assert.Equal(before, RandomHistory.Describe(history.Round));
                Assert.Equal(due, RandomHistory.Due(history.Session));
            }
        }

        Assert.True(failed > 3, $"{failed} writes failed");
    }

    [Fact]
    public void A_fact_before_its_cause_is_refused()
    {
        using RandomHistory history = WithVotes();
        using RandomHistory other = new(3, Suite.OneTimeKey);
        RoundFact vote = new(FactKind.Vote, 0, history.Round.Holders.Votes.Values.First().Encode());
        Assert.Throws<Messages.Violations.ProtocolViolationException>(() => other.Round.Apply(vote));
        RoundFact another = vote with { Party = (history.Round.Holders.Votes.Keys.First() + 1) % 3 };
        Assert.Throws<Messages.Violations.ProtocolViolationException>(() => history.Round.Apply(another));
    }

    private static RandomHistory WithVotes()
    {
        for (int seed = 0; ; seed++)
        {
            RandomHistory history = new(seed, Suite.OneTimeKey);
            for (int step = 0; step < 200 && history.Round.Holders.Votes.Count == 0; step++)
            {
                history.Step();
            }

            if (history.Round is { Stage: RoundStage.Agreeing, Holders.Votes.Count: 1 })
            {
                return history;
            }

            history.Dispose();
        }
    }

    private static void RequireSame(RandomHistory history)
    {
        (ServerSession session, ServerRound round) = history.Restart();
        using (session)
        using (round)
        {
            Assert.Equal(RandomHistory.Describe(history.Round), RandomHistory.Describe(round));
            Assert.Equal(RandomHistory.Due(history.Session), RandomHistory.Due(session));
        }
    }
}
