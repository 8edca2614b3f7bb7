using SecureFL.Ring.Memory;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Objects;

/// <summary>
/// A CKKS ciphertext (c0, c1) as SEAL holds it: residues in evaluation form, bit-reversed order; c0 + c1 s is the
/// message. Not thread-safe.
/// </summary>
public sealed class Ciphertext
{
    private readonly AlignedBuffer<ulong> _words;
    private readonly byte[] _seed = new byte[SealRandomStream.SeedSize];

    /// <summary>An all-zero ciphertext at the level of fresh ones, scale 1: a destination.</summary>
    public Ciphertext(SealParameters parameters)
        : this(parameters, (parameters ?? throw new ArgumentNullException(nameof(parameters))).DataPrimes)
    {
    }

    internal Ciphertext(SealParameters parameters, int primes)
    {
        Parameters = parameters;
        Primes = primes;
        _words = new AlignedBuffer<ulong>(2 * primes * parameters.RingDegree);
    }

    /// <summary>The set it belongs to.</summary>
    public SealParameters Parameters { get; }

    /// <summary>How many of the set's primes it has residues for: its level.</summary>
    public int Primes { get; }

    /// <summary>The scale of the message.</summary>
    public double Scale { get; internal set; } = 1.0;

    /// <summary>Whether c1 is the expansion of a seed, which can be saved in its place.</summary>
    public bool IsSeeded { get; private set; }

    /// <summary>
    /// All residues: value i of polynomial p modulo prime j stands at (p k + j) N + i, k being <see cref="Primes"/>.
    /// </summary>
    public ReadOnlySpan<ulong> Words => _words.Span;

    internal ReadOnlySpan<byte> Seed => _seed;

    internal Span<ulong> AllWritable => _words.Span;

    internal Span<ulong> Writable(int polynomial, int prime) =>
        _words.Span.Slice(((polynomial * Primes) + prime) * Parameters.RingDegree, Parameters.RingDegree);

    internal Span<ulong> Polynomial(int polynomial) =>
        _words.Span.Slice(polynomial * Primes * Parameters.RingDegree, Primes * Parameters.RingDegree);

    /// <summary>Overwrites c1 with the expansion of a public seed.</summary>
    internal void ExpandSeed(ReadOnlySpan<byte> seed)
    {
        new SealRandomStream(seed).SampleUniform(Parameters.Moduli.AsSpan(0, Primes), Parameters.RingDegree,
            Polynomial(1));
        seed.CopyTo(_seed);
        IsSeeded = true;
    }

    internal void ForgetSeed() => IsSeeded = false;
}
