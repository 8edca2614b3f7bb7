using System.Collections.Immutable;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>An auditor's half of the one-time-key suite: the releases give each group's key sum.</summary>
internal sealed class OneTimeKeyAudit(AggregationPlan plan) : ISuiteAudit
{
    public bool Handle(MessageType type, ReadOnlySpan<byte> payload) => false;

    public void Require(RoundOpening opening)
    {
    }

    public void Handle(CertificateProposal proposal)
    {
    }

    public void Require(Release release, CertificateProposal proposal)
    {
    }

    public ISuiteAuditedRound Reconstruct(CertificateProposal proposal, IReadOnlyCollection<Release> releases) =>
        new AuditedRound(plan, proposal, GroupKeys.Reconstruct(proposal, releases, plan));

    private sealed class AuditedRound(AggregationPlan plan, CertificateProposal proposal,
        ImmutableArray<GroupKey> keys) : ISuiteAuditedRound
    {
        public ImmutableArray<int> Liars => [.. keys.SelectMany(key => key.Liars).Distinct().Order()];

        public bool Allows(int group, GroupStatus status) =>
            keys[group].IsSpoiled == (status == GroupStatus.KeyOutOfBound);

        public AggregationResult Recompute(RoundOpening opening, IContributionStore store, ICiphertextSource source,
            ISumSink sink) => OneTimeKeyServer.OpenRecorded(plan, opening, store, proposal, keys, sink);
    }
}
