using SecureFL.Messages.JointKey;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Suites.JointKey.Rounds;
using SecureFL.Testing.Rounds;

namespace SecureFL.Protocol.Tests.Attacks.JointKey;

/// <summary>The server asks for the decryption of something else than the sum of the listed contributions.</summary>
public sealed class SummedCiphertextTests
{
    [Fact]
    public void An_active_holder_votes_for_no_sum_that_it_has_not_recomputed()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        ClosedRound closed = server.Close();
        foreach (ShareDelivery delivery in server.DeliveriesFor(0).Concat(server.DeliveriesFor(2)))
        {
            scenario.Holders[delivery.Holder].HandleShare(delivery);
        }

        Violation.Expect(ViolationCode.UncheckedContribution,
            () => scenario.Holders[0].HandleProposal(closed.Proposal));
        Assert.Equal(2, scenario.Holders[2].HandleProposal(closed.Proposal).Holder);
    }

    [Fact]
    public void A_sum_that_the_server_made_up_is_refused()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        CertificateProposal honest = server.Close().Proposal;
        JointKeyTerms terms = honest.JointKey!;
        CertificateProposal forged = scenario.Propose(honest,
            terms with { Sums = [terms.Sums[0] with { Second = terms.Sums[0].First }] });
        Deliver(scenario, server, 0);

        Violation.Expect(ViolationCode.WrongSummedCiphertext, () => Check(scenario, forged, Listed(server, forged)));
        Violation.Expect(ViolationCode.UncheckedContribution, () => scenario.Holders[0].HandleProposal(forged));
    }

    /// <summary>
    /// The victim's ciphertext in the place of the others', under the right hash of the sum of those.
    /// </summary>
    [Fact]
    public void A_ciphertext_that_its_client_did_not_sign_is_refused()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        CertificateProposal proposal = server.Close().Proposal;
        Deliver(scenario, server, 0);
        ListedCiphertext[] listed = [.. Listed(server, proposal)];
        ListedCiphertext victim = listed[0];
        listed[1] = new ListedCiphertext(victim.Context, proposal.Hash, 0, 0, 1, victim.OtherHalf, victim.Packed);

        ProtocolViolationException refusal =
            Violation.Expect(ViolationCode.RootMismatch, () => Check(scenario, proposal, listed));
        Assert.Contains("client 1", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ciphertexts_that_are_left_out_repeated_or_out_of_order_are_refused()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        CertificateProposal proposal = server.Close().Proposal;
        Deliver(scenario, server, 0);
        ListedCiphertext[] listed = [.. Listed(server, proposal)];

        Violation.Expect(ViolationCode.ChunkOrder, () => Check(scenario, proposal, listed[1..]));
        Violation.Expect(ViolationCode.ChunkOrder, () => Check(scenario, proposal, [listed[0], listed[0]]));
        Check(scenario, proposal, listed[..^1]);
        Violation.Expect(ViolationCode.UncheckedContribution, () => scenario.Holders[0].HandleProposal(proposal));
        Violation.Expect(ViolationCode.ChunkOrder, () => Check(scenario, proposal, [.. listed, listed[0]]));
    }

    [Fact]
    public void Residues_beyond_their_prime_are_refused()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        CertificateProposal proposal = server.Close().Proposal;
        Deliver(scenario, server, 0);
        byte[] high = new byte[scenario.Plan.JointKey.PolynomialBytes];
        Array.Fill(high, (byte)0xff);

        Violation.Expect(ViolationCode.MalformedCiphertext, () => Check(
            scenario, proposal, [new ListedCiphertext(proposal.Context, proposal.Hash, 0, 0, 0, default, high)]));
    }

    [Fact]
    public void The_active_set_has_t_holders_of_the_opening()
    {
        using JointKeyScenario scenario = new(keyHolders: 4, threshold: 2);
        AggregationServer server = scenario.Gather(scenario.OpenRound(0, 0, 1, 2));
        CertificateProposal honest = server.Close().Proposal;
        Deliver(scenario, server, 0);
        foreach (ImmutableArray<int> active in new ImmutableArray<int>[] { [0], [0, 1, 2], [0, 3] })
        {
            CertificateProposal forged = scenario.Propose(honest, honest.JointKey! with { ActiveSet = active });
            Violation.Expect(ViolationCode.WrongActiveSet, () => scenario.Holders[0].HandleProposal(forged));
        }
    }

    [Fact]
    public void One_client_alone_is_not_decrypted()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        CertificateProposal honest = server.Close().Proposal;
        Deliver(scenario, server, 0);
        CertificateProposal forged = scenario.Propose(honest, honest.JointKey!, [[honest.Groups[0][0]]]);

        Violation.Expect(ViolationCode.GroupBelowMinimum, () => scenario.Holders[0].JointKey.CheckSum(forged));
        Violation.Expect(ViolationCode.GroupBelowMinimum, () => scenario.Holders[0].HandleProposal(forged));
    }

    [Fact]
    public void Two_groups_with_one_sum_are_refused()
    {
        using JointKeyScenario scenario = new(clients: 6, configure: s => s with { GroupSize = 3 });
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        CertificateProposal honest = server.Close().Proposal;
        JointKeyTerms terms = honest.JointKey!;
        Assert.Equal(2, terms.Sums.Length);
        CertificateProposal forged = scenario.Propose(honest, terms with { Sums = [terms.Sums[0], terms.Sums[0]] });

        Violation.Expect(ViolationCode.WrongSummedCiphertext,
            () => CertificateRules.Require(forged, server.Round.Opening, scenario.Plan));
    }

    private static void Deliver(JointKeyScenario scenario, AggregationServer server, int holder)
    {
        foreach (ShareDelivery delivery in server.DeliveriesFor(holder))
        {
            scenario.Holders[holder].HandleShare(delivery);
        }
    }

    private static IEnumerable<ListedCiphertext> Listed(AggregationServer server, CertificateProposal proposal) =>
        server.JointKey.CreateListedCiphertexts()
        .Select(c => new ListedCiphertext(c.Context, proposal.Hash, c.Group, c.Chunk, c.Client, c.OtherHalf, c.Packed));

    private static void Check(JointKeyScenario scenario, CertificateProposal proposal,
        IEnumerable<ListedCiphertext> listed)
    {
        using CiphertextSumCheck check = scenario.Holders[0].JointKey.CheckSum(proposal);
        foreach (ListedCiphertext ciphertext in listed)
        {
            check.Handle(ciphertext);
        }
    }
}
