using SecureFL.Messages.Identity;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Testing.Rounds;
using SecureFL.Threshold.HybridEncryption;

namespace SecureFL.Protocol.Tests.Attacks.JointKey;

/// <summary>
/// A key holder, or the server between them, wants a joint key that it knows, or a key whose shares do not open.
/// </summary>
public sealed class KeyGenerationTests
{
    /// <summary>
    /// The last holder waits for the others' shares and answers with target - sum of theirs: the joint key would be its
    /// own.
    /// </summary>
    [Fact]
    public void A_holder_that_chooses_its_share_after_seeing_the_others_is_found()
    {
        using Ceremony ceremony = new();
        ceremony.Reveal();
        using PackedPolynomialSum others = new(ceremony.Plan.JointKey.Ckks);
        others.Add(ceremony.Reveals[0].PublicKey.Packed.Span);
        others.Add(ceremony.Reveals[1].PublicKey.Packed.Span);
        byte[] rogue = new byte[ceremony.Plan.JointKey.PolynomialBytes];
        others.Encode(rogue);
        KeyReveal honest = ceremony.Reveals[2];
        PublicKeyShare chosen = new(honest.PublicKey.Context, honest.PublicKey.Commitments, 2, rogue);

        Violation.Expect(ViolationCode.CommitmentMismatch,
            () => ceremony.Coordinator.HandleReveal(2, honest with { PublicKey = chosen }));
        Assert.Equal(2, Violation.Expect(ViolationCode.CommitmentMismatch,
            () => ceremony.Holder(0).HandlePublicKeyShare(chosen)).Offender.Index);
        PublicKeyShare copied = new(honest.PublicKey.Context, honest.PublicKey.Commitments, 2,
            ceremony.Reveals[0].PublicKey.Packed);
        Violation.Expect(ViolationCode.CommitmentMismatch, () => ceremony.Holder(0).HandlePublicKeyShare(copied));
    }

    /// <summary>
    /// The server shows one holder other commitments than the rest, to have it reveal before a colluder is committed.
    /// </summary>
    [Fact]
    public void Different_commitments_for_different_holders_never_make_a_key()
    {
        using Ceremony ceremony = new();
        KeyEpochCommitments all = ceremony.Commit();
        PublicKeyCommitment second = PublicKeyCommitment.Create(all.Context, all.Commitments[2].Opening, 2,
            new Digest(new byte[32]), ceremony.Identity(2));
        KeyEpochCommitments others = KeyEpochCommitments.Create(all.Context,
            [all.Commitments[0], all.Commitments[1], second]);
        ceremony.Holder(0).HandleCommitments(all);
        KeyReveal reveal = ceremony.Holder(1).HandleCommitments(others);

        Violation.Expect(ViolationCode.SecondOpening, () => ceremony.Holder(0).HandleCommitments(others));
        Violation.Expect(ViolationCode.WrongOpening, () => ceremony.Holder(0).HandlePublicKeyShare(reveal.PublicKey));
        Violation.Expect(ViolationCode.WrongOpening, () => ceremony.Holder(0).HandleKeyShare(reveal.Shares[0]));
    }

    [Fact]
    public void Nobody_reveals_before_everybody_is_committed()
    {
        using Ceremony ceremony = new();
        KeyEpochOpening opening = ceremony.Open();
        PublicKeyCommitment[] two = [.. Enumerable.Range(0, 2).Select(i => ceremony.Holder(i).HandleOpening(opening))];

        Violation.Expect(ViolationCode.OpeningBelowQuorum,
            () => ceremony.Holder(0).HandleCommitments(KeyEpochCommitments.Create(opening.Context, two)));
        PublicKeyCommitment forged = PublicKeyCommitment.Create(opening.Context, opening.Hash, 2, default,
            ceremony.Identity(1));
        Violation.Expect(ViolationCode.BadSignature,
            () => ceremony.Holder(0).HandleCommitments(KeyEpochCommitments.Create(opening.Context, [.. two, forged])));
        Violation.Expect(ViolationCode.OpeningBelowQuorum,
            () => ceremony.Holder(2).HandleOpening(KeyEpochOpening.Create(opening.Context, opening.Entries.Take(2))));
    }

    [Fact]
    public void A_second_opening_of_an_epoch_is_refused()
    {
        using Ceremony ceremony = new();
        KeyEpochOpening opening = ceremony.Open();
        ceremony.Holder(0).HandleOpening(opening);
        KeyEpochEntry other = KeyEpochEntry.Create(opening.Context, 2, new byte[32], opening.Entries[2].SealingKey.Span,
            ceremony.Identity(2));

        Violation.Expect(
            ViolationCode.SecondOpening,
            () => ceremony.Holder(0).HandleOpening(
                KeyEpochOpening.Create(opening.Context, [.. opening.Entries.Take(2), other])));
    }

