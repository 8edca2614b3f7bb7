using System.Numerics;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Protocol.Tests.Attacks.JointKey;

/// <summary>An active holder answers wrongly.</summary>
public sealed class LyingActiveHolderTests
{
    [Fact]
    public void Partial_decryptions_other_than_the_released_ones_are_refused_and_asked_for_again()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        (Release release, PartialDecryptionChunk[] partials) = scenario.Release(certificate, 0);
        PartialDecryptionChunk other = scenario.Release(certificate, 1).Partials[0];
        server.HandleRelease(release);
        PartialDecryptionChunk swapped = new(other.Context, other.Certificate, 0, 0, 0, other.Packed);

        Assert.Equal(0, Violation.Expect(ViolationCode.WrongPartialDecryption,
            () => server.JointKey.HandlePartialDecryption(swapped)).Offender.Index);
        Assert.Equal((0, 0L), server.JointKey.NextPartial(0));
        server.JointKey.HandlePartialDecryption(partials[0]);
        server.JointKey.HandlePartialDecryption(partials[0]);
        Assert.Null(server.JointKey.NextPartial(0));
    }

    [Fact]
    public void Partial_decryptions_without_a_release_or_of_others_are_refused()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        (_, PartialDecryptionChunk[] partials) = scenario.Release(certificate, 0);
        Release foreign = Release.Create(certificate.Proposal, 2, [LinearDigest.Zero.ToBytes()],
            scenario.Holders[0].HandleCertificate(certificate).DigestSums, scenario.Identities.KeyHolders[2]);

        Violation.Expect(ViolationCode.WrongActiveSet, () => server.JointKey.HandlePartialDecryption(partials[0]));
        Violation.Expect(ViolationCode.WrongActiveSet, () => server.HandleRelease(foreign));
    }

    /// <summary>
    /// Garbage is seen: it leaves the lanes or the noise bound. Who lied is not: the t answers have no redundancy.
    /// </summary>
    [Fact]
    public void Garbage_spoils_the_group()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        scenario.Answer(server, certificate, 0);
        Forge(scenario, server, certificate, scenario.Release(certificate, 0).Partials[0].Packed);

        GroupResult group = server.Open().Groups.Single();
        Assert.NotEqual(GroupStatus.Opened, group.Status);
        Assert.NotEqual(GroupStatus.KeyOutOfBound, group.Status);
    }

    /// <summary>
    /// Documented: a multiple of Delta in an answer shifts the sum, and nobody sees it. In the one-time-key suite more
    /// than t answers show it.
    /// </summary>
    [Fact]
    public void Documented_an_active_holder_that_adds_a_message_shifts_the_sum_unseen()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        scenario.Answer(server, certificate, 0);
        using PackedPolynomialSum shifted = new(scenario.Plan.JointKey.Ckks);
        shifted.Add(scenario.Release(certificate, 1).Partials[0].Packed.Span);
        shifted.Add(PackedPolynomial.Constant(scenario.Plan, BigInteger.One << scenario.Plan.Parameters.LogDelta));
        byte[] forged = new byte[scenario.Plan.JointKey.PolynomialBytes];
        shifted.Encode(forged);
        Forge(scenario, server, certificate, forged);

        AggregationResult result = server.Open();
        Assert.True(result.Groups.Single().IsOpened);
        double honest = Enumerable.Range(0, 4).Sum(c => (double)scenario.Vector(c)[0]);
        Assert.Equal(honest + scenario.Plan.Parameters.Step, result.Sum[0], result.MaxQuantisationError);
    }

    private static void Forge(JointKeyScenario scenario, AggregationServer server, RoundCertificate certificate,
        ReadOnlyMemory<byte> packed)
    {
        using LinearDigestBuilder digest =
            LinearDigestBuilder.OfContribution(scenario.Plan.DigestKey!, scenario.Plan.Parameters);
        digest.Append(0, packed.Span);
        CertificateProposal proposal = certificate.Proposal;
        server.HandleRelease(Release.Create(proposal, 1, [digest.Complete().ToBytes()],
            scenario.Holders[1].HandleCertificate(certificate).DigestSums, scenario.Identities.KeyHolders[1]));
        server.JointKey.HandlePartialDecryption(
            new PartialDecryptionChunk(proposal.Context, proposal.Hash, 1, 0, 0, packed));
    }
}
