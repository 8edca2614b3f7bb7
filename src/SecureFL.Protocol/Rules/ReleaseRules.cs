using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Rules;

/// <summary>What server and auditor check of a release before it is combined.</summary>
internal static class ReleaseRules
{
    public static void Require(Release release, CertificateProposal proposal, AggregationPlan plan)
    {
        proposal.Context.Require(release.Context, release.Signer);
        if (release.Opening != proposal.Opening || release.Certificate != proposal.Hash)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongCertificate, release.Signer, $"a release for {proposal.Hash.ToShortString()}",
                release.Certificate.ToShortString());
        }

        release.RequireSignature(plan.HolderKey(release.Holder));
        if (release.Groups.Length != proposal.Groups.Length)
        {
            throw new ProtocolViolationException(
                ViolationCode.OutOfRange, release.Signer, $"{proposal.Groups.Length} group sums",
                $"{release.Groups.Length}");
        }

        plan.Layout.Require(release);
    }
}
