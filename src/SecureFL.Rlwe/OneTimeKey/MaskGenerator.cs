using SecureFL.Ring.Memory;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Rlwe.Parameters;

namespace SecureFL.Rlwe.OneTimeKey;

/// <summary>
/// The masks a*s + e of one contribution (with errors) or a*S of an opening (without). The caller sees to it that no
/// (vector, chunk) is masked twice under one key. Not thread-safe; no allocation after construction.
/// </summary>
internal sealed class MaskGenerator : IDisposable
{
    private readonly KeyPolynomial _key;
    private readonly PublicPolynomialExpander _expander;
    private readonly AlignedBuffer<ulong> _public;
    private readonly SecretBuffer<int> _errors;
    private readonly ISmallSampler? _sampler;
    private readonly Keystream? _errorStream;

    private MaskGenerator(KeyPolynomial key, ReadOnlySpan<byte> publicSeed, IEntropySource? entropy)
    {
        int degree = key.Parameters.RingDegree;
        _key = key;
        _expander = new PublicPolynomialExpander(key.Parameters, publicSeed);
        _public = new AlignedBuffer<ulong>(degree);
        _errors = new SecretBuffer<int>(degree);
        if (entropy is not null)
        {
            _sampler = key.Parameters.Error.CreateSampler(degree);
            _errorStream = Keystream.Create(entropy);
        }
    }

    /// <summary>Words of one mask: N for every prime.</summary>
    internal int MaskWords => _key.Parameters.RingDegree * _key.Parameters.Moduli.Length;

    internal static MaskGenerator ForEncryption(KeyPolynomial key, ReadOnlySpan<byte> publicSeed,
        IEntropySource entropy) => new(key, publicSeed, entropy);

    internal static MaskGenerator ForOpening(KeyPolynomial keySum, ReadOnlySpan<byte> publicSeed) =>
        new(keySum, publicSeed, null);

    /// <summary>The mask of (vector, chunk): for each prime N canonical coefficients.</summary>
    internal void Generate(uint vector, ulong chunk, Span<ulong> mask)
    {
        int degree = _key.Parameters.RingDegree;
        _sampler?.Fill(_errorStream!, _errors.Span);
        for (int i = 0; i < _key.Parameters.Moduli.Length; i++)
        {
            _expander.Expand(vector, chunk, i, _public.Span);
            _key.MultiplyAdd(i, _public.Span, _errors.Span, mask.Slice(i * degree, degree));
        }
    }

    public void Dispose()
    {
        _expander.Dispose();
        _errors.Dispose();
        _sampler?.Dispose();
        _errorStream?.Dispose();
    }
}
