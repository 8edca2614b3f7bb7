using SecureFL.Ring.Memory;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Contributions;

/// <summary>
/// The sum of packed polynomials of public residues, not reduced: what linear digests bind. As many may be added as the
/// plan's digest rule leaves room for. Not thread-safe; no allocation after construction.
/// </summary>
public sealed class UnreducedSum : IDisposable
{
    private readonly AggregationParameters _parameters;
    private readonly ChunkCodec _codec;
    private readonly AlignedBuffer<ulong> _words;
    private readonly AlignedBuffer<ulong> _reduced;

    /// <summary>Zero.</summary>
    public UnreducedSum(AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _parameters = parameters;
        _codec = new ChunkCodec(parameters);
        _words = new AlignedBuffer<ulong>(SummedChunkPacking.Words(parameters));
        _reduced = new AlignedBuffer<ulong>(_words.Length);
    }

    /// <summary>N words for each prime, [prime][coefficient].</summary>
    public ReadOnlySpan<ulong> Words => _words.Span;

    /// <summary>Adds a packed polynomial.</summary>
    /// <exception cref="CiphertextFormatException">Wrong length, or a residue that is not below its prime; nothing was
    /// added.</exception>
    public void Add(ReadOnlySpan<byte> packed)
    {
        if (packed.Length != _parameters.PolynomialBytes)
        {
            throw new CiphertextFormatException("polynomial", $"{_parameters.PolynomialBytes} bytes",
                $"{packed.Length} bytes");
        }

        if (_codec.Add(packed, default, default, default, _words.Span) is { } bad)
        {
            throw new CiphertextFormatException($"residue {bad.Coefficient} modulo prime {bad.Prime}",
                $"below {_parameters.Ckks.Moduli[bad.Prime]}", $"{bad.Value}");
        }
    }

    /// <summary>Back to zero.</summary>
    public void Clear() => _words.Span.Clear();

    /// <summary>Packs words modulo their primes: the one encoding of a sum that is decrypted.</summary>
    /// <param name="words">N for each prime, not reduced.</param>
    /// <param name="packed">PolynomialBytes bytes.</param>
    public void Reduce(ReadOnlySpan<ulong> words, Span<byte> packed)
    {
        words.CopyTo(_reduced.Span);
        _codec.Reduce(_reduced.Span);
        ResiduePacking.Pack(_parameters.Ckks, _reduced.Span, packed);
    }

    /// <inheritdoc/>
    public void Dispose() => _codec.Dispose();
}
