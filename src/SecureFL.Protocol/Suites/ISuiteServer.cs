using System.Collections.Immutable;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Suites;

/// <summary>The server's half of one round of a suite. Not thread-safe.</summary>
public interface ISuiteServer : IDisposable
{
    /// <summary>Whether a contribution enters the sum once it is accepted, and its chunks are forgotten.</summary>
    bool SumsOnAcceptance { get; }

    /// <summary>A contribution was accepted: its chunks are in the store.</summary>
    void Accept(int client);

    /// <summary>
    /// Sums the groups, and says what a proposal of this suite fixes besides the set; null for nothing.
    /// </summary>
    JointKeyTerms? CreateTerms(ImmutableArray<ImmutableArray<CertificateEntry>> groups);

    /// <summary>The set is fixed.</summary>
    void Close(CertificateProposal proposal);

    /// <summary>An earlier process fixed the set; what it derived from it is made again and compared.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">It is not what the proposal names.</exception>
    void Restore(CertificateProposal proposal);

    /// <summary>The set is none any more, and nobody was shown it.</summary>
    void Reopen()
    {
    }

    /// <summary>Refuses a release that its holder has no part in.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">As said.</exception>
    void Require(Release release)
    {
    }

    /// <summary>Takes a release that has been checked.</summary>
    void Handle(Release release);

    /// <summary>Opens the sums from the releases so far, chunk by chunk.</summary>
    /// <param name="releases">The releases.</param>
    /// <param name="sink">Receives the sums.</param>
    /// <param name="ciphertexts">Receives the summed ciphertexts where clients of the suite check them; null for
    /// nobody.</param>
    /// <exception cref="Messages.Violations.ProtocolViolationException">Too few releases, or contradictory ones.
    /// </exception>
    AggregationResult Open(IReadOnlyCollection<Release> releases, ISumSink sink, ISummedCiphertextSink? ciphertexts);
}

/// <summary>What a suite needs of its server besides; each suite has its own.</summary>
public abstract record SuiteServerOptions;

/// <summary>What the server's half of a round works with.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Opening">The round.</param>
/// <param name="Store">The chunks of all uploads.</param>
/// <param name="KeepsChunks">Whether the store shall keep chunks until the round is decided.</param>
/// <param name="Options">What the suite needs besides; null for nothing.</param>
public sealed record SuiteServerSettings(AggregationPlan Plan, RoundOpening Opening, IContributionStore Store,
    bool KeepsChunks, SuiteServerOptions? Options);
