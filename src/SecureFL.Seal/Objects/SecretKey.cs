using SecureFL.Ring.Randomness;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Objects;

/// <summary>
/// A ternary secret s modulo all primes of a set, in evaluation form and bit-reversed order, as SEAL stores it.
/// Thread-safe for reading; erased on dispose.
/// </summary>
public sealed class SecretKey : IDisposable
{
    private readonly SecretBuffer<ulong> _words;
    private readonly SecretBuffer<ulong> _prepared;

    internal SecretKey(SealParameters parameters, ReadOnlySpan<ulong> words)
    {
        Parameters = parameters;
        _words = new SecretBuffer<ulong>(words.Length);
        _prepared = new SecretBuffer<ulong>(words.Length);
        words.CopyTo(_words.Span);
        for (int i = 0; i < parameters.Moduli.Length; i++)
        {
            parameters.Transforms[i].PrepareValues(Slice(_words, i), Slice(_prepared, i));
        }
    }

    /// <summary>The set it belongs to.</summary>
    public SealParameters Parameters { get; }

    /// <summary>Value i modulo prime j stands at j N + i.</summary>
    internal ReadOnlySpan<ulong> Words => _words.Span;

    /// <summary>Erases the key.</summary>
    public void Dispose()
    {
        _words.Dispose();
        _prepared.Dispose();
    }

    /// <summary>Says nothing about the key.</summary>
    public override string ToString() => "SecretKey";

    /// <summary>s modulo a prime as that prime's kernel multiplies by it, in bit-reversed order.</summary>
    internal ReadOnlySpan<ulong> Prepared(int prime) => Slice(_prepared, prime);

    private Span<ulong> Slice(SecretBuffer<ulong> buffer, int prime) =>
        buffer.Span.Slice(prime * Parameters.RingDegree, Parameters.RingDegree);
}
