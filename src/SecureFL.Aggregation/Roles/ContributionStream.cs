using SecureFL.Encoding.Quantization;
using SecureFL.Ring.Randomness;

namespace SecureFL.Aggregation;

/// <summary>
/// One contribution under way: chunks in order, then the header. Constant memory whatever the vector's length. Its secrets live here
/// and are erased with the header, or on disposal. Not thread-safe.
/// </summary>
public sealed class ContributionStream : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly RoundOpening _opening;
    private readonly int _client;
    private readonly IContributionCipher _cipher;
    private readonly ContributionRoot _root;

    internal ContributionStream(
        AggregationPlan plan,
        RoundOpening opening,
        int client,
        Digest baseVersion,
        SigningIdentity identity,
        IEntropySource entropy,
        Rounding rounding,
        ulong? roundingSeed,
        JointKeyEpoch? epoch)
    {
        _plan = plan;
        _opening = opening;
        _client = client;
        _cipher = plan.IsJointKey
            ? new JointKeyCipher(plan, opening, client, baseVersion, identity, entropy, rounding, roundingSeed, epoch)
            : new OneTimeKeyCipher(plan, opening, client, baseVersion, identity, entropy, rounding, roundingSeed);
        _root = new ContributionRoot(plan);
    }

    /// <summary>The chunk that comes next.</summary>
    public long NextChunk => _root.Next;

    /// <summary>Values that were clipped so far.</summary>
    public long ClippedCount => _cipher.ClippedCount;

    /// <summary>Computes the mask of a chunk ahead, for example while training runs: it lives in memory only, and the chunk consumes it. In the joint-key suite, where masks do not depend on the chunk, any chunk does.</summary>
    /// <exception cref="InvalidOperationException">The chunk's mask was prepared or used before.</exception>
    public void PrepareMask(long chunk) => _cipher.PrepareMask(chunk);

    /// <summary>Encrypts the next chunk.</summary>
    /// <param name="floats">Its values, already scaled by the weight where the plan has one.</param>
    /// <param name="integers">Its counter digits.</param>
    /// <exception cref="InvalidOperationException">All chunks exist.</exception>
    public ContributionChunk CreateChunk(ReadOnlySpan<float> floats, ReadOnlySpan<int> integers)
    {
        if (_root.IsComplete)
        {
            throw new InvalidOperationException($"all {_plan.Parameters.ChunkCount} chunks of the contribution exist");
        }

        byte[] packed = new byte[_plan.Parameters.ChunkBytes];
        long index = _root.Next;
        _cipher.EncryptChunk(index, floats, integers, packed);
        _root.Append(packed);
        return new ContributionChunk(_opening.Context, _client, index, packed);
    }

    /// <summary>Shares the key to the holders, signs, and erases the key. Once, after the last chunk.</summary>
    /// <exception cref="InvalidOperationException">Chunks are missing.</exception>
    /// <exception cref="ObjectDisposedException">The header exists already.</exception>
    public ContributionHeader CreateHeader()
    {
        ContributionHeader header = _cipher.CreateHeader(_root.Finish());
        Dispose();
        return header;
    }

    /// <summary>Erases the key.</summary>
    public void Dispose()
    {
        _cipher.Dispose();
        _root.Dispose();
    }
}
