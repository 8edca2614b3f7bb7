using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Packing;
using SecureFL.Rlwe.Parameters;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Spec.Tests.Operations;

/// <summary>Parameters, planner and plans against their vectors.</summary>
internal static class ParameterOperations
{
    public static AggregationParameters Read(VectorFile p) => new(
        new CkksParameters(p.Int("ringDegree"), [.. p.UnsignedList("primes")], p.Int("logDelta"),
            (ErrorDistribution)p.Int("errors")),
        new LaneLayout([.. p.Longs("radices")]),
        p.Long("floatLength"),
        p.Int("integerLength"),
        p.Int("bits"),
        Clip(p),
        p.Int("maxClients"));

    public static float Clip(VectorFile p) => BitConverter.UInt32BitsToSingle((uint)p.Unsigned("clipBits"));

    public static void Planner(VectorFile v)
    {
        foreach (VectorFile c in v.Objects("cases"))
        {
            VectorFile p = c.Object("parameters");
            PlanningRequest request = new(p.Long("floatLength"), p.Int("bits"), Clip(p), p.Int("maxClients"),
                p.Int("integerLength"), c.Int("keyHolders"));
            AggregationParameters planned = AggregationPlanner.Plan(request);
            Assert.Equal(Read(p).Ckks.ToString(), planned.Ckks.ToString());
            Assert.Equal(Read(p).Digest, planned.Digest);
            Assert.Equal(c.Long("chunks"), planned.ChunkCount);
            Assert.Equal(c.Int("chunkBytes"), planned.ChunkBytes);
        }
    }

    public static void Digest(VectorFile v) => Assert.Equal(v.Bytes("digest"), Read(v.Object("parameters")).Digest);

    public static void Plan(VectorFile v)
    {
        byte[] bytes = v.Bytes("plan");
        if (v.Has("expect"))
        {
            ProtocolViolationException? violation = Expectation.Check(v, () => { _ = AggregationPlan.Parse(bytes); });
            if (v.Has("rule"))
            {
                Assert.Equal(v.Text("rule"), violation?.Expected);
            }

            return;
        }

        AggregationPlan plan = AggregationPlan.Parse(bytes);
        Assert.Equal(bytes, plan.Encode());
        Assert.Equal(v.Text("digest"), plan.Digest.ToString());
        Assert.Equal(v.Text("spoken"), plan.SpokenForm);
        Assert.Equal(Convert.ToHexStringLower(v.Bytes("terms")), plan.Settings.Terms.ToString());
        Assert.Equal(v.Int("minClients"), plan.Settings.MinClients);
        Assert.Equal(v.Int("votes"), plan.Quorum.Votes);
        Assert.Equal(v.Int("deaths"), plan.Quorum.Deaths);
        Assert.Equal(v.Field("counters").EnumerateArray().Select(c => c.GetString()),
            plan.Settings.Counters.Counters.Select(c => c.Name));
    }
}
