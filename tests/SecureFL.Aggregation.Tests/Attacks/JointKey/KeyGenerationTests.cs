using SecureFL.Ring.Randomness;

namespace SecureFL.Aggregation.Tests.Attacks.JointKey;

/// <summary>A key holder, or the server between them, wants a joint key that it knows, or a key whose shares do not open.</summary>
public sealed class KeyGenerationTests
{
    /// <summary>The last holder waits for the others' shares and answers with target - sum of theirs: the joint key would be its own.</summary>
    [Fact]
    public void A_holder_that_chooses_its_share_after_seeing_the_others_is_found()
    {
        using Ceremony ceremony = new();
        ceremony.Reveal();
        using IPolynomialSum others = ceremony.Plan.JointKeyArithmetic.CreateSum();
        others.Add(ceremony.Reveals[0].Parts[0].Packed.Span);
        others.Add(ceremony.Reveals[1].Parts[0].Packed.Span);
        byte[] rogue = new byte[ceremony.Plan.JointKey.PolynomialBytes];
        others.Write(rogue);
        KeyReveal honest = ceremony.Reveals[2];
        PublicKeySharePart chosen = new(honest.Parts[0].Context, honest.Parts[0].Commitments, 2, 0, rogue);

        Violation.Expect(ViolationCode.CommitmentMismatch, () => ceremony.Coordinator.HandleReveal(2, honest with { Parts = [chosen, honest.Parts[1]] }));
        JointKeyHolder victim = ceremony.Holder(0);
        victim.HandlePublicKeySharePart(chosen);
        Assert.Equal(2, Violation.Expect(ViolationCode.CommitmentMismatch, () => victim.HandlePublicKeySharePart(honest.Parts[1])).Offender.Index);
    }

    /// <summary>The server shows one holder other commitments than the rest, to have it reveal before a colluder is committed.</summary>
    [Fact]
    public void Different_commitments_for_different_holders_never_make_a_key()
    {
        using Ceremony ceremony = new();
        KeyEpochCommitments all = ceremony.Commit();
        PublicKeyCommitment second = PublicKeyCommitment.Create(all.Context, all.Commitments[2].Opening, 2, new Digest(new byte[32]), ceremony.Identity(2));
        KeyEpochCommitments others = KeyEpochCommitments.Create(all.Context, [all.Commitments[0], all.Commitments[1], second]);
        ceremony.Holder(0).HandleCommitments(all);
        KeyReveal reveal = ceremony.Holder(1).HandleCommitments(others);

        Violation.Expect(ViolationCode.SecondOpening, () => ceremony.Holder(0).HandleCommitments(others));
        Violation.Expect(ViolationCode.WrongOpening, () => ceremony.Holder(0).HandlePublicKeySharePart(reveal.Parts[0]));
        Violation.Expect(ViolationCode.WrongOpening, () => ceremony.Holder(0).HandleKeyShare(reveal.Shares[0]));
    }

    [Fact]
    public void Nobody_reveals_before_everybody_is_committed()
    {
        using Ceremony ceremony = new();
        KeyEpochOpening opening = ceremony.Open();
        PublicKeyCommitment[] two = [.. Enumerable.Range(0, 2).Select(i => ceremony.Holder(i).HandleOpening(opening))];

        Violation.Expect(ViolationCode.OpeningBelowQuorum, () => ceremony.Holder(0).HandleCommitments(KeyEpochCommitments.Create(opening.Context, two)));
        PublicKeyCommitment forged = PublicKeyCommitment.Create(opening.Context, opening.Hash, 2, default, ceremony.Identity(1));
        Violation.Expect(ViolationCode.BadSignature, () => ceremony.Holder(0).HandleCommitments(KeyEpochCommitments.Create(opening.Context, [.. two, forged])));
        Violation.Expect(ViolationCode.OpeningBelowQuorum, () => ceremony.Holder(2).HandleOpening(KeyEpochOpening.Create(opening.Context, opening.Entries.Take(2))));
    }

