using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>
/// A client opens the sums itself: key sums from the releases, and ciphertexts that are believed only if their linear
/// digest is the one that f + 1 key holders signed. One pass, a chunk in memory.
/// </summary>
internal static class SumVerification
{
    /// <summary>Opens all groups.</summary>
    /// <exception cref="ProtocolViolationException">Too few releases, too few that agree on a digest, or ciphertexts
    /// that are not the sum of the certified contributions.</exception>
    public static AggregationResult Open(AggregationPlan plan, SumEvidence evidence, Stream ciphertexts, ISumSink sink)
    {
        CertificateProposal proposal = evidence.Certificate.Proposal;
        ImmutableArray<GroupKey> keys = GroupKeys.Reconstruct(proposal, evidence.Releases, plan);
        GroupResult[] groups = new GroupResult[keys.Length];
        for (int g = 0; g < groups.Length; g++)
        {
            ImmutableArray<int> clients = [.. proposal.Groups[g].Select(entry => entry.Client)];
            Digest agreed = DigestSumRules.Agreed(evidence, g, plan);
            (GroupStatus status, Digest digest) = keys[g].IsSpoiled ? (GroupStatus.KeyOutOfBound, default)
                : OpenGroup(plan, evidence.Opening, keys[g], clients.Length, agreed, ciphertexts, sink);
            groups[g] = new GroupResult(g, clients, status, digest);
        }

        ImmutableArray<int> liars = [.. keys.SelectMany(key => key.Liars).Distinct().Order()];
        return new AggregationResult(plan, proposal.Context, proposal.Hash, [.. groups], liars);
    }

    private static (GroupStatus Status, Digest Digest) OpenGroup(AggregationPlan plan, RoundOpening opening,
        GroupKey key, int clients, Digest agreed, Stream ciphertexts, ISumSink sink)
    {
        using DigestedSum sum = new(plan, clients, $"sum of group {key.Group}");
        using GroupOpening group = new(plan, opening, key, clients, sink);
        for (long chunk = 0; chunk < plan.Parameters.ChunkCount; chunk++)
        {
            group.Take(chunk, sum.Read(chunk, ciphertexts));
        }

        DigestSumRules.Require(sum.Finish(), agreed, key.Group, clients);
        return group.Finish();
    }
}