    [Fact]
    public void A_share_off_the_dealers_polynomials_names_its_dealer()
    {
        using Ceremony ceremony = new();
        ceremony.Reveal();
        KeyReveal honest = ceremony.Reveals[1];
        JointKeyHolder holder = ceremony.Holder(0);
        byte[] payload = new byte[ceremony.Plan.JointKey.Sharing.PayloadBytes];
        SealedKeyShare forged = ceremony.Seal(1, 0, payload);
        KeyDealing dealing = KeyDealing.Create(
            honest.Dealing.Context,
            honest.Dealing.Commitments,
            1,
            honest.Dealing.Shares.SetItem(0, JointKeyHashes.SealedShare(forged.Ciphertext.Span)),
            honest.Dealing.Proof.ToArray(),
            ceremony.Identity(1));

        Violation.Expect(ViolationCode.ChunkOrder, () => holder.HandleKeyShare(forged));
        holder.HandleKeyDealing(dealing);
        Assert.Equal(1,
            Violation.Expect(ViolationCode.InconsistentShare, () => holder.HandleKeyShare(forged)).Offender.Index);
        Violation.Expect(ViolationCode.ShareMismatch, () => holder.HandleKeyShare(honest.Shares[0]));
        Violation.Expect(ViolationCode.SecondOpening, () => holder.HandleKeyDealing(honest.Dealing));
        Violation.Expect(ViolationCode.OpeningBelowQuorum, () => holder.CreateConfirmation(0));
    }

    [Fact]
    public void A_share_of_another_holder_or_sealed_for_it_is_refused()
    {
        using Ceremony ceremony = new();
        ceremony.Reveal();
        KeyReveal honest = ceremony.Reveals[1];
        JointKeyHolder holder = ceremony.Holder(0);
        SealedKeyShare another = honest.Shares[2];
        SealedKeyShare redirected = new(another.Context, another.Commitments, 1, 0, another.Ciphertext);
        KeyDealing dealing = KeyDealing.Create(
            honest.Dealing.Context, honest.Dealing.Commitments, 1,
            honest.Dealing.Shares.SetItem(0, honest.Dealing.Shares[2]), honest.Dealing.Proof.ToArray(),
            ceremony.Identity(1));
        KeyDealing unsigned = KeyDealing.Create(
            honest.Dealing.Context, honest.Dealing.Commitments, 1, honest.Dealing.Shares,
            honest.Dealing.Proof.ToArray(), ceremony.Identity(2));

        Violation.Expect(ViolationCode.BadSignature, () => holder.HandleKeyDealing(unsigned));
        holder.HandleKeyDealing(dealing);
        Violation.Expect(ViolationCode.ShareMismatch, () => holder.HandleKeyShare(another));
        Violation.Expect(ViolationCode.ShareNotDecryptable, () => holder.HandleKeyShare(redirected));
        Violation.Expect(ViolationCode.ShareMismatch,
            () => ceremony.Coordinator.HandleReveal(1, honest with { Shares = honest.Shares.SetItem(0, redirected) }));
    }

    [Fact]
    public void A_record_needs_the_confirmation_of_every_holder_for_this_very_key()
    {
        using JointKeyScenario scenario = new();
        KeyEpochRecord record = scenario.Epoch.Record;
        KeyEpochConfirmation other = KeyEpochConfirmation.Create(record.Context, record.Commitments, default, 2,
            scenario.Identities.KeyHolders[2]);
        KeyEpochRecord Of(params KeyEpochConfirmation[] confirmations) =>
            KeyEpochRecord.Create(record.Context, record.Opening, record.Commitments, record.PublicKey, confirmations);
        ImmutableArray<KeyEpochConfirmation> c = record.Confirmations;

        Violation.Expect(ViolationCode.OpeningBelowQuorum,
            () => scenario.Clients[0].HandleKeyEpoch(Of(c[0], c[1]), scenario.Epoch.PublicKey));
        Violation.Expect(ViolationCode.WrongJointKey,
            () => scenario.Clients[0].HandleKeyEpoch(Of(c[0], c[1], other), scenario.Epoch.PublicKey));
        byte[] key = scenario.Epoch.PublicKey.Packed.ToArray();
        key[0] ^= 1;
        Violation.Expect(ViolationCode.WrongJointKey,
            () => scenario.Clients[0].HandleKeyEpoch(record, new JointPublicKeyMessage(record.Context, key)));
    }

    [Fact]
    public void A_record_that_a_holder_did_not_confirm_is_not_its_key()
    {
        using JointKeyScenario scenario = new(generateKey: false);
        Digest key = new(new byte[32]);
        RoundContext context = scenario.Plan.Context(0);
        KeyEpochRecord forged = KeyEpochRecord.Create(
            context, default, default, key,
            Enumerable.Range(0, 3).Select(
                h => KeyEpochConfirmation.Create(context, default, key, h, scenario.Identities.KeyHolders[h])));

        Violation.Expect(ViolationCode.WrongJointKey, () => scenario.Holders[0].JointKey.HandleRecord(forged));
        Violation.Expect(ViolationCode.WrongKeyEpoch,
            () => scenario.Holders[0].CreateOpeningEntry(0, default, scenario.Versions));
    }

    /// <summary>
    /// The secrets of a generation are in memory only: who stops on the way starts the next epoch, and never signs a
    /// second entry for the old one.
    /// </summary>
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

        Assert.Throws<LedgerUnavailableException>(() => server.ShowSum(scenario.Restart(0, server).JointKey));
        Violation.Expect(ViolationCode.UncheckedContribution, () => scenario.Holders[0].HandleCertificate(certificate));
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

        public SealedKeyShare Seal(int dealer, int recipient, byte[] payload)
        {
            KeyEpochCommitments commitments = Coordinator.CreateCommitments();
            byte[] ciphertext = Hpke.Seal(
                HpkePublicKey.Parse(Opening.Entries[recipient].SealingKey.Span),
                KeyShareContext.Info(commitments.Context),
                KeyShareContext.AssociatedData(commitments.Context, commitments.Hash, dealer, recipient),
                payload,
                SystemEntropy.Instance);
            return new SealedKeyShare(commitments.Context, commitments.Hash, dealer, recipient, ciphertext);
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
