using SecureFL.Messages.Identity;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.OneTimeKey;
using SecureFL.Protocol.Summation;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold.HybridEncryption;

namespace SecureFL.Spec.Tests.Operations;

/// <summary>Messages, their hashes and what is derived from them against their vectors.</summary>
internal static class MessageOperations
{
    public static ProtocolMessage ParseAs(string type, byte[] bytes, AggregationPlan plan) => type switch
    {
        nameof(MessageType.ModelVersion) => ModelVersion.Parse(bytes, plan.Limits),
        nameof(MessageType.RoundOpeningEntry) => RoundOpeningEntry.Parse(bytes, plan.Limits),
        nameof(MessageType.RoundOpening) => RoundOpening.Parse(bytes, plan.Limits),
        nameof(MessageType.RoundInvitation) => RoundInvitation.Parse(bytes, plan.Limits),
        nameof(MessageType.ContributionChunk) => ContributionChunk.Parse(bytes, plan.Limits),
        nameof(MessageType.ContributionStatement) => ContributionStatement.Parse(bytes, plan.Limits),
        nameof(MessageType.ContributionHeader) => ContributionHeader.Parse(bytes, plan.Limits),
        nameof(MessageType.ShareDelivery) => ShareDelivery.Parse(bytes, plan.Limits),
        nameof(MessageType.Receipt) => Receipt.Parse(bytes, plan.Limits),
        nameof(MessageType.CertificateProposal) => CertificateProposal.Parse(bytes, plan.Limits),
        nameof(MessageType.Vote) => Vote.Parse(bytes, plan.Limits),
        nameof(MessageType.RoundCertificate) => RoundCertificate.Parse(bytes, plan.Limits),
        nameof(MessageType.SummedCiphertext) => SummedCiphertext.Parse(bytes, plan.Limits),
        nameof(MessageType.Release) => Release.Parse(bytes, plan.Limits),
        nameof(MessageType.RoundDeath) => RoundDeath.Parse(bytes, plan.Limits),
        nameof(MessageType.RoundDeathCertificate) => RoundDeathCertificate.Parse(bytes, plan.Limits),
        nameof(MessageType.LedgerHeadRequest) => LedgerHeadRequest.Parse(bytes, plan.Limits),
        nameof(MessageType.LedgerHead) => LedgerHead.Parse(bytes, plan.Limits),
        nameof(MessageType.RoundSum) => RoundSum.Parse(bytes, plan.Limits),
        nameof(MessageType.SumEvidence) => SumEvidence.Parse(bytes, plan.Limits),
        nameof(MessageType.TranscriptRecord) => TranscriptRecord.Parse(bytes),
        nameof(MessageType.KeyEpochEntry) => KeyEpochEntry.Parse(bytes, plan.Limits),
        nameof(MessageType.KeyEpochOpening) => KeyEpochOpening.Parse(bytes, plan.Limits),
        nameof(MessageType.PublicKeyCommitment) => PublicKeyCommitment.Parse(bytes, plan.Limits),
        nameof(MessageType.KeyEpochCommitments) => KeyEpochCommitments.Parse(bytes, plan.Limits),
        nameof(MessageType.KeyDealing) => KeyDealing.Parse(bytes, plan.Limits),
        nameof(MessageType.KeyEpochConfirmation) => KeyEpochConfirmation.Parse(bytes, plan.Limits),
        nameof(MessageType.KeyEpochRecord) => KeyEpochRecord.Parse(bytes, plan.Limits),
        nameof(MessageType.ClosingStatement) => ClosingStatement.Parse(bytes, plan.Limits),
        nameof(MessageType.TranscriptClosing) => TranscriptClosing.Parse(bytes, plan.Limits),
        nameof(MessageType.HolderRequest) => HolderRequest.Parse(bytes, plan.Limits),
        _ => throw new ArgumentException($"no message type {type}", nameof(type)),
    };

    public static void Messages(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        foreach (VectorFile m in v.Objects("messages"))
        {
            byte[] bytes = m.Bytes("bytes");
            ProtocolMessage message = ParseAs(m.Text("type"), bytes, plan);
            Assert.Equal(bytes, message.Encode());
            Assert.Equal(m.Text("hash"), message.Hash.ToString());
        }
    }

    public static void Parse(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        Expectation.Check(v, () => { _ = ParseAs(v.Text("type"), v.Bytes("bytes"), plan); });
    }

