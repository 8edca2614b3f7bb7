using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Protocol.Suites.JointKey.Rounds;

/// <summary>
/// A client opens the sums itself: the summed c0 is believed only if its linear digest is the one that f + 1 key
/// holders signed, the sum of the partial decryptions only if its digest is the sum of those that all active ones
/// signed. One pass, a chunk of each in memory. That an active holder's answer is true nobody can tell.
/// </summary>
internal static class JointSumVerification
{
    /// <summary>Opens all groups.</summary>
    /// <exception cref="ProtocolViolationException">An active holder's release is missing, too few agree on a digest,
    /// or these are not the sums of the certified contributions and of what was released.</exception>
    public static AggregationResult Open(AggregationPlan plan, SumEvidence evidence, Stream ciphertexts, ISumSink sink)
    {
        CertificateProposal proposal = evidence.Certificate.Proposal;
        JointKeyRules.RequireAll(evidence.Releases, proposal);
        return JointGroupOpening.OpenAll(plan, proposal, sink, (group, opening) =>
        {
            int clients = proposal.Groups[group].Length;
            Digest agreed = DigestSumRules.Agreed(evidence, group, plan);
            using DigestedSum first = new(plan, clients, $"sum of c0 of group {group}");
            using DigestedSum partials = new(plan, evidence.Releases.Length, $"partial decryptions of group {group}");
            for (long chunk = 0; chunk < plan.Parameters.ChunkCount; chunk++)
            {
                ReadOnlySpan<ulong> summed = first.Read(chunk, ciphertexts);
                opening.Take(chunk, summed, partials.Read(chunk, ciphertexts));
            }

            DigestSumRules.Require(first.Finish(), agreed, group, clients);
            RequireReleased(partials.Finish(), evidence.Releases, group);
        });
    }

    private static void RequireReleased(LinearDigest computed, ImmutableArray<Release> releases, int group)
    {
        LinearDigest released = LinearDigest.Sum(
            releases.Select(release => ContributionDigest.Read(release.Groups[group].Span, release.Signer)));
        if (!computed.Equals(released))
        {
            throw new ProtocolViolationException(ViolationCode.WrongPartialDecryption, Party.Server,
                $"the sum of the partial decryptions that the active key holders released of group {group}",
                "another");
        }
    }
}
