using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Protocol.Rules;

/// <summary>What a summed ciphertext is held to.</summary>
internal static class DigestSumRules
{
    /// <summary>
    /// The hash of the digest sum of a group that f + 1 releases agree on: one of them is honest, and all honest ones
    /// sign the same.
    /// </summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.BelowThreshold"/>.</exception>
    public static Digest Agreed(SumEvidence evidence, int group, AggregationPlan plan)
    {
        int enough = plan.Quorum.Colluding + 1;
        (Digest Sum, int Holders) most = evidence.Releases.GroupBy(release => release.DigestSums[group])
            .Select(equal => (Sum: equal.Key, Holders: equal.Count())).MaxBy(equal => equal.Holders);
        return most.Holders >= enough ? most.Sum
            : throw new ProtocolViolationException(ViolationCode.BelowThreshold, Party.Server,
                $"{enough} releases of one digest sum of group {group}", $"{most.Holders}");
    }

    /// <summary>Refuses a sum with another digest than the certified contributions'.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.WrongSummedCiphertext"/>.</exception>
    public static void Require(LinearDigest computed, Digest agreed, int group, int clients)
    {
        Digest hash = LinearDigestHash.Of(computed.ToBytes());
        if (hash != agreed)
        {
            throw new ProtocolViolationException(ViolationCode.WrongSummedCiphertext, Party.Server,
                $"the sum of the {clients} contributions of group {group}, linear digest {agreed.ToShortString()}",
                hash.ToShortString());
        }
    }
}
