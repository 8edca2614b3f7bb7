using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;

namespace SecureFL.Protocol.Tests.EndToEnd;

/// <summary>Clients and holders vanish; the plan's bounds say how many may.</summary>
public sealed class DropOutTests
{
    [Theory]
    [InlineData(3, 2, 0, 2, 1, 0)]
    [InlineData(3, 2, 1, 3, 0, 1)]
    [InlineData(5, 3, 0, 3, 2, 0)]
    [InlineData(5, 3, 1, 4, 1, 1)]
    [InlineData(5, 3, 2, 4, 1, 1)]
    public void The_bounds_are_the_briefs(int holders, int threshold, int colluding, int votes, int absentBefore,
        int absentAfter)
    {
        Quorum quorum = new(holders, threshold, colluding);
        Assert.Equal(votes, quorum.Votes);
        Assert.Equal(absentBefore, quorum.AbsentBeforeAgreement);
        Assert.Equal(absentAfter, quorum.AbsentAfterAgreement);
        Assert.Contains($"at most {absentBefore} until agreement", quorum.Describe(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 2, 0)]
    [InlineData(5, 3, 1)]
    [InlineData(7, 3, 2)]
    public void The_largest_number_of_absent_holders_still_opens_and_one_more_does_not(int holders, int threshold,
        int colluding)
    {
        using Scenario scenario = new(keyHolders: holders, threshold: threshold, colluding: colluding);
        Quorum quorum = scenario.Plan.Quorum;
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        int[] present = [.. Enumerable.Range(quorum.AbsentBeforeAgreement, quorum.Votes)];
        Violation.Expect(ViolationCode.CertificateBelowQuorum, () => scenario.Agree(server, present[1..]));
        RoundCertificate certificate = scenario.Agree(server, present);

        int[] answering = present[^threshold..];
        Violation.Expect(ViolationCode.BelowThreshold, () => scenario.Open(server, certificate, answering[1..]));
        scenario.AssertSum(scenario.Open(server, certificate, answering[0]), 0, 1, 2, 3);
    }

    [Fact]
    public void Holders_may_be_absent_from_the_opening_and_get_no_shares()
    {
        using Scenario scenario = new(keyHolders: 5, threshold: 3, colluding: 1);
        RoundInvitation round = scenario.OpenRound(0, [0, 2, 3, 4]);
        AggregationServer server = scenario.Gather(round);

        Assert.All(server.Accepted, statement => Assert.Equal(4, statement.Shares.Length));
        Assert.Throws<ArgumentException>(() => server.CreateShareDelivery(0, 1));
        scenario.AssertSum(scenario.Open(server, scenario.Agree(server), 0, 3, 4), 0, 1, 2, 3);
    }

    [Fact]
    public void Too_few_entries_open_no_round()
    {
        using Scenario scenario = new(keyHolders: 5, threshold: 3, colluding: 1);
        Violation.Expect(ViolationCode.OpeningBelowQuorum, () => scenario.Invite(0, [0, 1, 2]));
    }

    [Fact]
    public void Clients_may_vanish_before_the_round_closes_even_within_an_upload()
    {
        using Scenario scenario = new(clients: 6, vectorLength: 3000);
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round, 1, 3, 5);
        server.HandleChunk(scenario.Contribute(round, 0).Chunks[0]);

        scenario.AssertSum(scenario.Open(server, scenario.Agree(server)), 1, 3, 5);
    }

    [Fact]
    public void A_holder_that_restarts_between_vote_and_release_asks_for_the_shares_again_and_answers_the_same()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        RoundCertificate certificate = scenario.Agree(server);
        KeyHolder restarted = scenario.StartHolder(0, scenario.Ledgers[0], scenario.Keys[0]);
        scenario.Confirm(restarted);

        Assert.Equal(certificate.Votes[0].Encode(), restarted.HandleProposal(certificate.Proposal).Encode());
        restarted.HandleOpening(round.Opening);
        Violation.Expect(ViolationCode.UncheckedContribution, () => restarted.HandleCertificate(certificate));
        foreach (CertificateEntry entry in certificate.Proposal.Entries)
        {
            restarted.HandleShare(server.CreateShareDelivery(entry.Client, 0));
        }

        Release release = restarted.HandleCertificate(certificate);
        KeyHolder again = scenario.StartHolder(0, scenario.Ledgers[0], scenario.Keys[0]);
        scenario.Confirm(again);
        Assert.Equal(release.Encode(), again.HandleCertificate(certificate).Encode());
        server.HandleRelease(release);
        scenario.AssertSum(scenario.Open(server, certificate, 1), 0, 1, 2, 3);
    }

    [Fact]
    public void A_share_that_only_one_holder_can_check_is_left_out_by_the_tally()
    {
        using Scenario scenario = new(clients: 5, keyHolders: 5, threshold: 3);
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round, 1, 2, 3, 4);
        server.Accept(new ContributionForge
        { Payload = (holder, payload) => payload[9] ^= (byte)(holder == 4 ? 1 : 0) }.Create(scenario, round, 0));
        foreach (KeyHolder holder in scenario.Holders)
        {
            foreach (ContributionStatement statement in server.Accepted.Where(s => holder.Index != 4 || s.Client != 0))
            {
                server.HandleReceipt(holder.HandleShare(server.CreateShareDelivery(statement.Client, holder.Index)));
            }
        }

        // Four holders have checked all five clients: more clients than all five holders together have.
        Assert.Equal(5, server.Close().Proposal.Entries.Count());
        RoundCertificate certificate = scenario.Agree(server, 0, 1, 2, 3);
        Violation.Expect(ViolationCode.NotVoted, () => scenario.Holders[4].HandleCertificate(certificate));
        scenario.AssertSum(scenario.Open(server, certificate), 0, 1, 2, 3, 4);
    }
}
