using SecureFL.Ring.Memory;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Contributions;

/// <summary>
/// The server's sum of ciphertexts: one 64-bit word a residue, added lazily without reduction for as many uploads as
/// fit. Memory is O(model): 8 bytes times N times the number of primes for every polynomial of every chunk, whatever
/// the number of clients. Not thread-safe, but different chunks may be added to from different threads.
/// </summary>
public sealed class ContributionAccumulator : IDisposable
{
    private readonly AlignedBuffer<ulong>?[] _chunks;
    private readonly ChunkCodec _codec;
    private readonly int[] _pending;
    private readonly int _lazyLimit;
    private readonly int _chunkWords;

    /// <summary>An empty sum.</summary>
    public ContributionAccumulator(AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        _codec = new ChunkCodec(parameters);
        _chunks = new AlignedBuffer<ulong>?[parameters.ChunkCount];
        _pending = new int[parameters.ChunkCount];
        // A reduced sum counts as one addition: limit (p - 1) < 2^64.
        _lazyLimit = (int)Math.Min(int.MaxValue, ulong.MaxValue / (parameters.Ckks.Moduli.Max(p => p.Value) - 1));
        _chunkWords = parameters.Polynomials * parameters.RingDegree * parameters.Ckks.Moduli.Length;
    }

    /// <summary>The parameters of the round.</summary>
    public AggregationParameters Parameters { get; }

    /// <summary>Adds one packed chunk.</summary>
    /// <exception cref="CiphertextFormatException">Wrong length, or a residue that is not below its prime; nothing was
    /// added.</exception>
    public void Add(long chunk, ReadOnlySpan<byte> packed) => Add(chunk, packed, default, default, default);

    /// <summary>
    /// Adds up to four packed chunks of different clients in one pass over the sum, which is up to twice as fast;
    /// unused ones are empty and come last.
    /// </summary>
    /// <exception cref="ArgumentException">An empty one stands before another.</exception>
    /// <exception cref="CiphertextFormatException">Wrong length, or a residue that is not below its prime; none of the
    /// four was added.</exception>
    public void Add(long chunk, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, ReadOnlySpan<byte> third,
        ReadOnlySpan<byte> fourth)
    {
        if (chunk < 0 || chunk >= Parameters.ChunkCount)
        {
            throw new CiphertextFormatException("chunk index", $"0 to {Parameters.ChunkCount - 1}", $"{chunk}");
        }

        if ((second.IsEmpty && !third.IsEmpty) || (third.IsEmpty && !fourth.IsEmpty))
        {
            throw new ArgumentException("an upload follows an empty one: it would not be added");
        }

        int count = CheckLength(first, true) + CheckLength(second, false) + CheckLength(third, false)
            + CheckLength(fourth, false);
        Span<ulong> sums = (_chunks[chunk] ??= new AlignedBuffer<ulong>(_chunkWords)).Span;
        if (_pending[chunk] > _lazyLimit - count)
        {
            _codec.Reduce(sums);
            _pending[chunk] = 1;
        }

        if (_codec.Add(first, second, third, fourth, sums) is { } bad)
        {
            throw new CiphertextFormatException(
                $"residue {bad.Coefficient} modulo prime {bad.Prime} of {(Parameters.JointKey is null ? string.Empty : $"c{bad.Polynomial} of ")}chunk {chunk}, upload {bad.Upload}", $"below {Parameters.Ckks.Moduli[bad.Prime]}", $"{bad.Value}");
        }

        _pending[chunk] += count;
    }

    /// <summary>
    /// Writes the sum of a chunk as a packed chunk of canonical residues (under a joint key c0, then c1): what is
    /// hashed, handed to key holders and opened. The one encoding of that sum, whatever the order of additions.
    /// </summary>
    /// <exception cref="ArgumentException">No such chunk, or a destination that is not ChunkBytes long.</exception>
    public void EncodeSum(long chunk, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(chunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(chunk, Parameters.ChunkCount);
        if (destination.Length != Parameters.ChunkBytes)
        {
            throw new ArgumentException(
                $"a packed chunk is {Parameters.ChunkBytes} bytes, the destination {destination.Length}",
                nameof(destination));
        }

        Span<ulong> sums = (_chunks[chunk] ??= new AlignedBuffer<ulong>(_chunkWords)).Span;
        _codec.Reduce(sums);
        _pending[chunk] = Math.Min(_pending[chunk], 1);
        for (int i = 0; i < Parameters.Polynomials; i++)
        {
            ResiduePacking.Pack(
                Parameters.Ckks,
                sums.Slice(i * (_chunkWords / Parameters.Polynomials), _chunkWords / Parameters.Polynomials),
                destination.Slice(i * Parameters.PolynomialBytes, Parameters.PolynomialBytes));
        }
    }

    /// <summary>
    /// The lazy sums of a chunk's c0 (the only polynomial under one-time keys), [prime][coefficient]; all zero if
    /// nothing was added. They are not reduced where the plan obeys the digest rule, which leaves room for all clients
    /// in 64 bits, and nobody has encoded the sum.
    /// </summary>
    public ReadOnlySpan<ulong> Sums(long chunk) =>
        (_chunks[chunk] ??= new AlignedBuffer<ulong>(_chunkWords)).Span[..(_chunkWords / Parameters.Polynomials)];

    /// <summary>Releases working memory.</summary>
    public void Dispose() => _codec.Dispose();

    private int CheckLength(ReadOnlySpan<byte> packed, bool required)
    {
        if (packed.Length == Parameters.ChunkBytes)
        {
            return 1;
        }

        return packed.IsEmpty && !required
            ? 0
            : throw new CiphertextFormatException("chunk length", $"{Parameters.ChunkBytes} bytes",
                $"{packed.Length} bytes");
    }
}