    [Fact]
    public void A_second_opening_of_an_epoch_is_refused()
    {
        using Ceremony ceremony = new();
        KeyEpochOpening opening = ceremony.Open();
        ceremony.Holder(0).HandleOpening(opening);
        KeyEpochEntry other = KeyEpochEntry.Create(opening.Context, 2, new byte[32], opening.Entries[2].SealingKey.Span, ceremony.Identity(2));

        Violation.Expect(
            ViolationCode.SecondOpening, () => ceremony.Holder(0).HandleOpening(KeyEpochOpening.Create(opening.Context, [.. opening.Entries.Take(2), other])));
    }

    [Fact]
    public void A_share_off_the_committed_polynomials_names_its_dealer()
    {
        using Ceremony ceremony = new();
        ceremony.Reveal();
        KeyReveal reveal = ceremony.Reveals[1];
        SealedKeyShare another = reveal.Shares[2];
        byte[] share = new byte[ceremony.Plan.JointKey.PolynomialBytes];
        byte[] sealedShare = SecureFL.Threshold.Hpke.Seal(
            SecureFL.Threshold.HpkePublicKey.Parse(ceremony.Opening.Entries[0].SealingKey.Span),
            KeyShareContext.Info(another.Context),
            KeyShareContext.AssociatedData(another.Context, another.Commitments, 1, 0),
            share,
            SystemEntropy.Instance);
        SealedKeyShare forged = SealedKeyShare.Create(another.Context, another.Commitments, 1, 0, sealedShare, ceremony.Identity(1));
        JointKeyHolder holder = ceremony.Holder(0);

        Violation.Expect(ViolationCode.ChunkOrder, () => holder.HandleKeyShare(reveal.Shares[0]));
        foreach (PublicKeySharePart part in reveal.Parts)
        {
            holder.HandlePublicKeySharePart(part);
        }

        Assert.Equal(1, Violation.Expect(ViolationCode.InconsistentShare, () => holder.HandleKeyShare(forged)).Offender.Index);
        Violation.Expect(ViolationCode.ShareMismatch, () => holder.HandleKeyShare(another));
        holder.HandleKeyShare(reveal.Shares[0]);
        Violation.Expect(ViolationCode.OpeningBelowQuorum, () => holder.CreateConfirmation(0));
    }

    [Fact]
    public void A_share_that_was_sealed_for_somebody_else_does_not_open()
    {
        using Ceremony ceremony = new();
        ceremony.Reveal();
        KeyReveal reveal = ceremony.Reveals[1];
        JointKeyHolder holder = ceremony.Holder(0);
        foreach (PublicKeySharePart part in reveal.Parts)
        {
            holder.HandlePublicKeySharePart(part);
        }

        SealedKeyShare another = reveal.Shares[2];
        SealedKeyShare redirected = SealedKeyShare.Create(another.Context, another.Commitments, 1, 0, another.Ciphertext.ToArray(), ceremony.Identity(1));
        Violation.Expect(ViolationCode.ShareNotDecryptable, () => holder.HandleKeyShare(redirected));
    }

    [Fact]
    public void A_record_needs_the_confirmation_of_every_holder_for_this_very_key()
    {
        using JointKeyScenario scenario = new();
        KeyEpochRecord record = scenario.Epoch.Record;
        KeyEpochConfirmation other = KeyEpochConfirmation.Create(record.Context, record.Commitments, default, 2, scenario.Identities.KeyHolders[2]);
        KeyEpochRecord Of(params KeyEpochConfirmation[] confirmations) =>
            KeyEpochRecord.Create(record.Context, record.Opening, record.Commitments, record.PublicKey, confirmations);
        ImmutableArray<KeyEpochConfirmation> c = record.Confirmations;

        Violation.Expect(ViolationCode.OpeningBelowQuorum, () => scenario.Clients[0].HandleKeyEpoch(Of(c[0], c[1]), scenario.Epoch.PublicKey));
        Violation.Expect(ViolationCode.WrongJointKey, () => scenario.Clients[0].HandleKeyEpoch(Of(c[0], c[1], other), scenario.Epoch.PublicKey));
        byte[] key = scenario.Epoch.PublicKey.Packed.ToArray();
        key[0] ^= 1;
        Violation.Expect(ViolationCode.WrongJointKey, () => scenario.Clients[0].HandleKeyEpoch(record, new JointPublicKeyMessage(record.Context, key)));
    }

