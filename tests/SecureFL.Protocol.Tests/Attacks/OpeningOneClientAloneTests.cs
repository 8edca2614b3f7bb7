using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>The server wants one client's vector.</summary>
public sealed class OpeningOneClientAloneTests
{
    [Fact]
    public void A_certificate_that_lists_one_client_gets_no_vote()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        ContributionStatement victim = server.Accepted.First();
        CertificateProposal alone = scenario.Propose(round, [victim]);
        scenario.Deliver(server, 0, alone.Entries);

        ProtocolViolationException refusal =
            Violation.Expect(ViolationCode.GroupBelowMinimum, () => scenario.Holders[0].HandleProposal(alone));
        Assert.Equal(Party.Server, refusal.Offender);
    }

    [Fact]
    public void Without_votes_nothing_is_released()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        CertificateProposal alone = scenario.Propose(round, [server.Accepted.First()]);

        Violation.Expect(ViolationCode.NotVoted,
            () => scenario.Holders[0].HandleCertificate(RoundCertificate.Create(alone, [])));
    }

    [Fact]
    public void Votes_that_the_server_forges_for_one_client_release_nothing()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        RoundCertificate honest = scenario.Agree(server);
        CertificateProposal alone = scenario.Propose(round, [server.Accepted.First()]);
        Vote[] forged =
            [.. Enumerable.Range(0, 3).Select(holder => Vote.Create(alone, holder, scenario.Identities.Server))];

        Violation.Expect(ViolationCode.SecondCertificate,
            () => scenario.Holders[0].HandleCertificate(RoundCertificate.Create(alone, forged)));
        Violation.Expect(
            ViolationCode.BadSignature,
            () => scenario.Holders[0].HandleCertificate(
                RoundCertificate.Create(honest.Proposal,
                    [.. Enumerable.Range(0, 3).Select(
                        h => Vote.Create(honest.Proposal, h, scenario.Identities.Server))])));
    }

    [Fact]
    public void Fewer_holders_than_the_threshold_cannot_open_a_sum()
    {
        using Scenario scenario = new(keyHolders: 5, threshold: 3);
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);

        Violation.Expect(ViolationCode.BelowThreshold, () => scenario.Open(server, certificate, 0, 1));
        scenario.AssertSum(scenario.Open(server, certificate, 2), 0, 1, 2, 3);
    }
}
