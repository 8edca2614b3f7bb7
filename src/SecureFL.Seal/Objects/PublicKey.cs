using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Objects;

/// <summary>
/// A public key (b, a) = (-(a s + e), a) modulo all primes of a set, as SEAL stores it. Thread-safe for reading.
/// </summary>
public sealed class PublicKey
{
    internal PublicKey(Ciphertext ciphertext) => Ciphertext = ciphertext;

    /// <summary>The set it belongs to.</summary>
    public SealParameters Parameters => Ciphertext.Parameters;

    /// <summary>Whether a is the expansion of a seed, which can be saved in its place.</summary>
    public bool IsSeeded => Ciphertext.IsSeeded;

    /// <summary>
    /// b, then a: value i modulo prime j stands at j N + i and at (K + j) N + i, evaluation form, bit-reversed order.
    /// </summary>
    public ReadOnlySpan<ulong> Words => Ciphertext.Words;

    internal Ciphertext Ciphertext { get; }

    /// <summary>A key from its two polynomials, for keys that several holders made together.</summary>
    /// <param name="parameters">The set.</param>
    /// <param name="b">K N canonical residues in evaluation form and bit-reversed order.</param>
    /// <param name="a">The same.</param>
    /// <exception cref="ArgumentException">A wrong count, or a residue that is not below its prime.</exception>
    public static PublicKey Create(SealParameters parameters, ReadOnlySpan<ulong> b, ReadOnlySpan<ulong> a)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        int words = parameters.Moduli.Length * parameters.RingDegree;
        if (a.Length != words || b.Length != words)
        {
            throw new ArgumentException(
                $"polynomials of {b.Length} and {a.Length} words, {words} each in {parameters}");
        }

        Ciphertext key = new(parameters, parameters.Moduli.Length);
        b.CopyTo(key.Polynomial(0));
        a.CopyTo(key.Polynomial(1));
        for (int i = 0; i < parameters.Moduli.Length; i++)
        {
            if (!parameters.Residues[i].AreCanonical(key.Writable(0, i))
                || !parameters.Residues[i].AreCanonical(key.Writable(1, i)))
            {
                throw new ArgumentException(
                    $"a residue of the public key is not below its prime {parameters.Moduli[i]}");
            }
        }

        return new PublicKey(key);
    }
}
