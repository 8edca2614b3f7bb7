using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.JointKey;
using SecureFL.Seal.Serialization;
using SecureFL.Seal.Wire;

namespace SecureFL.Spec.Tests.Operations;

/// <summary>Section 11.10 against its vectors.</summary>
internal static class SealWireOperations
{
    private const int HeadBytes = 113;

    public static void Key(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        JointPublicKey key = JointPublicKey.Parse(plan.Parameters.KeySet, v.Bytes("referenceSeed"),
            v.Bytes("publicKey"));
        Assert.Equal(v.Bytes("parameters"), SealFormat.Save(plan.Parameters.ToSeal()));
        byte[] saved = SealFormat.Save(key.ToSeal(plan.Parameters.ToSeal()));
        Assert.Equal(v.Int("keyBytes"), saved.Length);
        Assert.Equal(v.Bytes("keyHead"), saved[..HeadBytes]);
        Assert.Equal(v.Text("keySha256"), Convert.ToHexStringLower(SHA256.HashData(saved)));
        Assert.Equal(saved, SealFormat.Save(SealFormat.LoadPublicKey(plan.Parameters.ToSeal(), saved)));
    }

    public static void Chunk(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        byte[] packed = v.Bytes("packed");
        byte[] wire = new byte[plan.Parameters.WireChunkBytes];
        new SealChunkCodec(plan.Parameters).Unpack(packed, wire);
        if (v.Has("at"))
        {
            v.Bytes("bytes").CopyTo(wire, v.Int("at"));
        }
        else
        {
            Assert.Equal(v.Int("wireBytes"), wire.Length);
            Assert.Equal(v.Bytes("wireHead"), wire[..HeadBytes]);
            Assert.Equal(v.Text("wireSha256"), Convert.ToHexStringLower(SHA256.HashData(wire)));
        }

        using ChunkValidator validator = new(plan);
        ContributionChunk chunk = new(plan.Context(0), 0, 0, wire);
        Assert.Equal(chunk.Encode(), ContributionChunk.Parse(chunk.Encode(), plan.Limits).Encode());
        Expectation.Check(v, () => Assert.Equal(packed, validator.Read(chunk)));
    }
}
