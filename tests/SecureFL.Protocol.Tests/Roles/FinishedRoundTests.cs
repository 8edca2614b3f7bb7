using SecureFL.Messages.Identity;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Roles;

namespace SecureFL.Protocol.Tests.Roles;

/// <summary>What a key holder keeps of a round that is over without its release.</summary>
public sealed class FinishedRoundTests
{
    private const int Absent = 2;

    [Fact]
    public void A_round_that_opened_without_this_holder_leaves_no_key_and_no_shares()
    {
        using Scenario scenario = new();
        OpenWithoutOne(scenario);
        KeyHolder holder = scenario.Holders[Absent];
        RequireKept(scenario, holder);
        holder.CreateOpeningEntry(1, default, scenario.Versions);
        Assert.Equal([1UL], scenario.Keys[Absent].Numbers);
        Assert.Equal(0, holder.RoundsInMemory);
    }

    [Fact]
    public void So_it_is_after_a_crash_between_the_ledger_and_the_erasure()
    {
        using Scenario scenario = new();
        OpenWithoutOne(scenario);
        byte[] key = new byte[32];
        Assert.True(scenario.Keys[Absent].TryLoad(0, key));
        scenario.Holders[Absent].CreateOpeningEntry(1, default, scenario.Versions);
        scenario.Keys[Absent].Save(0, key);
        scenario.StartHolder(Absent, scenario.Ledgers[Absent], scenario.Keys[Absent]);
        Assert.Equal([1UL], scenario.Keys[Absent].Numbers);
    }

    [Fact]
    public void The_vote_of_a_round_that_opened_without_this_holder_stays_the_only_one()
    {
        using Scenario scenario = new();
        (RoundInvitation invitation, AggregationServer server, RoundCertificate certificate) =
            OpenWithoutOne(scenario);
        KeyHolder holder = scenario.Holders[Absent];
        Vote vote = certificate.Votes.Single(vote => vote.Holder == Absent);
        holder.CreateOpeningEntry(1, default, scenario.Versions);
        foreach (KeyHolder asked in (KeyHolder[])[holder, Restart(scenario)])
        {
            Assert.Equal(vote.Encode(), asked.HandleProposal(certificate.Proposal).Encode());
            CertificateProposal other = scenario.Propose(invitation, server.Accepted.Take(3));
            Violation.Expect(ViolationCode.SecondCertificate, () => asked.HandleProposal(other));
            Violation.Expect(ViolationCode.RoundReleased,
                () => asked.HandleCertificate(certificate));
            Violation.Expect(ViolationCode.RoundReleased,
                () => asked.HandleOpening(invitation.Opening));
            Violation.Expect(ViolationCode.RoundReleased,
                () => asked.HandleShare(server.CreateShareDelivery(0, Absent)));
            Violation.Expect(ViolationCode.RoundReleased,
                () => asked.CreateOpeningEntry(0, default, scenario.Versions));
            Assert.Equal([1UL], scenario.Keys[Absent].Numbers);
        }
    }

    [Fact]
    public void A_question_that_itself_shows_that_the_round_is_over_gets_no_entry()
    {
        using Scenario scenario = new();
        RoundInvitation invitation = scenario.OpenRound(holders: [0, 1]);
        AggregationServer server = scenario.Gather(invitation);
        RoundCertificate certificate = scenario.Agree(server);
        scenario.Versions.Add(server.Advance(scenario.Open(server, certificate)));
        Violation.Expect(ViolationCode.RoundReleased,
            () => scenario.Holders[Absent].CreateOpeningEntry(0, default, scenario.Versions));
        Assert.Empty(scenario.Keys[Absent].Numbers);
    }

    [Fact]
    public void A_version_that_the_server_did_not_sign_or_that_does_not_follow_ends_no_round()
    {
        using Scenario scenario = new();
        OpenWithoutOne(scenario);
        using SigningIdentity stranger = SigningIdentity.Create();
        ModelVersion made = scenario.Versions[1];
        ModelVersion forged = ModelVersion.CreateNext(scenario.Versions[0], made.Context, made.Sum, made.Model,
            stranger);
        ModelVersion loose = ModelVersion.CreateNext(made, made.Context, made.Sum, made.Model,
            scenario.Identities.Server);
        KeyHolder holder = scenario.Holders[Absent];
        Violation.Expect(ViolationCode.BadSignature,
            () => holder.CreateOpeningEntry(1, default, [scenario.Versions[0], forged]));
        Violation.Expect(ViolationCode.BrokenModelChain,
            () => holder.CreateOpeningEntry(1, default, [scenario.Versions[0], loose]));
        RequireKept(scenario, holder);
    }

    [Fact]
    public void A_round_that_enough_others_declared_dead_leaves_no_key_and_no_shares()
    {
        using Scenario scenario = new();
        RoundInvitation invitation = scenario.OpenRound();
        KeyHolder holder = scenario.Holders[Absent];
        RoundDeath[] deaths = [scenario.Holders[0].CreateRoundDeath(0), scenario.Holders[1].CreateRoundDeath(0)];
        RoundContext context = invitation.Opening.Context;
        Violation.Expect(ViolationCode.DeathBelowQuorum,
            () => holder.HandleRoundDeath(RoundDeathCertificate.Create(context, deaths[..1])));
        RequireKept(scenario, holder);

        byte[] key = new byte[32];
        Assert.True(scenario.Keys[Absent].TryLoad(0, key));
        holder.HandleRoundDeath(RoundDeathCertificate.Create(context, deaths));
        Assert.Empty(scenario.Keys[Absent].Numbers);
        Assert.Equal(0, holder.RoundsInMemory);

        scenario.Keys[Absent].Save(0, key);
        scenario.StartHolder(Absent, scenario.Ledgers[Absent], scenario.Keys[Absent]);
        Assert.Empty(scenario.Keys[Absent].Numbers);
    }

    private static void RequireKept(Scenario scenario, KeyHolder holder)
    {
        Assert.Equal([0UL], scenario.Keys[Absent].Numbers);
        Assert.Equal(1, holder.RoundsInMemory);
    }

    private static KeyHolder Restart(Scenario scenario)
    {
        KeyHolder holder = scenario.StartHolder(Absent, scenario.Ledgers[Absent], scenario.Keys[Absent]);
        scenario.Confirm(holder);
        return holder;
    }

    // All vote, two of three release, and the sum makes version 1.
    private static (RoundInvitation Invitation, AggregationServer Server, RoundCertificate Certificate) OpenWithoutOne(
        Scenario scenario)
    {
        RoundInvitation invitation = scenario.OpenRound();
        AggregationServer server = scenario.Gather(invitation);
        RoundCertificate certificate = scenario.Agree(server);
        scenario.Versions.Add(server.Advance(scenario.Open(server, certificate, 0, 1)));
        return (invitation, server, certificate);
    }
}
