using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Tests.EndToEnd;

/// <summary>Asynchronous rounds: contributions build on any of the last K versions of one chain.</summary>
public sealed class BaseVersionWindowTests
{
    [Fact]
    public void Contributions_on_different_versions_of_the_window_are_summed_and_older_ones_refused()
    {
        using Scenario scenario = new(clients: 4, configure: s => s with { BaseVersionWindow = 3 });
        for (byte version = 1; version <= 3; version++)
        {
            scenario.Versions.Add(ModelVersion.CreateNext(
                scenario.Versions[^1], scenario.Plan.Context(version), Model((byte)(100 + version)), Model(version),
                scenario.Identities.Server));
        }

        RoundInvitation round = scenario.OpenRound(4);
        Assert.Equal(3, round.Versions.Length);
        AggregationServer server = scenario.StartServer(round);
        for (int client = 0; client < 4; client++)
        {
            // Each client still trains on the version that it fetched: 1, 2, 3, 1.
            RoundInvitation fetched = new(round.Opening, round.Versions.Skip(client % 3));
            server.Accept(scenario.Contribute(fetched, client));
        }

        Assert.Equal(3, server.Accepted.Select(s => s.BaseVersion).Distinct().Count());
        RoundInvitation tooOld = new(round.Opening, scenario.Versions);
        Violation.Expect(ViolationCode.BrokenModelChain, () => scenario.Clients[0].HandleInvitation(tooOld));
        Violation.Expect(
            ViolationCode.BrokenModelChain,
            () => scenario.Clients[0].HandleInvitation(
                new RoundInvitation(round.Opening, [scenario.Versions[1], scenario.Versions[3]])));
        scenario.AssertSum(scenario.Open(server, scenario.Agree(server)), 0, 1, 2, 3);
    }

    [Fact]
    public void A_client_that_contributed_on_a_version_waits_for_a_newer_one_though_it_is_in_the_window()
    {
        using Scenario scenario = new(clients: 4, configure: s => s with { BaseVersionWindow = 2 });
        AggregationServer first = scenario.Gather(scenario.OpenRound(0));
        AggregationResult result = scenario.Open(first, scenario.Agree(first));
        scenario.Versions.Add(first.Advance(result));
        RoundInvitation round = scenario.OpenRound(1);

        Violation.Expect(ViolationCode.SecondContributionOnBase, () => scenario.Contribute(round, 0));
        scenario.Contribute(new RoundInvitation(round.Opening, [round.Head]), 0);
    }

    private static Digest Model(byte value) => new([value, .. new byte[31]]);
}
