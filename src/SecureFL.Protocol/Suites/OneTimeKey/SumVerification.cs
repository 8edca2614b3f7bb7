using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Ring.Memory;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;

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
            Digest agreed = DigestSumOf(evidence, g, plan);
            (GroupStatus status, Digest digest) = keys[g].IsSpoiled ? (GroupStatus.KeyOutOfBound, default)
                : OpenGroup(plan, evidence.Opening, keys[g], clients.Length, agreed, ciphertexts, sink);
            groups[g] = new GroupResult(g, clients, status, digest);
        }

        ImmutableArray<int> liars = [.. keys.SelectMany(key => key.Liars).Distinct().Order()];
        return new AggregationResult(plan, proposal.Context, proposal.Hash, [.. groups], liars);
    }

    // Of f + 1 key holders one is honest, and all honest ones sign the same.
    private static Digest DigestSumOf(SumEvidence evidence, int group, AggregationPlan plan)
    {
        int enough = plan.Quorum.Colluding + 1;
        (Digest Sum, int Holders) most = evidence.Releases.GroupBy(release => release.DigestSums[group])
            .Select(equal => (Sum: equal.Key, Holders: equal.Count())).MaxBy(equal => equal.Holders);
        return most.Holders >= enough ? most.Sum
            : throw new ProtocolViolationException(ViolationCode.BelowThreshold, Party.Server,
                $"{enough} releases of one digest sum of group {group}", $"{most.Holders}");
    }

    private static (GroupStatus Status, Digest Digest) OpenGroup(AggregationPlan plan, RoundOpening opening,
        GroupKey key, int clients, Digest agreed, Stream ciphertexts, ISumSink sink)
    {
        using LinearDigestBuilder digest = LinearDigestBuilder.OfSum(plan.DigestKey!, plan.Parameters, clients);
        using GroupOpening group = new(plan, opening, key, clients, sink);
        AlignedBuffer<ulong> words = new(SummedChunkPacking.Words(plan.Parameters));
        byte[] packed = new byte[SummedChunkPacking.Bytes(plan.Parameters, clients)];
        for (long chunk = 0; chunk < plan.Parameters.ChunkCount; chunk++)
        {
            Read(ciphertexts, packed, key.Group, chunk);
            try
            {
                SummedChunkPacking.Unpack(plan.Parameters, clients, packed, words.Span);
            }
            catch (CiphertextFormatException refusal)
            {
                throw new ProtocolViolationException(ViolationCode.MalformedCiphertext, Party.Server,
                    $"group {key.Group}, summed chunk {chunk}, {refusal.Field}: {refusal.Expected}", refusal.Received);
            }

            digest.Append(chunk, words.Span);
            group.Take(chunk, words.Span);
        }

        Digest computed = LinearDigestHash.Of(digest.Complete().ToBytes());
        if (computed != agreed)
        {
            throw new ProtocolViolationException(ViolationCode.WrongSummedCiphertext, Party.Server,
                $"the sum of the {clients} contributions of group {key.Group}, linear digest "
                + agreed.ToShortString(), computed.ToShortString());
        }

        return group.Finish();
    }

    private static void Read(Stream ciphertexts, byte[] packed, int group, long chunk)
    {
        int read = ciphertexts.ReadAtLeast(packed, packed.Length, throwOnEndOfStream: false);
        if (read < packed.Length)
        {
            throw new ProtocolViolationException(ViolationCode.Truncated, Party.Server,
                $"summed chunk {chunk} of group {group}, {packed.Length} bytes", $"{read} bytes");
        }
    }
}
