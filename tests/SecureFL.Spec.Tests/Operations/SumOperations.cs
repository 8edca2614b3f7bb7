using SecureFL.Messages.Identity;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Ring.Randomness;

namespace SecureFL.Spec.Tests.Operations;

/// <summary>Sums that a client verifies, section 14, against their vectors.</summary>
internal static class SumOperations
{
    public static void Verify(VectorFile v)
    {
        AggregationPlan plan = AggregationPlan.Parse(v.Bytes("plan"));
        using SigningIdentity identity = ScriptIdentity.Import(v.Bytes("identity"));
        AggregationClient client = new(plan, plan.Digest, identity, new InMemoryLedgerStorage(),
            SystemEntropy.Instance);
        ModelVersion head = ModelVersion.Parse(v.Bytes("head"), plan.Limits);
        using MemoryStream ciphertexts = new([.. v.Field("ciphertexts").EnumerateArray()
            .SelectMany(group => group.EnumerateArray()).SelectMany(VectorFile.Bytes)]);
        Sums sums = new();
        AggregationResult? result = null;
        Expectation.Check(v, () =>
        {
            SumEvidence evidence = SumEvidence.Parse(v.Bytes("evidence"), plan.Limits);
            result = client.VerifySum(head, evidence, ciphertexts, sums);
            AggregationClient.RequireModel(evidence, result!);
            return evidence.Next.Hash;
        });
        if (v.Has("statuses"))
        {
            Assert.Equal(v.Ints("statuses"), result!.Groups.Select(g => (int)g.Status));
            Assert.Equal(v.ByteList("groupSumDigests"), result.Groups.Select(g => g.Digest.ToArray()));
            foreach ((JsonElement expected, int g) in v.Field("sums").EnumerateArray().Select((s, g) => (s, g)))
            {
                Expectation.CheckDigest(expected, sums.Of(g));
            }
        }
    }

    private sealed class Sums : ISumSink
    {
        private readonly Dictionary<int, List<long>> _groups = [];

        public long[] Of(int group) => [.. _groups.GetValueOrDefault(group, [])];

        public void Accept(int group, long firstElement, ReadOnlySpan<long> sums)
        {
            List<long> taken = _groups.TryGetValue(group, out List<long>? known) ? known : _groups[group] = [];
            Assert.Equal(taken.Count, firstElement);
            taken.AddRange(sums);
        }

        public void Discard(int group) => _groups.Remove(group);
    }
}
