using SecureFL.Messages.JointKey;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Summation;
using SecureFL.Testing.Rounds;

namespace SecureFL.Protocol.Tests.Attacks.JointKey;

/// <summary>
/// Two different partial decryptions of one summed ciphertext, even by different active sets, give the key share away:
/// x = c1 share is one unknown, the noises are short, and two equations are enough. So a holder answers once, and every
/// retry is the same bytes.
/// </summary>
public sealed class OneAnswerEverTests
{
    [Fact]
    public void A_second_active_set_for_the_same_ciphertexts_is_refused()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        (Release release, _) = scenario.Release(certificate, 0);
        CertificateProposal other = scenario.Propose(certificate.Proposal,
            certificate.Proposal.JointKey! with { ActiveSet = [0, 2] });

        Violation.Expect(ViolationCode.SecondCertificate, () => scenario.Holders[0].HandleProposal(other));
        Violation.Expect(ViolationCode.SecondCertificate,
            () => scenario.Holders[0].HandleCertificate(scenario.Certify(other, 0, 1, 2)));
        Assert.Equal(release.Encode(), scenario.Holders[0].HandleCertificate(certificate).Encode());
    }

    [Fact]
    public void A_holder_that_is_not_active_decrypts_nothing()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);

        Assert.Equal([0, 1], certificate.Proposal.JointKey!.ActiveSet);
        Violation.Expect(ViolationCode.WrongActiveSet, () => scenario.Holders[2].HandleCertificate(certificate));
        Violation.Expect(ViolationCode.NotVoted, () => scenario.Holders[2].JointKey.CreatePartialDecryption(0, 0, 0));
    }

    [Fact]
    public void Nothing_leaves_before_the_release_is_in_the_ledger()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);

        Violation.Expect(ViolationCode.NotVoted, () => scenario.Holders[0].JointKey.CreatePartialDecryption(0, 0, 0));
        scenario.Holders[0].HandleCertificate(certificate);
        Assert.NotNull(scenario.Holders[0].JointKey.CreatePartialDecryption(0, 0, 0));
    }

    /// <summary>
    /// The holder stops between recording and sending, or while sending: what it sends afterwards is what it sent or
    /// would have sent.
    /// </summary>
    [Fact]
    public void After_a_crash_the_same_bytes_leave_or_none()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        (Release release, PartialDecryptionChunk[] partials) = scenario.Release(certificate, 0);

        KeyHolder restarted = scenario.Restart(0);
        Assert.Equal(release.Encode(), restarted.HandleCertificate(certificate).Encode());
        Violation.Expect(ViolationCode.UncheckedContribution, () => scenario.Partials(certificate.Proposal, 0));
        server.ShowSum(restarted.JointKey);

        Assert.Equal(partials.Select(p => p.Hash), scenario.Partials(certificate.Proposal, 0).Select(p => p.Hash));
    }

    [Fact]
    public void After_a_crash_between_vote_and_release_the_holder_releases()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        server.ShowSum(scenario.Restart(0, server).JointKey);

        scenario.AssertSum(scenario.Open(server, certificate), 0, 1, 2, 3);
    }

    /// <summary>
    /// The server uses the crash to have another ciphertext decrypted: one client's instead of the sum.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_a_crash_another_ciphertext_is_refused(bool released)
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        SummedCiphertext victim = scenario.SumOf(server, certificate.Proposal, 3);
        if (released)
        {
            scenario.Release(certificate, 0);
            KeyHolder restarted = scenario.Restart(0);
            restarted.JointKey.HandleSummedCiphertext(victim);
            Violation.Expect(ViolationCode.WrongSummedCiphertext,
                () => restarted.JointKey.CreatePartialDecryption(0, 0, 0));
        }
        else
        {
            KeyHolder restarted = scenario.Restart(0, server);
            Violation.Expect(ViolationCode.WrongSummedCiphertext,
                () => restarted.JointKey.HandleSummedCiphertext(victim));
            Violation.Expect(ViolationCode.UncheckedContribution, () => restarted.HandleCertificate(certificate));
        }
    }

    /// <summary>
    /// The summed ciphertext is exchanged after the release was made: the store is not trusted either.
    /// </summary>
    [Fact]
    public void A_store_that_changes_after_the_release_is_found_before_a_byte_leaves()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        scenario.Holders[0].HandleCertificate(certificate);
        scenario.Holders[0].JointKey.HandleSummedCiphertext(scenario.SumOf(server, certificate.Proposal, 3));

        Assert.Throws<LedgerUnavailableException>(() => scenario.Holders[0].JointKey.CreatePartialDecryption(0, 0, 0));
    }

    /// <summary>Noise that came out differently a second time would be a second answer: then nothing is sent.</summary>
    [Fact]
    public void Other_noise_than_before_is_found_before_a_byte_leaves()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        scenario.Release(certificate, 0);
        byte[] stored = new byte[scenario.Plan.JointKey.StoredShareBytes];
        Assert.True(scenario.Shares[0].TryLoad(0, stored));
        stored[^1] ^= 1;
        scenario.Shares[0].Save(0, stored);
        KeyHolder restarted = scenario.Restart(0);
        server.ShowSum(restarted.JointKey);

        Assert.Throws<LedgerUnavailableException>(() => restarted.JointKey.CreatePartialDecryption(0, 0, 0));
    }

    /// <summary>
    /// A copy of the ledger from between vote and release gives the same certificate the same bytes, because the noise
    /// derives from the certificate: averaging over restored copies gains nothing.
    /// </summary>
    [Fact]
    public void A_restored_copy_answers_the_same_certificate_with_the_same_bytes()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        InMemoryLedgerStorage image = new(scenario.Ledgers[0].ReadAll());
        (Release release, _) = scenario.Release(certificate, 0);
        KeyHolder copy = scenario.StartHolder(0, image, scenario.Shares[0]);
        scenario.Confirm(copy);
        copy.HandleOpening(server.Round.Opening);
        foreach (ShareDelivery delivery in server.DeliveriesFor(0))
        {
            copy.HandleShare(delivery);
        }

        server.ShowSum(copy.JointKey);
        Assert.Equal(release.Hash, copy.HandleCertificate(certificate).Hash);
    }

    /// <summary>Clients that collude send their ciphertexts again, so that another round has the same sum.</summary>
    [Fact]
    public void The_same_summed_ciphertext_in_another_round_is_refused()
    {
        using JointKeyScenario scenario = new(clients: 3);
        RoundInvitation first = scenario.OpenRound();
        Contribution[] contributions =
            [.. Enumerable.Range(0, 3).Select(c => scenario.Clients[c].Encrypt(first, scenario.Vector(c)))];
        AggregationServer server = scenario.StartServer(first);
        foreach (Contribution contribution in contributions)
        {
            server.Accept(contribution);
        }

        AggregationResult result = scenario.Open(server, scenario.Agree(server));
        scenario.Versions.Add(server.Advance(result));
        RoundInvitation second = scenario.OpenRound(1);
        AggregationServer again = scenario.StartServer(second);
        foreach (Contribution former in contributions)
        {
            ContributionStatement old = former.Header.Statement;
            ContributionStatement statement = ContributionStatement.Create(
                second.Opening.Context, second.Opening.Hash, old.Client, second.Head.Hash, old.Root,
                old.LinearDigest, [], [], scenario.Identities.Clients[old.Client]);
            foreach (ContributionChunk chunk in former.Chunks)
            {
                again.HandleChunk(
                    new ContributionChunk(second.Opening.Context, chunk.Client, chunk.Index, chunk.Packed));
            }

            again.HandleContribution(new ContributionHeader(statement, [], former.Header.LinearDigest));
        }

        scenario.Show(again, 0);
        Violation.Expect(ViolationCode.CiphertextDecrypted,
            () => scenario.Holders[0].HandleProposal(again.Close().Proposal));
    }
}
