using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>A client gives holders shares that do not belong together, or a proof that does not match them.</summary>
public sealed class InconsistentShareTests
{
    [Fact]
    public void The_holder_with_the_odd_share_refuses_it_and_names_the_client()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        ContributionForge forge = new() { Payload = (holder, payload) => payload[50] ^= (byte)(holder == 1 ? 4 : 0) };
        AggregationServer server = scenario.StartServer(round);
        server.Accept(forge.Create(scenario, round, 0));

        scenario.Holders[0].HandleShare(server.CreateShareDelivery(0, 0));
        ProtocolViolationException refusal = Violation.Expect(
            ViolationCode.InconsistentShare, () => scenario.Holders[1].HandleShare(server.CreateShareDelivery(0, 1)));
        Assert.Equal(Party.Client(0), refusal.Offender);
    }

    [Fact]
    public void A_holder_votes_for_no_set_with_a_contribution_it_could_not_check_and_the_server_leaves_it_out()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round, 1, 2, 3);
        server.Accept(new ContributionForge { Payload = (_, payload) => payload[7] ^= 1 }.Create(scenario, round, 0));
        CertificateProposal everybody = scenario.Propose(round, server.Accepted);
        foreach (KeyHolder holder in scenario.Holders)
        {
            Violation.Expect(ViolationCode.InconsistentShare,
                () => holder.HandleShare(server.CreateShareDelivery(0, holder.Index)));
            foreach (int client in new[] { 1, 2, 3 })
            {
                server.HandleReceipt(holder.HandleShare(server.CreateShareDelivery(client, holder.Index)));
            }
        }

        Violation.Expect(ViolationCode.UncheckedContribution, () => scenario.Holders[0].HandleProposal(everybody));
        scenario.AssertSum(scenario.Open(server, scenario.Agree(server)), 1, 2, 3);
    }

    [Fact]
    public void A_combined_polynomial_that_does_not_match_is_refused_by_every_holder()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.StartServer(round);
        server.Accept(new ContributionForge { Proof = proof => proof[0] ^= 1 }.Create(scenario, round, 0));

        foreach (KeyHolder holder in scenario.Holders)
        {
            Violation.Expect(ViolationCode.InconsistentShare,
                () => holder.HandleShare(server.CreateShareDelivery(0, holder.Index)));
        }
    }

    [Fact]
    public void A_share_sealed_to_another_key_is_refused()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        ContributionForge forge = new() { Recipient = entry => entry.Holder == 0 ? round.Opening.Entries[1] : entry };
        AggregationServer server = scenario.StartServer(round);
        server.Accept(forge.Create(scenario, round, 0));

        Violation.Expect(ViolationCode.ShareNotDecryptable,
            () => scenario.Holders[0].HandleShare(server.CreateShareDelivery(0, 0)));
    }

    [Fact]
    public void Words_outside_the_field_are_refused()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.StartServer(round);
        server.Accept(new ContributionForge
        { Payload = (_, payload) => payload.AsSpan(0, 4).Fill(255) }.Create(scenario, round, 0));

        Violation.Expect(ViolationCode.OutOfRange,
            () => scenario.Holders[0].HandleShare(server.CreateShareDelivery(0, 0)));
    }
}
