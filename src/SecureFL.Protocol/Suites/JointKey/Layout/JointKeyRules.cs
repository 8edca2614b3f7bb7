using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;

namespace SecureFL.Protocol.Suites.JointKey.Layout;

/// <summary>What everyone checks of the joint-key part of a proposal.</summary>
internal static class JointKeyRules
{
    /// <summary>
    /// Exactly t active holders with entries in the opening, a sum for each group, and a count of coefficients that
    /// this key may still reach.
    /// </summary>
    public static void Require(CertificateProposal proposal, RoundOpening opening, AggregationPlan plan)
    {
        JointKeyTerms terms = proposal.JointKey!;
        int threshold = plan.Quorum.Threshold;
        if (terms.ActiveSet.Length != threshold || terms.ActiveSet.Any(holder => opening.PositionOf(holder) < 0))
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongActiveSet, Party.Server, $"an active set of {threshold} key holders of the opening",
                string.Join(", ", terms.ActiveSet));
        }

        if (terms.Sums.Length != proposal.Groups.Length
            || terms.Sums.Distinct().Count() != terms.Sums.Length)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongSummedCiphertext, Party.Server,
                $"{proposal.Groups.Length} summed ciphertexts, all different", $"{terms.Sums.Length}");
        }

        long limit = plan.MaxCoefficientsPerKey;
        long cost = Cost(proposal, plan);
        if (terms.Decrypted < cost || terms.Decrypted > limit)
        {
            throw new ProtocolViolationException(
                ViolationCode.KeyExhausted, Party.Server, $"a count of decrypted coefficients from {cost} to {limit}",
                $"{terms.Decrypted}");
        }
    }

    /// <summary>Refuses a count that forgets rounds, and a summed ciphertext that was voted for before.</summary>
    public static void RequirePast(CertificateProposal proposal, RoundOpening opening, KeyEpochs epochs,
        AggregationPlan plan)
    {
        JointKeyTerms terms = proposal.JointKey!;
        epochs.RequireActive(opening);
        long least = checked(epochs.DecryptedUnder(opening.KeyEpoch) + Cost(proposal, plan));
        if (terms.Decrypted < least)
        {
            throw new ProtocolViolationException(
                ViolationCode.KeyExhausted, Party.Server, $"a count of at least {least} decrypted coefficients",
                $"{terms.Decrypted}");
        }

        foreach (Digest sum in terms.Sums)
        {
            if (epochs.RoundOfSum(sum) is { } former)
            {
                throw new ProtocolViolationException(
                    ViolationCode.CiphertextDecrypted, Party.Server, "a summed ciphertext of its own",
                    $"the one of round {former}");
            }
        }
    }

    /// <summary>Refuses a release of a holder that is not active.</summary>
    public static void RequireActive(Release release, CertificateProposal proposal)
    {
        if (!proposal.JointKey!.ActiveSet.Contains(release.Holder))
        {
            throw new ProtocolViolationException(ViolationCode.WrongActiveSet, release.Signer,
                "a release of an active holder", "another's");
        }
    }

    /// <summary>Refuses releases of other holders than exactly the active ones.</summary>
    public static void RequireAll(IReadOnlyCollection<Release> releases, CertificateProposal proposal)
    {
        foreach (Release release in releases)
        {
            RequireActive(release, proposal);
        }

        int active = proposal.JointKey!.ActiveSet.Length;
        if (releases.Count != active)
        {
            throw new ProtocolViolationException(ViolationCode.BelowThreshold, Party.Peer,
                $"the releases of all {active} active key holders", $"{releases.Count}");
        }
    }

    /// <summary>Coefficients that the round decrypts.</summary>
    public static long Cost(CertificateProposal proposal, AggregationPlan plan) =>
        checked(proposal.Groups.Length * plan.JointKey.CoefficientsPerGroup);
}
