using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>A key holder releases a wrong sum.</summary>
public sealed class LyingHolderTests
{
    [Theory]
    [InlineData(2, 4, 1)]
    [InlineData(3, 7, 2)]
    [InlineData(2, 7, 2)]
    public void With_enough_answers_liars_are_corrected_and_named(int threshold, int holders, int liars)
    {
        using Scenario scenario = new(keyHolders: holders, threshold: threshold);
        AggregationServer server = Answered(scenario, liars, out _);

        AggregationResult result = server.Open();
        scenario.AssertSum(result, 0, 1, 2, 3);
        Assert.Equal(Enumerable.Range(0, liars), result.LyingKeyHolders);
    }

    [Fact]
    public void With_one_answer_more_than_the_threshold_a_liar_is_detected()
    {
        using Scenario scenario = new(keyHolders: 3, threshold: 2);
        AggregationServer server = Answered(scenario, liars: 1, out _);

        ProtocolViolationException refusal = Violation.Expect(ViolationCode.InconsistentReleases, () => server.Open());
        Assert.Contains("4 releases", refusal.Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void With_exactly_the_threshold_a_lie_spoils_the_sum_and_a_later_answer_finds_it()
    {
        using Scenario scenario = new(keyHolders: 4, threshold: 2);
        AggregationServer server = Answered(scenario, liars: 1, out Release[] rest, answers: 2);
        Assert.Equal(GroupStatus.KeyOutOfBound, Assert.Single(server.Open().Groups).Status);
        foreach (Release release in rest)
        {
            server.HandleRelease(release);
        }

        Assert.Equal([0], server.Open().LyingKeyHolders);
    }

    [Fact]
    public void A_release_for_another_certificate_or_with_too_few_groups_is_refused()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        RoundCertificate certificate = scenario.Agree(server);
        Release real = scenario.Holders[0].HandleCertificate(certificate);
        CertificateProposal other = scenario.Propose(round, server.Accepted.Skip(1));

        Violation.Expect(ViolationCode.WrongCertificate,
            () => server.HandleRelease(Release.Create(other, 0, real.Groups, real.DigestSums,
                scenario.Identities.KeyHolders[0])));
        Violation.Expect(
            ViolationCode.OutOfRange,
            () =>
                server.HandleRelease(Release.Create(certificate.Proposal, 0, [real.Groups[0], real.Groups[0]],
                    [real.DigestSums[0], real.DigestSums[0]], scenario.Identities.KeyHolders[0])));
        Violation.Expect(
            ViolationCode.BadSignature,
            () =>
                server.HandleRelease(
                    Release.Create(certificate.Proposal, 0, real.Groups, real.DigestSums,
                        scenario.Identities.KeyHolders[1])));
    }

    /// <summary>It could not be combined with others, so it must not count: one holder would stop the round.</summary>
    [Fact]
    public void A_release_of_words_that_are_no_residues_is_refused_before_it_counts()
    {
        using Scenario scenario = new(keyHolders: 5, threshold: 2);
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        Release real = scenario.Holders[0].HandleCertificate(certificate);
        byte[] malformed = real.Groups[0].ToArray();
        malformed.AsSpan(100, 150).Fill(0xFF);

        ProtocolViolationException refusal = Violation.Expect(ViolationCode.OutOfRange, () => server.HandleRelease(
            Release.Create(certificate.Proposal, 0, [malformed], real.DigestSums, scenario.Identities.KeyHolders[0])));
        Assert.Equal(Party.KeyHolder(0), refusal.Offender);
        foreach (int holder in (int[])[1, 2, 3, 4])
        {
            server.HandleRelease(scenario.Holders[holder].HandleCertificate(certificate));
        }

        scenario.AssertSum(server.Open(), 0, 1, 2, 3);
    }

    // Each liar changes one coefficient's share by one and signs that.
    private static AggregationServer Answered(Scenario scenario, int liars, out Release[] rest,
        int answers = int.MaxValue)
    {
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        Release[] releases =
        [
            .. scenario.Holders.Select(holder =>
            {
                Release release = holder.HandleCertificate(certificate);
                return holder.Index < liars ? Lie(release, certificate, scenario) : release;
            }),
        ];
        foreach (Release release in releases.Take(answers))
        {
            server.HandleRelease(release);
        }

        rest = [.. releases.Skip(answers)];
        return server;
    }

    private static Release Lie(Release release, RoundCertificate certificate, Scenario scenario)
    {
        byte[] words = release.Groups[0].ToArray();
        words[100] ^= 1;
        return Release.Create(certificate.Proposal, release.Holder, [words], release.DigestSums,
            scenario.Identities.KeyHolders[release.Holder]);
    }
}
