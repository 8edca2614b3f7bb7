namespace SecureFL.Aggregation;

/// <summary>
/// The root over a contribution's chunks, computed as they stream by: H("contribution-root", u64 count || chunk hashes in order), where a
/// chunk hash is H("contribution-chunk", u64 index || packed bytes). Not thread-safe.
/// </summary>
internal sealed class ContributionRoot : IDisposable
{
    private readonly DomainHash _root = new("contribution-root");
    private readonly long _count;

    public ContributionRoot(long chunkCount)
    {
        _count = chunkCount;
        _root.Append((ulong)chunkCount);
    }

    /// <summary>The chunk that comes next.</summary>
    public long Next { get; private set; }

    public bool IsComplete => Next == _count;

    public void Append(ReadOnlySpan<byte> packed)
    {
        using DomainHash chunk = new("contribution-chunk");
        chunk.Append((ulong)Next++);
        chunk.Append(packed);
        _root.Append(chunk.Finish());
    }

    public Digest Finish() => IsComplete ? _root.Finish() : throw new InvalidOperationException($"{Next} of {_count} chunks were hashed");

    public void Dispose() => _root.Dispose();
}
