using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Rlwe.Digests;

/// <summary>
/// h(c) = sum_k A_k c_k in Z_Q[X]/(X^N + 1) over the residue polynomials of a contribution, or of an unreduced sum of
/// contributions, as its values in evaluation order. Linear over the integers: the digests of contributions add up to
/// the digest of the sum of their residues, not reduced modulo their primes. Immutable, thread-safe.
/// </summary>
public sealed class LinearDigest : IEquatable<LinearDigest>
{
    private const int Degree = LinearDigestParameters.Degree;
    private const int PrimeBytes = LinearDigestParameters.DigestBytes / 2;

    private readonly ulong[] _words;

    /// <summary>Takes over canonical words: N modulo Q_0, N modulo Q_1.</summary>
    internal LinearDigest(ulong[] words) => _words = words;

    /// <summary>The digest of nothing, to add to.</summary>
    public static LinearDigest Zero { get; } = new(new ulong[2 * Degree]);

    /// <summary>2 N words: values modulo Q_0, then modulo Q_1.</summary>
    internal ReadOnlySpan<ulong> Words => _words;

    /// <summary>The digest of the unreduced sum of both contents.</summary>
    public LinearDigest Add(LinearDigest other)
    {
        ArgumentNullException.ThrowIfNull(other);
        ulong[] sum = new ulong[_words.Length];
        for (int i = 0; i < sum.Length; i++)
        {
            Modulus modulus = LinearDigestParameters.Moduli[i / Degree];
            sum[i] = modulus.Add(_words[i], other._words[i]);
        }

        return new LinearDigest(sum);
    }

    /// <summary>The only encoding: words of 50 bits in packed order, 51,200 bytes.</summary>
    public byte[] ToBytes()
    {
        byte[] bytes = new byte[LinearDigestParameters.DigestBytes];
        for (int i = 0; i < 2; i++)
        {
            WordKernel.Best.Pack(_words.AsSpan(i * Degree, Degree), LinearDigestParameters.WordBits,
                bytes.AsSpan(i * PrimeBytes, PrimeBytes));
        }

        return bytes;
    }

    /// <summary>The inverse of <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">Not 51,200 bytes, or a word that is not below its prime; the message names
    /// it.</exception>
    public static LinearDigest Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != LinearDigestParameters.DigestBytes)
        {
            throw new FormatException(
                $"a linear digest is {LinearDigestParameters.DigestBytes} bytes, not {bytes.Length}");
        }

        ulong[] words = new ulong[2 * Degree];
        for (int i = 0; i < 2; i++)
        {
            ulong prime = LinearDigestParameters.Primes[i];
            Span<ulong> half = words.AsSpan(i * Degree, Degree);
            if (!WordKernel.Best.Unpack(bytes.Slice(i * PrimeBytes, PrimeBytes), LinearDigestParameters.WordBits,
                prime, half))
            {
                int at = half.IndexOfAnyInRange(prime, ulong.MaxValue);
                throw new FormatException(
                    $"word {at} modulo prime {i} of a linear digest: expected below {prime}, received {half[at]}");
            }
        }

        return new LinearDigest(words);
    }

    /// <inheritdoc/>
    public bool Equals(LinearDigest? other) => other is not null && _words.AsSpan().SequenceEqual(other._words);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LinearDigest);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_words[0], _words[1], _words[Degree], _words[^1]);
}
