using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;

namespace SecureFL.Protocol.Plans;

/// <summary>
/// A suite under one plan: how large the parts of its messages are, and what everyone checks of them beyond what is the
/// same in all suites. Immutable, thread-safe.
/// </summary>
public abstract class SuiteLayout
{
    private const string ChunkDomain = "contribution-chunk";

    /// <summary>Sizes of what differs from suite to suite.</summary>
    public abstract SuiteSizes Sizes { get; }

    /// <summary>
    /// What a contribution's root covers of one packed chunk: H("contribution-chunk", u64 index || packed bytes) unless
    /// the suite splits it.
    /// </summary>
    public virtual Digest HashChunk(long index, ReadOnlySpan<byte> packed)
    {
        using DomainHash chunk = new(ChunkDomain);
        chunk.Append((ulong)index);
        chunk.Append(packed);
        return chunk.Finish();
    }

    /// <summary>Refuses an entry for a round whose key is none.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">As said.</exception>
    public virtual void Require(RoundOpeningEntry entry)
    {
    }

    /// <summary>Refuses a proposal whose part of this suite breaks a rule.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">As said.</exception>
    public virtual void Require(CertificateProposal proposal, RoundOpening opening, AggregationPlan plan)
    {
    }

    /// <summary>Refuses a release whose answers could not be used.</summary>
    /// <exception cref="Messages.Violations.ProtocolViolationException">As said.</exception>
    public virtual void Require(Release release)
    {
    }

    /// <summary>What the suite keeps in a key holder's ledger; null for nothing.</summary>
    public virtual ISuiteLedger? CreateLedger() => null;
}
