using System.Collections.Immutable;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites;
using SecureFL.Protocol.Summation;

namespace SecureFL.Deployment.Tests.ThirdSuite;

/// <summary>The toy's server: adds once enough key holders have said yes.</summary>
internal sealed class InsecurePlainServer(SuiteServerSettings settings) : ISuiteServer
{
    private CertificateProposal? _proposal;

    public bool SumsOnAcceptance => false;

    public void Accept(int client)
    {
    }

    public JointKeyTerms? CreateTerms(ImmutableArray<ImmutableArray<CertificateEntry>> groups) => null;

    public void Close(CertificateProposal proposal) => _proposal = proposal;

    public void Restore(CertificateProposal proposal) => _proposal = proposal;

    public void Require(Release release) => InsecurePlainAudit.RequireAnswer(release, _proposal!);

    public void Handle(Release release)
    {
    }

    public AggregationResult Open(IReadOnlyCollection<Release> releases, ISumSink sink,
        ISummedCiphertextSink? ciphertexts) =>
        releases.Count >= settings.Plan.Quorum.Threshold
        ? InsecurePlainSum.Open(settings.Plan, _proposal!, settings.Store, sink)
        : throw new ProtocolViolationException(ViolationCode.BelowThreshold, Party.Peer,
            $"{settings.Plan.Quorum.Threshold} releases", $"{releases.Count}");

    public void Dispose()
    {
    }
}

/// <summary>The toy's auditor: every release is the yes that it has to be, and the recorded sums add up.</summary>
internal sealed class InsecurePlainAudit(AggregationPlan plan) : ISuiteAudit
{
    public static void RequireAnswer(Release release, CertificateProposal proposal)
    {
        for (int group = 0; group < release.Groups.Length; group++)
        {
            if (!release.Groups[group].Span.SequenceEqual(InsecurePlainSuite.AnswerTo(proposal, group)))
            {
                throw new ProtocolViolationException(ViolationCode.ShareMismatch, release.Signer,
                    $"a yes to group {group}", "something else");
            }
        }
    }

    public bool Handle(Messages.Wire.MessageType type, ReadOnlySpan<byte> payload) => false;

    public void Require(RoundOpening opening)
    {
    }

    public void Handle(CertificateProposal proposal)
    {
    }

    public void Require(Release release, CertificateProposal proposal) => RequireAnswer(release, proposal);

    public ISuiteAuditedRound Reconstruct(CertificateProposal proposal, IReadOnlyCollection<Release> releases) =>
        new Round(plan, proposal);

    private sealed class Round(AggregationPlan plan, CertificateProposal proposal) : ISuiteAuditedRound
    {
        public ImmutableArray<int> Liars => [];

        public bool Allows(int group, GroupStatus status) => status == GroupStatus.Opened;

        public AggregationResult Recompute(RoundOpening opening, IContributionStore store, ICiphertextSource source,
            ISumSink sink) => InsecurePlainSum.Open(plan, proposal, store, sink);
    }
}
