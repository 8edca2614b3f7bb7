using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Tests.EndToEnd;

/// <summary>With and without a store the sums are the same; what can be left out differs.</summary>
public sealed class ServerModeTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_ways_of_summing_give_the_same_sums(bool store)
    {
        using Scenario scenario = new(vectorLength: 3000);
        RoundInvitation round = scenario.OpenRound();
        using AggregationServer server = new(
            scenario.Plan, round, scenario.Identities.Server, scenario.Clock,
            store ? new InMemoryContributionStore() : null);
        for (int client = 0; client < 4; client++)
        {
            server.Accept(scenario.Contribute(round, client));
        }

        scenario.AssertSum(scenario.Open(server, scenario.Agree(server)), 0, 1, 2, 3);
        scenario.AssertSum(server.Open(), 0, 1, 2, 3);
    }

    [Fact]
    public void A_summed_contribution_cannot_be_taken_back_and_a_stored_one_can()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        using AggregationServer summing =
            new(scenario.Plan, round, scenario.Identities.Server, scenario.Clock, store: null);
        Contribution contribution = scenario.Contribute(round, 0);
        summing.Accept(contribution);
        Assert.Throws<InvalidOperationException>(() => summing.Forget(0));

        AggregationServer storing = scenario.Gather(round, 1, 2, 3);
        storing.Accept(contribution);
        storing.Forget(0);
        scenario.AssertSum(scenario.Open(storing, scenario.Agree(storing)), 1, 2, 3);
    }

    [Fact]
    public void A_repeated_header_is_welcome_and_an_unknown_upload_is_not()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.StartServer(round);
        Contribution contribution = scenario.Contribute(round, 0);
        server.Accept(contribution);
        server.HandleContribution(contribution.Header);
        Assert.Single(server.Accepted);
        Violation.Expect(ViolationCode.ChunkOrder,
            () => server.HandleContribution(scenario.Contribute(round, 1).Header));
    }

    [Fact]
    public void Sums_can_go_to_a_sink_chunk_by_chunk_and_a_spoiled_group_is_taken_back()
    {
        using Scenario scenario = new(vectorLength: 3000);
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        scenario.Open(server, scenario.Agree(server));
        Sink sink = new();
        AggregationResult result = server.Open(sink);
        Assert.True(sink.Runs.Count > 1);
        Assert.Equal(scenario.Plan.Parameters.VectorLength, sink.Runs.Sum(run => run.Count));
        Assert.Empty(sink.Discarded);
        Assert.Throws<InvalidOperationException>(() => result.Sum);

        using Scenario other = new(vectorLength: 3000);
        RoundInvitation spoiled = other.OpenRound();
        AggregationServer bad = other.Gather(spoiled, 1, 2, 3);
        bad.Accept(new ContributionForge { Secret = secret => secret[9] += 1 }.Create(other, spoiled, 0));
        other.Open(bad, other.Agree(bad));
        Sink badSink = new();
        Assert.Equal(0, bad.Open(badSink).Contributors);
        Assert.Equal([0], badSink.Discarded);

    }

    private sealed class Sink : ISumSink
    {
        public List<(long First, int Count)> Runs { get; } = [];

        public List<int> Discarded { get; } = [];

        public void Accept(int group, long firstElement, ReadOnlySpan<long> sums) =>
            Runs.Add((firstElement, sums.Length));

        public void Discard(int group) => Discarded.Add(group);
    }
}
