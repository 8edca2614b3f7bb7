using SecureFL.Aggregation;
using SecureFL.Ring.Randomness;
using SecureFL.Threshold;

namespace SecureFL.Spec.Tests.Operations;

/// <summary>Messages, their hashes and what is derived from them against their vectors.</summary>
internal static class MessageOperations
{
    public static ProtocolMessage ParseAs(string type, byte[] bytes, AggregationPlan plan) => type switch
    {
        nameof(MessageType.ModelVersion) => ModelVersion.Parse(bytes, plan),
        nameof(MessageType.RoundOpeningEntry) => RoundOpeningEntry.Parse(bytes, plan),
        nameof(MessageType.RoundOpening) => RoundOpening.Parse(bytes, plan),
        nameof(MessageType.RoundInvitation) => RoundInvitation.Parse(bytes, plan),
        nameof(MessageType.ContributionChunk) => ContributionChunk.Parse(bytes, plan),
        nameof(MessageType.ContributionStatement) => ContributionStatement.Parse(bytes, plan),
        nameof(MessageType.ContributionHeader) => ContributionHeader.Parse(bytes, plan),
        nameof(MessageType.ShareDelivery) => ShareDelivery.Parse(bytes, plan),
        nameof(MessageType.Receipt) => Receipt.Parse(bytes, plan),
        nameof(MessageType.CertificateProposal) => CertificateProposal.Parse(bytes, plan),
        nameof(MessageType.Vote) => Vote.Parse(bytes, plan),
        nameof(MessageType.RoundCertificate) => RoundCertificate.Parse(bytes, plan),
        nameof(MessageType.Release) => Release.Parse(bytes, plan),
        nameof(MessageType.RoundDeath) => RoundDeath.Parse(bytes, plan),
        nameof(MessageType.RoundDeathCertificate) => RoundDeathCertificate.Parse(bytes, plan),
        nameof(MessageType.LedgerHeadRequest) => LedgerHeadRequest.Parse(bytes, plan),
        nameof(MessageType.LedgerHead) => LedgerHead.Parse(bytes, plan),
        nameof(MessageType.RoundSum) => RoundSum.Parse(bytes, plan),
        nameof(MessageType.TranscriptRecord) => TranscriptRecord.Parse(bytes),
        nameof(MessageType.KeyEpochEntry) => KeyEpochEntry.Parse(bytes, plan),
        nameof(MessageType.KeyEpochOpening) => KeyEpochOpening.Parse(bytes, plan),
        nameof(MessageType.PublicKeyCommitment) => PublicKeyCommitment.Parse(bytes, plan),
        nameof(MessageType.KeyEpochCommitments) => KeyEpochCommitments.Parse(bytes, plan),
        nameof(MessageType.KeyDealing) => KeyDealing.Parse(bytes, plan),
        nameof(MessageType.KeyEpochConfirmation) => KeyEpochConfirmation.Parse(bytes, plan),
        nameof(MessageType.KeyEpochRecord) => KeyEpochRecord.Parse(bytes, plan),
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
        RoundOpening opening = RoundOpening.Parse(v.Bytes("opening"), plan);
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
        ContributionHeader header = ContributionHeader.Parse(v.Bytes("header"), plan);
        ContributionStatement statement = header.Statement;
        using ContributionRoot root = new(plan);
        root.Append(ContributionChunk.Parse(v.Bytes("chunk"), plan).Packed.Span);
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
        RoundOpening opening = RoundOpening.Parse(v.Bytes("opening"), plan);
        Expectation.Check(v, () => OpeningRules.Require(opening, plan));
    }

    public static void Certificate(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        RoundOpening opening = RoundOpening.Parse(v.Bytes("opening"), plan);
        CertificateProposal proposal = CertificateProposal.Parse(v.Bytes("proposal"), plan);
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
