using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Rules;

/// <summary>
/// The root over a contribution's chunks, computed as they stream by: H("contribution-root", u64 count || chunk hashes
/// in order), where <see cref="SuiteLayout.HashChunk"/> gives the hash of a chunk. Not thread-safe.
/// </summary>
internal sealed class ContributionRoot : IDisposable
{
    private readonly DomainHash _root = new("contribution-root");
    private readonly SuiteLayout _layout;
    private readonly long _count;

    public ContributionRoot(AggregationPlan plan)
    {
        _count = plan.Parameters.ChunkCount;
        _layout = plan.Layout;
        _root.Append((ulong)_count);
    }

    /// <summary>The chunk that comes next.</summary>
    public long Next { get; private set; }

    public bool IsComplete => Next == _count;

    public void Append(ReadOnlySpan<byte> packed) => Append(_layout.HashChunk(Next, packed));

    /// <summary>The next chunk by its hash.</summary>
    public void Append(Digest chunk)
    {
        Next++;
        _root.Append(chunk);
    }

    public Digest Finish() => IsComplete ? _root.Finish()
        : throw new InvalidOperationException($"{Next} of {_count} chunks were hashed");

    public void Dispose() => _root.Dispose();
}
