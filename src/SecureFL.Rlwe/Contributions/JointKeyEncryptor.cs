using System.Runtime.InteropServices;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Rlwe.Contributions;

/// <summary>
/// Encrypts one contribution of one client under a joint public key (b, a): for every chunk (c0, c1) = (b u + e0 +
/// Delta m, a u + e1) with a fresh ternary u and fresh errors, in coefficient form, residues bit-packed, c0 before c1.
/// Not thread-safe; no allocation per chunk.
/// </summary>
public sealed class JointKeyEncryptor : IDisposable
{
    private readonly JointPublicKey _key;
    private readonly IEntropySource _entropy;
    private readonly ZeroEncryptor _zeros;
    private readonly SecretBuffer<ulong> _mask;
    private readonly ChunkCodec _codec;
    private readonly Quantizer _quantizer;
    private readonly Stack<PreparedZero> _prepared = new();
    private readonly Stack<PreparedZero> _spare = new();

    /// <summary>An encryptor of one contribution.</summary>
    /// <param name="parameters">The parameters of the round, of the joint-key suite.</param>
    /// <param name="key">The joint public key.</param>
    /// <param name="entropy">Secret randomness.</param>
    /// <param name="rounding">How values are rounded.</param>
    /// <param name="roundingSeed">Fixes the stochastic rounding, for reproducible runs; drawn from
    /// <paramref name="entropy"/> if null. It never affects the encryption.</param>
    /// <exception cref="ArgumentException">The parameters are not of the joint-key suite, or the key is of
    /// others.</exception>
    public JointKeyEncryptor(
        AggregationParameters parameters, JointPublicKey key, IEntropySource entropy,
        Rounding rounding = Rounding.Stochastic, ulong? roundingSeed = null)
        : this(parameters, key, entropy, Quantiser(parameters, entropy, rounding, roundingSeed))
    {
    }

    private JointKeyEncryptor(AggregationParameters parameters, JointPublicKey key, IEntropySource entropy,
        Quantizer quantizer)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (parameters.JointKey is null
            || !(key.Parameters.Equals(parameters.KeySet) || key.Parameters.Equals(parameters.Ckks)))
        {
            throw new ArgumentException($"the key is of parameters {key.Parameters}, the round of {parameters.KeySet}",
                nameof(key));
        }

        // A special prime serves SEAL's programs alone: modulo the others this key encrypts without it.
        key = key.AtLevel(parameters.Ckks);

        Parameters = parameters;
        _key = key;
        _entropy = entropy;
        _zeros = new ZeroEncryptor(key, entropy);
        _mask = new SecretBuffer<ulong>(_zeros.MaskWords);
        _codec = new ChunkCodec(parameters);
        _quantizer = quantizer;
    }

    /// <summary>The parameters of the round.</summary>
    public AggregationParameters Parameters { get; }

    /// <summary>How many values lay outside [-clip, clip] so far.</summary>
    public long ClippedCount => _quantizer.ClippedCount;

    /// <summary>A second encryptor of the same contribution, for another thread, with randomness of its own.</summary>
    public JointKeyEncryptor CreateWorker() => new(Parameters, _key, _entropy, _quantizer.Fork());

    /// <summary>
    /// Encrypts zero ahead of a message, for example while training runs; kept in memory only and consumed, once, by a
    /// later <see cref="EncryptChunk"/> of any chunk.
    /// </summary>
    public void PrepareChunk()
    {
        PreparedZero zero = _spare.TryPop(out PreparedZero? spare) ? spare
            : new PreparedZero(new SecretBuffer<ulong>(_zeros.MaskWords), new byte[Parameters.PolynomialBytes]);
        _zeros.Encrypt(zero.Mask.Span, zero.Second);
        _prepared.Push(zero);
    }

    /// <summary>Encrypts the elements of a chunk.</summary>
    /// <param name="chunk">0 to ChunkCount - 1.</param>
    /// <param name="floats">Its model elements: exactly FloatsIn(chunk).</param>
    /// <param name="integers">Its integer elements: exactly IntegersIn(chunk), each at most 2^(b-1) - 1 in absolute
    /// value.</param>
    /// <param name="destination">ChunkBytes bytes.</param>
    /// <exception cref="ArgumentException">Wrong lengths, a value that is not finite (the message names its index in
    /// the vector) or an integer out of range; the destination then holds no ciphertext.</exception>
    public void EncryptChunk(long chunk, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers, Span<byte> destination)
    {
        ChunkInput.Check(Parameters, chunk, floats.Length, integers, destination.Length);
        Span<byte> second = destination[Parameters.PolynomialBytes..];
        if (_prepared.TryPop(out PreparedZero? zero))
        {
            zero.Second.CopyTo(second);
            _quantizer.BeginChunk(chunk);
            bool finite = _codec.EncryptErasing(_quantizer, floats, integers, zero.Mask.Span,
                destination[..Parameters.PolynomialBytes]);
            _spare.Push(zero);
            RequireEncrypted(finite, chunk, floats, destination);
        }
        else
        {
            _zeros.Encrypt(_mask.Span, second);
            _quantizer.BeginChunk(chunk);
            bool finite = _codec.Encrypt(_quantizer, floats, integers, _mask.Span,
                destination[..Parameters.PolynomialBytes]);
            RequireEncrypted(finite, chunk, floats, destination);
        }
    }

    /// <summary>Erases all randomness.</summary>
    public void Dispose()
    {
        foreach (PreparedZero zero in _prepared.Concat(_spare))
        {
            zero.Mask.Dispose();
        }

        _zeros.Dispose();
        _mask.Dispose();
        _codec.Dispose();
    }

    private static Quantizer Quantiser(AggregationParameters parameters, IEntropySource entropy, Rounding rounding,
        ulong? roundingSeed)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(entropy);
        ulong seed = roundingSeed ?? 0;
        if (roundingSeed is null)
        {
            entropy.Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref seed)));
        }

        return new Quantizer(parameters.Bits, parameters.Clip, rounding, seed);
    }

    private void RequireEncrypted(bool finite, long chunk, ReadOnlySpan<float> floats, Span<byte> destination)
    {
        if (!finite)
        {
            destination.Clear();
            throw Quantizer.NonFinite((chunk * Parameters.ElementsPerChunk) + Quantizer.IndexOfNonFinite(floats));
        }
    }

    private sealed record PreparedZero(SecretBuffer<ulong> Mask, byte[] Second);
}
