using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Sessions;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.Sessions;

namespace SecureFL.Protocol.Tests.Sessions;

/// <summary>The tasks of a holder that come chunk by chunk.</summary>
public sealed class CiphertextFeedTests : IDisposable
{
    private readonly JointKeyScenario _scenario = new(vectorLength: 700_000);
    private readonly AggregationServer _server;
    private readonly CertificateProposal _proposal;

    public CiphertextFeedTests()
    {
        _server = _scenario.Gather(_scenario.OpenRound());
        _proposal = _server.Close().Proposal;
    }

    [Fact]
    public void Tasks_that_nobody_creates_are_a_window_of_different_ones_and_come_again()
    {
        CiphertextFeed feed = Feed();
        DueTask[] due = [.. feed.Tasks().Take(100)];
        Assert.InRange(due.Length, 2, 8);
        Assert.Equal(due.Length, due.Select(task => task.Key).Distinct().Count());
        Assert.Equal(due.Select(task => task.Key), feed.Tasks().Take(100).Select(task => task.Key));
    }

    [Fact]
    public void Each_task_is_created_once_and_in_order()
    {
        CiphertextFeed feed = Feed();
        DueTask[] due = [.. feed.Tasks().Take(100)];
        Assert.Throws<InvalidOperationException>(due[1].Create);
        due[0].Create();
        Assert.Throws<InvalidOperationException>(due[0].Create);
        due[1].Create();
        Assert.DoesNotContain(due[1].Key, feed.Tasks().Take(100).Select(task => task.Key));
    }

    [Fact]
    public void A_feed_gives_all_its_tasks_and_then_none()
    {
        CiphertextFeed feed = Feed();
        List<int> places = [];
        while (!feed.IsComplete)
        {
            foreach (DueTask task in feed.Tasks().Take(3).ToArray())
            {
                Assert.Equal(MessageType.SummedCiphertext, task.Key.Kind);
                task.Create();
                places.Add(task.Key.Subject);
                feed.Answered();
            }
        }

        Assert.Equal(Enumerable.Range(0, (int)_scenario.Plan.Parameters.ChunkCount), places);
        Assert.Empty(feed.Tasks());
    }

    public void Dispose() => _scenario.Dispose();

    private CiphertextFeed Feed() => CiphertextFeed.Summed(_scenario.Plan, _proposal, _server.JointKey, number: 1);
}
