using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Rules;

/// <summary>What a client checks of the evidence for an opened sum before it looks at ciphertexts.</summary>
internal static class EvidenceRules
{
    /// <exception cref="ProtocolViolationException">Another chain, opening, certificate or release than signed, or too
    /// few of them.</exception>
    public static void Require(SumEvidence evidence, AggregationPlan plan)
    {
        RoundOpening opening = evidence.Opening;
        plan.Context(opening.Context.Round).Require(opening.Context, Party.Server);
        OpeningRules.Require(opening, plan);
        if (opening.Head != evidence.Head.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.WrongHead, Party.Server,
                $"an opening on version {evidence.Head.Number}", opening.Head.ToShortString());
        }

        ModelChain.RequireFollows(evidence.Head, evidence.Next, plan);
        opening.Context.Require(evidence.Next.Context, Party.Server);
        CertificateRules.Require(evidence.Certificate.Proposal, opening, plan);
        CertificateRules.RequireQuorum(evidence.Certificate, plan);
        foreach (Release release in evidence.Releases)
        {
            ReleaseRules.Require(release, evidence.Certificate.Proposal, plan);
        }
    }
}
