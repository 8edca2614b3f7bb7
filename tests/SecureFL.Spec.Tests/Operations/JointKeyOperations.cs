using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Suites.JointKey.Rounds;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;
using SecureFL.Rlwe.JointKey;
using SecureFL.Threshold.HybridEncryption;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Spec.Tests.Operations;

/// <summary>Section 11 against its vectors.</summary>
internal static class JointKeyOperations
{
    public static void Noise(VectorFile v)
    {
        foreach (VectorFile c in v.Objects("cases"))
        {
            JointKeyParameters key = new(
                c.Int("ringDegree"), c.Int("maxClients"), c.Int("keyHolders"), c.Int("threshold"), c.Int("smudging"),
                c.Long("maxCoefficients"));
            Assert.Equal(c.Int("logDelta"), key.MinLogScale);
            Assert.Equal((c.Int("width"), c.Int("wide"), c.Int("narrow")),
                (key.Shape.Width, key.Shape.WideSummands, key.Shape.NarrowSummands));
        }
    }

    public static void KeyEpoch(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        KeyEpochRecord record = KeyEpochRecord.Parse(v.Bytes("record"), plan.Limits);
        if (!v.Has("publicKey"))
        {
            Expectation.Check(v, () => EpochRules.Require(record, plan));
            return;
        }

        JointKeyEpoch epoch = JointKeyEpoch.Verify(record,
            new JointPublicKeyMessage(record.Context, v.Bytes("publicKey")), plan);
        Assert.Equal(v.Bytes("referenceSeed"), epoch.Key.ReferenceSeed);
        Assert.Equal(v.Bytes("publicKey"), epoch.Key.Encoded);
    }

    public static void Commitment(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        KeyEpochCommitments commitments = KeyEpochCommitments.Parse(v.Bytes("commitments"), plan.Limits);
        using HpkePrivateKey key = HpkePrivateKey.Generate(SystemEntropy.Instance);
        using KeyShareCollection collection = new(plan, 0, new Digest(v.Bytes("opening")), commitments, key);
        PublicKeyShare share = new(commitments.Context, commitments.Hash, v.Int("holder"), v.Bytes("share"));
        Assert.Equal(v.Text("commitment"),
            JointKeyHashes.PublicKeyShare(share.Context, new Digest(v.Bytes("opening")), 1, share.Packed.Span)
                .ToString());
        Assert.Equal(share.Encode(), PublicKeyShare.Parse(share.Encode(), plan.Limits).Encode());
        Expectation.Check(v, () => collection.Handle(share));
    }

    public static void PartialDecryption(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        RingShamirSharing sharing = plan.JointKey.Sharing;
        byte[] second = v.Bytes("second");
        using ThresholdKeyShare share = ThresholdKeyShare.Decode(sharing, v.Int("holder") + 1, v.Bytes("keyShare"));
        byte[] context = JointKeyHashes.SmudgingContext(new Digest(v.Bytes("certificateHash")), v.Int("group"));
        using PartialDecryptionProtocol protocol = new(
            plan.Parameters.JointKey!, share, new ActiveSet(sharing, v.Ints("active").Select(j => j + 1)),
            v.Bytes("seed"), context);
        byte[] partial = new byte[second.Length];
        protocol.CreateShare(v.Long("chunk"), second, partial);
        Digest half = JointKeyHashes.Half(partial);
        Assert.Equal(v.Text("partialHash"), half.ToString());
        using LinearDigestBuilder digest = LinearDigestBuilder.OfContribution(plan.DigestKey!, plan.Parameters);
        digest.Append(0, partial);
        Assert.Equal(v.Text("digestSha256"),
            Convert.ToHexStringLower(SHA256.HashData(digest.Complete().ToBytes())));
        using SumRoot root = new(1);
        root.Append(JointKeyHashes.Half(second));
        Assert.Equal(v.Text("sumRoot"), root.Finish().ToString());
    }

    public static void Open(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        using JointKeyOpener opener = new(plan.Parameters);
        byte[] first = v.Bytes("first");
        opener.BeginChunk(0, [.. first, .. new byte[first.Length]]);
        foreach (byte[] partial in v.ByteList("partials"))
        {
            opener.AddPartialDecryption(partial);
        }

        long[] sums = new long[plan.Parameters.ElementsIn(0)];
        opener.FinishChunk(sums);
        Assert.True(opener.InsideLanes);
        Assert.Equal(v.Longs("sums"), sums);
    }

    public static void Intake(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        CertificateProposal proposal = CertificateProposal.Parse(v.Bytes("proposal"), plan.Limits);
        Release release = Release.Parse(v.Bytes("release"), plan.Limits);
        using PartialIntake intake = new(plan, proposal, release, new RoundSums(new InMemorySumStore(), 0));
        PartialDecryptionChunk chunk = new(proposal.Context, proposal.Hash, release.Holder, 0, 0, v.Bytes("packed"));
        Assert.Equal(chunk.Encode(), PartialDecryptionChunk.Parse(chunk.Encode(), plan.Limits).Encode());
        Expectation.Check(v, () => intake.Handle(chunk));
    }
}
