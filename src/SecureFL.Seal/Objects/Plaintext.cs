using SecureFL.Ring.Memory;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Objects;

/// <summary>
/// A CKKS plaintext as SEAL holds it: residues in evaluation form, bit-reversed order, prime by prime, and a scale. Not
/// thread-safe.
/// </summary>
public sealed class Plaintext
{
    private readonly AlignedBuffer<ulong> _words;

    /// <summary>The zero plaintext at the level of fresh ciphertexts, scale 1.</summary>
    public Plaintext(SealParameters parameters)
        : this(parameters, (parameters ?? throw new ArgumentNullException(nameof(parameters))).DataPrimes)
    {
    }

    internal Plaintext(SealParameters parameters, int primes)
    {
        Parameters = parameters;
        Primes = primes;
        _words = new AlignedBuffer<ulong>(primes * parameters.RingDegree);
    }

    /// <summary>The set it belongs to.</summary>
    public SealParameters Parameters { get; }

    /// <summary>How many of the set's primes it has residues for: its level.</summary>
    public int Primes { get; }

    /// <summary>The scale.</summary>
    public double Scale { get; internal set; } = 1.0;

    /// <summary>All residues: value i modulo prime j stands at j N + i.</summary>
    public ReadOnlySpan<ulong> Words => _words.Span;

    internal Span<ulong> AllWritable => _words.Span;

    internal Span<ulong> Writable(int prime) => _words.Span.Slice(prime * Parameters.RingDegree, Parameters.RingDegree);
}
