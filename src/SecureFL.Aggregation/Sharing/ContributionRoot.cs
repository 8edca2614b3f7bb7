namespace SecureFL.Aggregation;

/// <summary>
/// The root over a contribution's chunks, computed as they stream by: H("contribution-root", u64 count || chunk hashes
/// in order), where a chunk hash is H("contribution-chunk", u64 index || packed bytes), and in the joint-key suite
/// H("contribution-chunk", u64 index || half hash of c0 || half hash of c1), so that whoever needs one half alone can
/// check it. Not thread-safe.
/// </summary>
internal sealed class ContributionRoot : IDisposable
{
    private readonly DomainHash _root = new("contribution-root");
    private readonly long _count;
    private readonly bool _halves;

    public ContributionRoot(AggregationPlan plan)
    {
        _count = plan.Parameters.ChunkCount;
        _halves = plan.IsJointKey;
        _root.Append((ulong)_count);
    }

    /// <summary>The chunk that comes next.</summary>
    public long Next { get; private set; }

    public bool IsComplete => Next == _count;

    public void Append(ReadOnlySpan<byte> packed)
    {
        if (_halves)
        {
            Append(JointKeyHashes.Half(packed[..(packed.Length / 2)]),
                JointKeyHashes.Half(packed[(packed.Length / 2)..]));
            return;
        }

        using DomainHash chunk = new("contribution-chunk");
        chunk.Append((ulong)Next++);
        chunk.Append(packed);
        _root.Append(chunk.Finish());
    }

    /// <summary>The next chunk by the hashes of its halves.</summary>
    public void Append(Digest first, Digest second) =>
        _root.Append(JointKeyHashes.ContributionChunk(Next++, first, second));

    public Digest Finish() => IsComplete ? _root.Finish()
        : throw new InvalidOperationException($"{Next} of {_count} chunks were hashed");

    public void Dispose() => _root.Dispose();
}