    public static void Derived(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        RoundOpening opening = RoundOpening.Parse(v.Bytes("opening"), plan.Limits);
        Assert.Equal(v.Text("openingDigest"), opening.Hash.ToString());
        Assert.Equal(v.Bytes("publicSeed"), PublicSeed.Of(opening));
        using GroupSumHash hash = new(0);
        hash.Append(v.Longs("sums"));
        Digest group = hash.Finish();
        Assert.Equal(v.Text("groupSumDigest"), group.ToString());
        Digest sum = SumDigests.OfRound(new Digest(v.Bytes("certificateHash")),
            [new GroupResult(0, [0, 1, 2], GroupStatus.Opened, group)]);
        Assert.Equal(v.Text("roundSumDigest"), sum.ToString());
        Assert.Equal(v.Text("defaultModel"),
            SumDigests.DefaultModel(new Digest(v.Bytes("previousModel")), sum).ToString());
    }

    public static void Contribution(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        ContributionHeader header = ContributionHeader.Parse(v.Bytes("header"), plan.Limits);
        ContributionStatement statement = header.Statement;
        Assert.Equal(v.Text("digestHash"), statement.LinearDigest!.Value.ToString());
        Assert.Equal(v.Bytes("linearDigest"), header.LinearDigest.ToArray());
        using ContributionRoot root = new(plan);
        root.Append(ContributionChunk.Parse(v.Bytes("chunk"), plan.Limits).Packed.Span);
        Assert.Equal(v.Text("root"), root.Finish().ToString());
        Assert.Equal(v.Text("root"), statement.Root.ToString());
        Assert.Equal(v.Bytes("info"), ShareContext.Info(statement.Context));
        Assert.Equal(v.Bytes("proof"), statement.Proof);
        Assert.Equal(v.Bytes("challenge"), ShareChallengeHash.Of(statement));
        Assert.Equal(v.Text("contributionHash"), statement.Hash.ToString());
        Assert.Equal(v.Bytes("statementBody"), statement.Encode()[..^VerificationKey.SignatureSize]);
        byte[][] aads = v.ByteList("aads");
        byte[][] keys = v.ByteList("holderPrivateKeys");
        for (int j = 0; j < aads.Length; j++)
        {
            Assert.Equal(aads[j],
                ShareContext.AssociatedData(statement.Context, statement.Opening, statement.Client, j, statement.Root));
            Assert.Equal(v.ByteList("shareHashes")[j], ShareLayout.HashOf(header.Shares[j].Span).ToArray());
            using HpkePrivateKey key = HpkePrivateKey.Import(keys[j]);
            using ShareChecker checker = new(plan, j);
            using SecretBuffer<byte> payload = checker.Open(statement, header.Shares[j].Span, key);
            Assert.Equal(v.ByteList("payloads")[j], payload.Span);
        }
    }

    public static void Groups(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        foreach (VectorFile c in v.Objects("cases"))
        {
            IEnumerable<CertificateEntry> entries = c.Ints("clients")
                .Zip(c.ByteList("contributions"), (client, hash) => new CertificateEntry(client, new Digest(hash)));
            int[][] derived = [.. GroupPartition.Derive(plan, new Digest(v.Bytes("opening")), entries)
                .Select(g => g.Select(e => e.Client).ToArray())];
            Assert.Equal(c.Field("groups").EnumerateArray()
                .Select(g => g.EnumerateArray().Select(n => n.GetInt32()).ToArray()), derived);
        }
    }

    public static void Opening(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        RoundOpening opening = RoundOpening.Parse(v.Bytes("opening"), plan.Limits);
        Expectation.Check(v, () => OpeningRules.Require(opening, plan));
    }

    public static void Certificate(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        RoundOpening opening = RoundOpening.Parse(v.Bytes("opening"), plan.Limits);
        CertificateProposal proposal = CertificateProposal.Parse(v.Bytes("proposal"), plan.Limits);
        Expectation.Check(v, () => CertificateRules.Require(proposal, opening, plan));
    }

    public static void Ledger(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        InMemoryLedgerStorage storage = new([.. v.ByteList("records").Select(r => new ReadOnlyMemory<byte>(r))]);
        if (v.Text("expect") == "damaged")
        {
            Assert.Throws<LedgerUnavailableException>(() => new DecryptionLedger(storage, plan, v.Int("holder")));
            return;
        }

        DecryptionLedger ledger = new(storage, plan, v.Int("holder"));
        Assert.Equal(v.ByteList("records").Length, ledger.Count);
        Assert.Equal(v.Text("head"), ledger.Head.ToString());
    }
}
