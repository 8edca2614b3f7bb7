using SecureFL.Ckks.JointKey;
using SecureFL.Encoding.Kernels;
using SecureFL.Encoding.Planning;
using SecureFL.Ring.Memory;

namespace SecureFL.Encoding.Contributions;

/// <summary>
/// The sum of one chunk of several contributions, for a key holder that recomputes what it is to decrypt: memory is one chunk, whatever the model and the number
/// of clients. Not thread-safe; no allocation after construction.
/// </summary>
public sealed class ChunkSum : IDisposable
{
    private readonly AlignedBuffer<ulong> _sums;
    private readonly ChunkCodec _codec;
    private readonly int _lazyLimit;
    private int _pending;

    /// <summary>An empty sum.</summary>
    public ChunkSum(AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        Parameters = parameters;
        _codec = new ChunkCodec(parameters);
        _sums = new AlignedBuffer<ulong>(parameters.Polynomials * parameters.RingDegree * parameters.Ckks.Moduli.Length);
        _lazyLimit = (int)Math.Min(int.MaxValue, (ulong.MaxValue / parameters.Ckks.Moduli.Max(p => p.Value)) - 1);
    }

    /// <summary>The parameters of the round.</summary>
    public AggregationParameters Parameters { get; }

    /// <summary>Forgets the chunk, for the next one.</summary>
    public void Clear()
    {
        _sums.Span.Clear();
        _pending = 0;
    }

    /// <summary>Adds one contribution's packed chunk.</summary>
    /// <exception cref="CiphertextFormatException">Wrong length, or a residue that is not below its prime; nothing was added.</exception>
    public void Add(ReadOnlySpan<byte> packed)
    {
        if (packed.Length != Parameters.ChunkBytes)
        {
            throw new CiphertextFormatException("chunk length", $"{Parameters.ChunkBytes} bytes", $"{packed.Length} bytes");
        }

        if (_pending >= _lazyLimit)
        {
            _codec.Reduce(_sums.Span);
            _pending = 1;
        }

        if (_codec.Add(packed, default, default, default, _sums.Span) is { } bad)
        {
            throw new CiphertextFormatException(
                $"residue {bad.Coefficient} modulo prime {bad.Prime} of polynomial {bad.Polynomial}", $"below {Parameters.Ckks.Moduli[bad.Prime]}", $"{bad.Value}");
        }

        _pending++;
    }

    /// <summary>Writes the sum as a packed chunk of canonical residues, ChunkBytes bytes: the same bytes as <see cref="ContributionAccumulator.EncodeSum"/>.</summary>
    public void EncodeSum(Span<byte> destination)
    {
        if (destination.Length != Parameters.ChunkBytes)
        {
            throw new ArgumentException($"a packed chunk is {Parameters.ChunkBytes} bytes, the destination {destination.Length}", nameof(destination));
        }

        _codec.Reduce(_sums.Span);
        _pending = Math.Min(_pending, 1);
        int words = _sums.Length / Parameters.Polynomials;
        for (int i = 0; i < Parameters.Polynomials; i++)
        {
            ResiduePacking.Pack(Parameters.Ckks, _sums.Span.Slice(i * words, words), destination.Slice(i * Parameters.PolynomialBytes, Parameters.PolynomialBytes));
        }
    }

    /// <summary>Releases working memory.</summary>
    public void Dispose() => _codec.Dispose();
}
