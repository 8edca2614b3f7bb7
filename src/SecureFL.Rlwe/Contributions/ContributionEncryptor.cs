using System.Runtime.InteropServices;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.OneTimeKey;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;

namespace SecureFL.Rlwe.Contributions;

/// <summary>
/// Encrypts one contribution of one client under a fresh one-time key s: c = a*s + Delta*m + e for every chunk, in
/// coefficient form, residues bit-packed. Each chunk can be masked once: two messages under one mask would differ by
/// exactly Delta*(m - m'). Not thread-safe; no allocation per chunk.
/// </summary>
public sealed class ContributionEncryptor : IDisposable
{
    private readonly SecretBuffer<int> _secret;
    private readonly KeyPolynomial _key;
    private readonly MaskGenerator _masks;
    private readonly SecretBuffer<ulong> _mask;
    private readonly ChunkCodec _codec;
    private readonly Quantizer _quantizer;
    private readonly ulong[] _usedChunks;
    private readonly ulong[] _preparedChunks;
    private readonly byte[] _publicSeed;
    private readonly IEntropySource _entropy;
    private readonly bool _ownsKey = true;
    private readonly MaskStore _store;

    /// <summary>Draws the one-time key.</summary>
    /// <param name="parameters">The parameters of the round.</param>
    /// <param name="publicSeed">32 bytes from which all derive the public polynomials; a new one for every
    /// round.</param>
    /// <param name="entropy">Secret randomness.</param>
    /// <param name="rounding">How values are rounded.</param>
    /// <param name="roundingSeed">Fixes the stochastic rounding, for reproducible runs; drawn from
    /// <paramref name="entropy"/> if null. It never affects keys or errors.</param>
    public ContributionEncryptor(
        AggregationParameters parameters, ReadOnlySpan<byte> publicSeed, IEntropySource entropy,
        Rounding rounding = Rounding.Stochastic, ulong? roundingSeed = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentNullException.ThrowIfNull(entropy);
        if (parameters.JointKey is not null)
        {
            throw new ArgumentException("these parameters are of the joint-key suite", nameof(parameters));
        }

        if (publicSeed.Length != PublicPolynomialExpander.SeedSize)
        {
            throw new ArgumentException(
                $"a public seed is {PublicPolynomialExpander.SeedSize} bytes, not {publicSeed.Length}",
                nameof(publicSeed));
        }

        Parameters = parameters;
        _publicSeed = publicSeed.ToArray();
        _entropy = entropy;
        _secret = new SecretBuffer<int>(parameters.RingDegree);
        using (Keystream stream = Keystream.Create(entropy))
        using (DiscreteGaussianSampler sampler = new(parameters.RingDegree))
        {
            sampler.Fill(stream, _secret.Span);
        }

        _key = new KeyPolynomial(parameters.Ckks, _secret.Span);
        _masks = MaskGenerator.ForEncryption(_key, publicSeed, entropy);
        _mask = new SecretBuffer<ulong>(_masks.MaskWords);
        _store = new MaskStore(_masks.MaskWords);
        _codec = new ChunkCodec(parameters);
        ulong seed = roundingSeed ?? 0;
        if (roundingSeed is null)
        {
            entropy.Fill(MemoryMarshal.AsBytes(new Span<ulong>(ref seed)));
        }

        _quantizer = new Quantizer(parameters.Bits, parameters.Clip, rounding, seed);
        _usedChunks = new ulong[(parameters.ChunkCount + 63) / 64];
        _preparedChunks = new ulong[_usedChunks.Length];
    }

    /// <summary>A worker: shares the key and the record of used masks, owns the rest.</summary>
    private ContributionEncryptor(ContributionEncryptor owner)
    {
        Parameters = owner.Parameters;
        _publicSeed = owner._publicSeed;
        _entropy = owner._entropy;
        _ownsKey = false;
        _secret = owner._secret;
        _key = owner._key;
        _store = owner._store;
        _usedChunks = owner._usedChunks;
        _preparedChunks = owner._preparedChunks;
        _masks = MaskGenerator.ForEncryption(_key, _publicSeed, _entropy);
        _mask = new SecretBuffer<ulong>(_masks.MaskWords);
        _codec = new ChunkCodec(Parameters);
        _quantizer = owner._quantizer.Fork();
    }

    /// <summary>The parameters of the round.</summary>
    public AggregationParameters Parameters { get; }

    /// <summary>How many values lay outside [-clip, clip] so far.</summary>
    public long ClippedCount => _quantizer.ClippedCount;

