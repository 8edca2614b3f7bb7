using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Threshold;
using SecureFL.Threshold.Reconstruction;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>The sum of a group's keys, or that there is none a group of honest clients could have.</summary>
/// <param name="Group">Position in the certificate.</param>
/// <param name="KeySum">N centred coefficients of S; empty where some |S_k| exceeds 80 n_group.</param>
/// <param name="Liars">Plan indices of holders whose release is proven wrong.</param>
internal sealed record GroupKey(int Group, ImmutableArray<int> KeySum, ImmutableArray<int> Liars)
{
    public bool IsSpoiled => KeySum.IsEmpty;
}

/// <summary>Reconstructs each group's key sum from the holders' releases.</summary>
internal static class GroupKeys
{
    public static ImmutableArray<GroupKey> Reconstruct(CertificateProposal proposal,
        IReadOnlyCollection<Release> releases, AggregationPlan plan)
    {
        if (releases.Count < plan.Quorum.Threshold)
        {
            throw new ProtocolViolationException(
                ViolationCode.BelowThreshold, Party.Peer,
                $"{plan.Quorum.Threshold} releases of round {proposal.Context.Round}", $"{releases.Count}");
        }

        return [.. Enumerable.Range(0, proposal.Groups.Length)
            .Select(group => Reconstruct(group, proposal, releases, plan))];
    }

    private static GroupKey Reconstruct(int group, CertificateProposal proposal, IReadOnlyCollection<Release> releases,
        AggregationPlan plan)
    {
        KeyReconstruction reconstruction = new(plan.Sharing);
        foreach (Release release in releases)
        {
            try
            {
                reconstruction.AddAnswer(ShareContext.SharePoint(release.Holder), release.Groups[group].Span);
            }
            catch (ThresholdViolationException refusal)
            {
                throw ThresholdViolations.From(refusal, release.Signer);
            }
        }

        KeyReconstructionResult result =
            reconstruction.Reconstruct((long)ProtocolLimits.SecretBound * proposal.Groups[group].Length);
        ImmutableArray<int> liars = [.. result.Liars.Select(point => point - 1)];
        return result.Outcome switch
        {
            ReconstructionOutcome.Opened => new GroupKey(group, result.KeySum, liars),
            ReconstructionOutcome.OutOfBound => new GroupKey(group, [], liars),
            _ => throw new ProtocolViolationException(
                ViolationCode.InconsistentReleases,
                Party.Peer,
                $"{result.AnswersNeeded} releases to find out who lies",
                $"{result.Answers} that contradict each other in group {group}"),
        };
    }
}
