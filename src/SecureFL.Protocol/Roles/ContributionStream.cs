using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Suites;
using SecureFL.Protocol.Summation;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Quantization;
using SecureFL.Seal.Serialization;
using SecureFL.Seal.Wire;

namespace SecureFL.Protocol.Roles;

/// <summary>
/// One contribution under way: chunks in order, then the header. Constant memory whatever the vector's length. Its
/// secrets live here and are erased with the header, or on disposal. Not thread-safe.
/// </summary>
public sealed class ContributionStream : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly RoundOpening _opening;
    private readonly int _client;
    private readonly IContributionCipher _cipher;
    private readonly ContributionRoot _root;
    private readonly ContributionDigest _digest;
    private readonly SealChunkCodec? _seal;
    private readonly byte[] _packed;
    private ChunkMessage? _message;

    internal ContributionStream(ISuiteClient suite, ContributionTerms terms)
    {
        AggregationPlan plan = terms.Plan;
        _plan = plan;
        _opening = terms.Opening;
        _client = terms.Client;
        _cipher = suite.CreateCipher(terms);
        _root = new ContributionRoot(plan);
        _digest = new ContributionDigest(plan);
        _seal = plan.Parameters.TravelsAsSeal ? new SealChunkCodec(plan.Parameters) : null;
        _packed = new byte[_seal is null ? 0 : plan.Parameters.ChunkBytes];
    }

    /// <summary>The chunk that comes next.</summary>
    public long NextChunk => _root.Next;

    /// <summary>Values that were clipped so far.</summary>
    public long ClippedCount => _cipher.ClippedCount;

    /// <summary>
    /// Computes the mask of a chunk ahead, for example while training runs: it lives in memory only, and the chunk
    /// consumes it. In the joint-key suite, where masks do not depend on the chunk, any chunk does.
    /// </summary>
    /// <exception cref="InvalidOperationException">The chunk's mask was prepared or used before.</exception>
    public void PrepareMask(long chunk) => _cipher.PrepareMask(chunk);

    /// <summary>Encrypts the next chunk.</summary>
    /// <param name="floats">Its values, already scaled by the weight where the plan has one.</param>
    /// <param name="integers">Its counter digits.</param>
    /// <exception cref="InvalidOperationException">All chunks exist.</exception>
    public ContributionChunk CreateChunk(ReadOnlySpan<float> floats, ReadOnlySpan<int> integers) =>
        ChunkIn(new byte[_plan.Parameters.WireChunkBytes], floats, integers);

    /// <summary>
    /// Encrypts the next chunk and encodes it in memory that the next one will use again: what a client sends as it
    /// goes.
    /// </summary>
    /// <param name="floats">As in <see cref="CreateChunk"/>.</param>
    /// <param name="integers">As in <see cref="CreateChunk"/>.</param>
    /// <returns>The message; valid until the next call.</returns>
    /// <exception cref="InvalidOperationException">All chunks exist.</exception>
    public ReadOnlyMemory<byte> EncodeChunk(ReadOnlySpan<float> floats, ReadOnlySpan<int> integers)
    {
        _message ??= new ChunkMessage(_plan.Limits, _opening.Context, _client);
        return _message.Encode(EncryptNext(floats, integers, _message.Packed));
    }

    /// <summary>
    /// Takes the next chunk from a SEAL program, which has encrypted the plaintext of that chunk under the round's
    /// joint public key. What it encrypted, nobody sees.
    /// </summary>
    /// <param name="ciphertext">A ciphertext as SEAL saves it: compressed or not, seeded or not.</param>
    /// <exception cref="SealFormatException">It is none of the plan's parameters, level and scale;
    /// the same chunk is still due.</exception>
    /// <exception cref="InvalidOperationException">All chunks exist, or the plan's ciphertexts are
    /// bit-packed.</exception>
    public ContributionChunk ImportChunk(ReadOnlySpan<byte> ciphertext)
    {
        RequireRoom();
        (_seal ?? throw new InvalidOperationException(
            "the plan's ciphertexts are bit-packed: a SEAL program cannot make them")).Import(ciphertext, _packed);
        byte[] wire = new byte[_plan.Parameters.WireChunkBytes];
        return new ContributionChunk(_opening.Context, _client, Append(_packed, wire), wire);
    }

    /// <summary>Encrypts a whole vector, chunk after chunk.</summary>
    /// <param name="vector">The plan's number of values; NaN and infinity are refused before the first chunk.</param>
    /// <param name="counters">The plan's counters, the weight first; none where the plan has none.</param>
    /// <param name="take">Receives each chunk, whose memory the next one uses again.</param>
    /// <exception cref="ArgumentException">A wrong length, a value that is not finite, a counter beyond its
    /// magnitude.</exception>
    /// <exception cref="InvalidOperationException">Chunks exist already.</exception>
    public void WriteVector(ReadOnlySpan<float> vector, ReadOnlySpan<long> counters, Action<ContributionChunk> take)
    {
        byte[] wire = new byte[_plan.Parameters.WireChunkBytes];
        WriteVector(vector, counters, () => wire, take);
    }

    /// <summary>Encrypts a whole vector, chunk after chunk, each into the memory that it is given.</summary>
    internal void WriteVector(ReadOnlySpan<float> vector, ReadOnlySpan<long> counters, Func<byte[]> memory,
        Action<ContributionChunk> take)
    {
        ArgumentNullException.ThrowIfNull(take);
        if (NextChunk != 0)
        {
            throw new InvalidOperationException($"{NextChunk} chunks of the contribution exist already");
        }

        VectorLayout layout = new(_plan);
        layout.RequireLength(vector);
        int[] integers = layout.SplitCounters(counters);
        float scale = layout.ScaleFor(counters);
        ContributionEncryptor.RequireFinite(vector);
        float[] scaled = new float[_plan.Parameters.ElementsPerChunk];
        for (long chunk = 0; chunk < _plan.Parameters.ChunkCount; chunk++)
        {
            ReadOnlySpan<float> floats = layout.Floats(chunk, vector);
            take(ChunkIn(memory(), VectorLayout.Scale(floats, scale, scaled), layout.Integers(chunk, integers)));
        }
    }

    /// <summary>Shares the key to the holders, signs, and erases the key. Once, after the last chunk.</summary>
    /// <exception cref="InvalidOperationException">Chunks are missing.</exception>
    /// <exception cref="ObjectDisposedException">The header exists already.</exception>
    public ContributionHeader CreateHeader()
    {
        ContributionHeader header = _cipher.CreateHeader(_root.Finish(), _digest.Finish());
        Dispose();
        return header;
    }

    /// <summary>Erases the key.</summary>
    public void Dispose()
    {
        _cipher.Dispose();
        _root.Dispose();
        _digest.Dispose();
    }

    private void RequireRoom()
    {
        if (_root.IsComplete)
        {
            throw new InvalidOperationException($"all {_plan.Parameters.ChunkCount} chunks of the contribution exist");
        }
    }

    private ContributionChunk ChunkIn(byte[] wire, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers) =>
        new(_opening.Context, _client, EncryptNext(floats, integers, wire), wire);

    private long EncryptNext(ReadOnlySpan<float> floats, ReadOnlySpan<int> integers, Span<byte> wire)
    {
        RequireRoom();
        Span<byte> packed = _seal is null ? wire : _packed;
        _cipher.EncryptChunk(_root.Next, floats, integers, packed);
        return Append(packed, wire);
    }

    /// <summary>Root, digest and signature are over the packed form; what leaves is the wire form.</summary>
    private long Append(ReadOnlySpan<byte> packed, Span<byte> wire)
    {
        _seal?.Unpack(packed, wire);
        long index = _root.Next;
        _digest.Append(index, packed);
        _root.Append(packed);
        return index;
    }
}