    [Fact]
    public void A_record_that_a_holder_did_not_confirm_is_not_its_key()
    {
        using JointKeyScenario scenario = new(generateKey: false);
        Digest key = new(new byte[32]);
        RoundContext context = scenario.Plan.Context(0);
        KeyEpochRecord forged = KeyEpochRecord.Create(
            context, default, default, key, Enumerable.Range(0, 3).Select(h => KeyEpochConfirmation.Create(context, default, key, h, scenario.Identities.KeyHolders[h])));

        Violation.Expect(ViolationCode.WrongJointKey, () => scenario.Holders[0].JointKey.HandleRecord(forged));
        Violation.Expect(ViolationCode.WrongKeyEpoch, () => scenario.Holders[0].CreateOpeningEntry(0, scenario.Versions));
    }

    /// <summary>The secrets of a generation are in memory only: who stops on the way starts the next epoch, and never signs a second entry for the old one.</summary>
    [Fact]
    public void A_holder_that_stops_on_the_way_gives_the_epoch_up()
    {
        using JointKeyScenario scenario = new(generateKey: false);
        scenario.Holders[0].JointKey.CreateEntry(0);
        KeyHolder restarted = scenario.Restart(0);

        Violation.Expect(ViolationCode.WrongKeyEpoch, () => restarted.JointKey.CreateEntry(0));
        scenario.GenerateKey(1);
        Assert.Equal(1UL, restarted.JointKey.Active!.Context.Round);
    }

    [Fact]
    public void A_key_survives_the_restart_of_every_holder()
    {
        using JointKeyScenario scenario = new();
        foreach (int holder in Enumerable.Range(0, 3))
        {
            scenario.Restart(holder);
        }

        AggregationServer server = scenario.Gather(scenario.OpenRound());
        scenario.AssertSum(scenario.Open(server, scenario.Agree(server)), 0, 1, 2, 3);
    }

    [Fact]
    public void A_holder_whose_share_is_gone_says_so()
    {
        using JointKeyScenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        RoundCertificate certificate = scenario.Agree(server);
        scenario.Shares[0].Erase(0);

        Assert.Throws<LedgerUnavailableException>(() => scenario.Holders[0].HandleCertificate(certificate));
    }

    /// <summary>Three holders in the middle of epoch 0.</summary>
    private sealed class Ceremony : IDisposable
    {
        private readonly JointKeyScenario _scenario = new(generateKey: false);

        public Ceremony() => Coordinator = new KeyEpochCoordinator(_scenario.Plan, 0);

        public AggregationPlan Plan => _scenario.Plan;

        public KeyEpochCoordinator Coordinator { get; }

        public KeyEpochOpening Opening => Coordinator.CreateOpening();

        public KeyReveal[] Reveals { get; private set; } = [];

        public JointKeyHolder Holder(int index) => _scenario.Holders[index].JointKey;

        public SigningIdentity Identity(int index) => _scenario.Identities.KeyHolders[index];

        public KeyEpochOpening Open()
        {
            foreach (KeyHolder holder in _scenario.Holders)
            {
                Coordinator.HandleEntry(holder.JointKey.CreateEntry(0));
            }

            return Opening;
        }

        public KeyEpochCommitments Commit()
        {
            KeyEpochOpening opening = Open();
            foreach (KeyHolder holder in _scenario.Holders)
            {
                Coordinator.HandleCommitment(holder.JointKey.HandleOpening(opening));
            }

            return Coordinator.CreateCommitments();
        }

        public void Reveal()
        {
            KeyEpochCommitments commitments = Commit();
            Reveals = [.. _scenario.Holders.Select(holder => holder.JointKey.HandleCommitments(commitments))];
        }

        public void Dispose()
        {
            Coordinator.Dispose();
            _scenario.Dispose();
        }
    }
}
