using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>
/// The server wants a set, or one group of a partition, that is too small to hide in, or places clients itself.
/// </summary>
public sealed class GroupBelowMinimumTests
{
    [Fact]
    public void A_set_below_the_minimum_is_refused()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        CertificateProposal small = scenario.Propose(round, server.Accepted.Take(2));
        scenario.Deliver(server, 0, small.Entries);

        Violation.Expect(ViolationCode.GroupBelowMinimum, () => scenario.Holders[0].HandleProposal(small));
    }

    [Fact]
    public void A_server_cannot_close_a_round_below_the_minimum()
    {
        using Scenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound(), 0, 1);

        Violation.Expect(ViolationCode.GroupBelowMinimum, () => server.Close());
    }

    [Theory]
    [InlineData(5, ViolationCode.GroupBelowMinimum)]
    [InlineData(3, ViolationCode.WrongGroups)]
    public void One_group_below_the_minimum_or_a_partition_of_the_servers_choice_is_refused(int first,
        ViolationCode code)
    {
        using Scenario scenario = new(clients: 6, configure: s => s with { GroupSize = 3 });
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        ContributionStatement[] all = [.. server.Accepted];
        CertificateProposal derived = server.Close().Proposal;

        // Of the 20 ways to choose the first group, take one that the derivation did not.
        ContributionStatement[] order =
            [.. all.OrderBy(s => derived.Groups[0].Any(e => e.Client == s.Client) == (s.Client % 2 == 0))];
        CertificateProposal chosen = scenario.Propose(round, order.Take(first), order.Skip(first));
        scenario.Deliver(server, 0, chosen.Entries);
        bool happensToBeDerived = chosen.Groups.Zip(derived.Groups).All(pair => pair.First.SequenceEqual(pair.Second));
        if (happensToBeDerived)
        {
            chosen = scenario.Propose(round, order.Skip(3), order.Take(3));
        }

        Violation.Expect(code, () => scenario.Holders[0].HandleProposal(chosen));
    }

    [Fact]
    public void A_client_in_two_groups_is_refused()
    {
        using Scenario scenario = new(clients: 6, configure: s => s with { GroupSize = 3 });
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        ContributionStatement[] all = [.. server.Accepted];
        CertificateProposal overlapping = scenario.Propose(round, all.Take(3), all.Skip(2).Take(3));
        scenario.Deliver(server, 0, overlapping.Entries.Distinct());

        Violation.Expect(ViolationCode.GroupsNotDisjoint, () => scenario.Holders[0].HandleProposal(overlapping));
    }
}
