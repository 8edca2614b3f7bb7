using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>A round that was declared dead is opened later, or one that was opened is declared dead.</summary>
public sealed class DeadRoundTests
{
    [Fact]
    public void A_holder_that_declared_a_round_dead_neither_votes_nor_releases_nor_opens_it_again()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        RoundCertificate certificate = scenario.Agree(server, 0, 1);
        scenario.Clock.Advance(TimeSpan.FromDays(2));
        RoundDeath death = scenario.Holders[0].CreateRoundDeath(0);
        scenario.Holders[2].CreateRoundDeath(0);

        Violation.Expect(ViolationCode.RoundDead, () => scenario.Holders[0].HandleCertificate(certificate));
        Violation.Expect(ViolationCode.RoundDead, () => scenario.Holders[2].HandleProposal(certificate.Proposal));
        Violation.Expect(ViolationCode.RoundDead,
            () => scenario.Holders[0].HandleShare(server.CreateShareDelivery(0, 0)));
        Violation.Expect(ViolationCode.RoundDead,
            () => scenario.Holders[0].CreateOpeningEntry(0, default, scenario.Versions));
        Assert.Equal(death.Encode(), scenario.Holders[0].CreateRoundDeath(0).Encode());
    }

    [Fact]
    public void A_death_survives_a_restart()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        scenario.Holders[0].CreateRoundDeath(0);
        KeyHolder restarted = scenario.StartHolder(0, scenario.Ledgers[0], scenario.Keys[0]);
        scenario.Confirm(restarted);

        Violation.Expect(ViolationCode.RoundDead, () => restarted.HandleOpening(round.Opening));
        Violation.Expect(ViolationCode.RoundDead, () => restarted.HandleProposal(server.Close().Proposal));
        Assert.Empty(scenario.Keys[0].Numbers);
    }

    [Fact]
    public void A_released_round_cannot_be_declared_dead()
    {
        using Scenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        scenario.Holders[0].HandleCertificate(certificate);
        scenario.Clock.Advance(TimeSpan.FromDays(2));

        Violation.Expect(ViolationCode.RoundReleased, () => scenario.Holders[0].CreateRoundDeath(0));
    }

    [Fact]
    public void A_vote_binds_until_its_deadline()
    {
        using Scenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        scenario.Agree(server);

        Violation.Expect(ViolationCode.WrongDeadline, () => scenario.Holders[0].CreateRoundDeath(0));
        scenario.Clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(0, scenario.Holders[0].CreateRoundDeath(0).Holder);
    }

    [Fact]
    public void A_deadline_that_has_passed_or_lies_too_far_ahead_gets_no_vote()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        CertificateProposal fine = server.Close().Proposal;
        scenario.Deliver(server, 0, fine.Entries);
        long now = scenario.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (long deadline in new[] { now - 1, now + (long)TimeSpan.FromDays(3).TotalMilliseconds })
        {
            CertificateProposal proposal =
                CertificateProposal.Create(fine.Context, fine.Opening, fine.Head, deadline, fine.Groups,
                    scenario.Identities.Server);
            Violation.Expect(ViolationCode.WrongDeadline, () => scenario.Holders[0].HandleProposal(proposal));
        }
    }

    [Fact]
    public void The_key_of_a_decided_round_is_erased()
    {
        using Scenario scenario = new();
        RoundCertificate certificate = scenario.Agree(scenario.Gather(scenario.OpenRound()));
        Assert.Equal([0UL], scenario.Keys[0].Numbers);
        scenario.Holders[0].HandleCertificate(certificate);
        Assert.Empty(scenario.Keys[0].Numbers);
    }
}