    /// <summary>
    /// A second encryptor of the same contribution, for another thread: one key, one record of which masks are spent.
    /// Dispose it before this one.
    /// </summary>
    public ContributionEncryptor CreateWorker() => new(this);

    /// <summary>
    /// Copies the N coefficients of the one-time key (|s_k| &lt;= 80), to be shared among the key holders and erased by
    /// the caller.
    /// </summary>
    public void ExportSecret(Span<int> coefficients)
    {
        if (coefficients.Length != Parameters.RingDegree)
        {
            throw new ArgumentException(
                $"room for {coefficients.Length} coefficients, the key has {Parameters.RingDegree}",
                nameof(coefficients));
        }

        _secret.Span.CopyTo(coefficients);
    }

    /// <summary>
    /// Computes the mask of a chunk ahead of its message, for example while training runs. It is kept in memory only,
    /// and consumed by <see cref="EncryptChunk"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">The chunk's mask was prepared or used before.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such chunk.</exception>
    public void PrepareMask(long chunk)
    {
        _ = Parameters.ElementsIn(chunk);
        Take(_preparedChunks, chunk, "prepared");
        SecretBuffer<ulong> mask = _store.Rent();
        _masks.Generate(0, (ulong)chunk, mask.Span);
        _store.Put(chunk, mask);
    }

    /// <summary>Checks a whole vector before its first chunk is encrypted.</summary>
    /// <exception cref="ArgumentException">A value is NaN or infinite: the message names its index.</exception>
    public static void RequireFinite(ReadOnlySpan<float> values)
    {
        long index = Quantizer.IndexOfNonFinite(values);
        if (index >= 0)
        {
            throw Quantizer.NonFinite(index);
        }
    }

    /// <summary>Encrypts the elements of a chunk.</summary>
    /// <param name="chunk">0 to ChunkCount - 1, in any order, each once.</param>
    /// <param name="floats">Its model elements: exactly FloatsIn(chunk).</param>
    /// <param name="integers">Its integer elements: exactly IntegersIn(chunk), each at most 2^(b-1) - 1 in absolute
    /// value.</param>
    /// <param name="destination">ChunkBytes bytes.</param>
    /// <exception cref="InvalidOperationException">The chunk was encrypted before: a mask is used once.</exception>
    /// <exception cref="ArgumentException">Wrong lengths, a value that is not finite (the message names its index in
    /// the vector) or an integer out of range; nothing is encrypted, and the mask is spent.</exception>
    public void EncryptChunk(long chunk, ReadOnlySpan<float> floats, ReadOnlySpan<int> integers, Span<byte> destination)
    {
        ChunkInput.Check(Parameters, chunk, floats.Length, integers, destination.Length);
        Take(_usedChunks, chunk, "encrypted");
        if (_store.Take(chunk) is { } prepared)
        {
            bool finite = false;
            bool erased = false;
            try
            {
                _quantizer.BeginChunk(chunk);
                finite = _codec.EncryptErasing(_quantizer, floats, integers, prepared.Span, destination);
                erased = true;
            }
            finally
            {
                _store.Return(prepared, erased);
            }

            RequireEncrypted(finite, chunk, floats);
        }
        else
        {
            Take(_preparedChunks, chunk, "prepared");
            _masks.Generate(0, (ulong)chunk, _mask.Span);
            _quantizer.BeginChunk(chunk);
            RequireEncrypted(_codec.Encrypt(_quantizer, floats, integers, _mask.Span, destination), chunk, floats);
        }
    }

    /// <summary>Erases the key and every mask.</summary>
    public void Dispose()
    {
        if (_ownsKey)
        {
            _secret.Dispose();
            _key.Dispose();
            _store.Dispose();
        }

        _masks.Dispose();
        _mask.Dispose();
        _codec.Dispose();
    }

    private void RequireEncrypted(bool finite, long chunk, ReadOnlySpan<float> floats)
    {
        if (!finite)
        {
            throw Quantizer.NonFinite((chunk * Parameters.ElementsPerChunk) + Quantizer.IndexOfNonFinite(floats));
        }
    }

    private static void Take(ulong[] taken, long chunk, string what)
    {
        ulong bit = 1UL << (int)(chunk & 63);
        if ((Interlocked.Or(ref taken[chunk >> 6], bit) & bit) != 0)
        {
            throw new InvalidOperationException($"the mask of chunk {chunk} was {what} before; a mask is used once");
        }
    }
}
