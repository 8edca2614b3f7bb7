using System.Collections.Immutable;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Suites;

/// <summary>An auditor's half of a suite, over a whole transcript. Not thread-safe.</summary>
public interface ISuiteAudit
{
    /// <summary>Takes a record between rounds that only this suite has.</summary>
    /// <returns>Whether it is one.</returns>
    /// <exception cref="Messages.Violations.ProtocolViolationException">What is wrong with it.</exception>
    bool Handle(MessageType type, ReadOnlySpan<byte> payload);

    /// <summary>Refuses a round that the records before it do not allow.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">As said.</exception>
    void Require(RoundOpening opening);

    /// <summary>Takes an agreed set.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">It forgets rounds before it.</exception>
    void Handle(CertificateProposal proposal);

    /// <summary>Refuses a release that its holder has no part in.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">As said.</exception>
    void Require(Release release, CertificateProposal proposal);

    /// <summary>What the releases of a round open.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">Too few releases, or contradictory ones.
    /// </exception>
    ISuiteAuditedRound Reconstruct(CertificateProposal proposal, IReadOnlyCollection<Release> releases);
}

/// <summary>A round whose releases have been audited.</summary>
public interface ISuiteAuditedRound
{
    /// <summary>Holders whose release was proven wrong and corrected, by plan index.</summary>
    ImmutableArray<int> Liars { get; }

    /// <summary>Whether a group's status is one that the releases allow.</summary>
    bool Allows(int group, GroupStatus status);

    /// <summary>Opens the sums again from recorded ciphertexts.</summary>
    /// <param name="opening">The round.</param>
    /// <param name="store">The contributions, their roots checked.</param>
    /// <param name="source">What else is recorded.</param>
    /// <param name="sink">Receives the sums.</param>
    /// <exception cref="Messages.Violations.ProtocolViolationException">The records do not give what was certified.
    /// </exception>
    AggregationResult Recompute(RoundOpening opening, IContributionStore store, ICiphertextSource source,
        ISumSink sink);
}
