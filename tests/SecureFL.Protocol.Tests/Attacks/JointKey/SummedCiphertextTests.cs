using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Rlwe.Contributions;
using SecureFL.Testing.Rounds;

namespace SecureFL.Protocol.Tests.Attacks.JointKey;

/// <summary>The server asks for the decryption of something else than the sum of the listed contributions.</summary>
public sealed class SummedCiphertextTests
{
    [Fact]
    public void An_active_holder_releases_nothing_before_it_has_the_whole_sum()
    {
        using JointKeyScenario scenario = new(vectorLength: 700_000);
        (AggregationServer server, RoundCertificate certificate) = Agree(scenario);
        SummedCiphertext[] sum = [.. server.JointKey.CreateSummedCiphertexts()];
        Assert.True(sum.Length > 1);

        Violation.Expect(ViolationCode.UncheckedContribution, () => scenario.Holders[0].HandleCertificate(certificate));
        Take(scenario, sum[..^1]);
        Violation.Expect(ViolationCode.UncheckedContribution, () => scenario.Holders[0].HandleCertificate(certificate));
        Take(scenario, sum[^1..]);
        Assert.Equal(0, scenario.Holders[0].HandleCertificate(certificate).Holder);
    }

    /// <summary>
    /// The victim's ciphertext in the place of the sum, or the sum without a client: with or without a root in the
    /// certificate that says so.
    /// </summary>
    [Theory]
    [InlineData(false, 3)]
    [InlineData(true, 3)]
    [InlineData(false, 0, 1, 2)]
    [InlineData(true, 0, 1, 2)]
    public void What_is_not_the_sum_of_the_certified_contributions_is_not_decrypted(bool named, params int[] clients)
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        CertificateProposal proposal = server.Close().Proposal;
        proposal = named ? scenario.Propose(proposal,
            proposal.JointKey! with { Sums = [Root(scenario, scenario.SumOf(server, proposal, clients), 4)] })
            : proposal;
        RoundCertificate certificate = Vote(scenario, server, proposal);

        ProtocolViolationException refusal = Violation.Expect(ViolationCode.WrongSummedCiphertext,
            () => Take(scenario, scenario.SumOf(server, proposal, clients)));
        Assert.Equal(Party.Server, refusal.Offender);
        Violation.Expect(ViolationCode.UncheckedContribution, () => scenario.Holders[0].HandleCertificate(certificate));
        Violation.Expect(ViolationCode.NotVoted, () => scenario.Holders[0].JointKey.CreatePartialDecryption(0, 0, 0));
    }

    [Fact]
    public void The_right_sum_under_another_root_is_not_decrypted()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        CertificateProposal honest = server.Close().Proposal;
        CertificateProposal forged = scenario.Propose(honest, honest.JointKey! with { Sums = [honest.Hash] });
        RoundCertificate certificate = Vote(scenario, server, forged);

        Violation.Expect(ViolationCode.WrongSummedCiphertext,
            () => Take(scenario, scenario.SumOf(server, forged, 0, 1, 2, 3)));
        Violation.Expect(ViolationCode.UncheckedContribution, () => scenario.Holders[0].HandleCertificate(certificate));
    }

    /// <summary>Modulo the primes it is the sum, as integers it is not: the digest binds integers.</summary>
    [Fact]
    public void Reduced_words_and_words_beyond_all_contributions_are_refused()
    {
        using JointKeyScenario scenario = new();
        (AggregationServer server, RoundCertificate certificate) = Agree(scenario);
        ulong prime = scenario.Plan.Parameters.Primes[0];
        int degree = scenario.Plan.Parameters.RingDegree;
        ulong[] words = scenario.Words(server.JointKey.CreateSummedCiphertexts().First(), 4);

        words[Array.FindIndex(words, word => word >= prime)] -= prime;
        Violation.Expect(ViolationCode.WrongSummedCiphertext,
            () => Take(scenario, scenario.Sum(certificate.Proposal, words)));
        words[degree - 1] = (4 * (prime - 1)) + 1;
        Violation.Expect(ViolationCode.MalformedCiphertext,
            () => Take(scenario, scenario.Sum(certificate.Proposal, words)));
    }

    [Fact]
    public void Chunks_that_are_left_out_repeated_cut_or_of_another_set_are_refused()
    {
        using JointKeyScenario scenario = new(vectorLength: 700_000);
        (AggregationServer server, RoundCertificate certificate) = Agree(scenario);
        SummedCiphertext[] sum = [.. server.JointKey.CreateSummedCiphertexts()];
        SummedCiphertext first = sum[0];

        Violation.Expect(ViolationCode.ChunkOrder, () => Take(scenario, sum[1]));
        Violation.Expect(ViolationCode.ChunkOrder, () => Take(scenario, sum[0],
            new SummedCiphertext(first.Context, first.Certificate, 1, 1, sum[1].Packed)));
        Violation.Expect(ViolationCode.ChunkOrder, () => Take(scenario, sum[0], sum[1], sum[1]));
        Violation.Expect(ViolationCode.OutOfRange, () => Take(scenario,
            new SummedCiphertext(first.Context, first.Certificate, 0, 0, first.Packed[..^8])));
        Violation.Expect(ViolationCode.WrongCertificate, () => Take(scenario,
            new SummedCiphertext(first.Context, certificate.Proposal.Opening, 0, 0, first.Packed)));
        Violation.Expect(ViolationCode.ChunkOrder, () => Take(scenario, [.. sum, sum[^1]]));
        Take(scenario, [sum[0], .. sum]);
        Assert.Equal(0, scenario.Holders[0].HandleCertificate(certificate).Holder);
    }

    [Fact]
    public void A_holder_that_is_not_active_takes_no_sum()
    {
        using JointKeyScenario scenario = new();
        (AggregationServer server, _) = Agree(scenario);

        Violation.Expect(ViolationCode.WrongActiveSet, () => server.ShowSum(scenario.Holders[2].JointKey));
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

    private static (AggregationServer Server, RoundCertificate Certificate) Agree(JointKeyScenario scenario)
    {
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        return (server, Vote(scenario, server, server.Close().Proposal));
    }

    // Nobody has seen the sum.
    private static RoundCertificate Vote(JointKeyScenario scenario, AggregationServer server,
        CertificateProposal proposal)
    {
        int[] holders = [0, 1, 2];
        foreach (int holder in holders)
        {
            Deliver(scenario, server, holder);
            scenario.Holders[holder].HandleProposal(proposal);
        }

        return scenario.Certify(proposal, holders);
    }

    private static void Take(JointKeyScenario scenario, params SummedCiphertext[] sum)
    {
        foreach (SummedCiphertext summed in sum)
        {
            scenario.Holders[0].JointKey.HandleSummedCiphertext(summed);
        }
    }

    private static Digest Root(JointKeyScenario scenario, SummedCiphertext summed, int clients)
    {
        using UnreducedSum sum = new(scenario.Plan.Parameters);
        byte[] reduced = new byte[scenario.Plan.JointKey.PolynomialBytes];
        sum.Reduce(scenario.Words(summed, clients), reduced);
        using SumRoot root = new(1);
        root.Append(JointKeyHashes.Half(reduced));
        return root.Finish();
    }
}
