using System.Buffers.Binary;
using System.Numerics;
using SecureFL.Ring.Kernels;

namespace SecureFL.Rlwe.Digests;

/// <summary>
/// h(c) = sum_k A_k c_k in Z_Q[X]/(X^N + 1) over the residue polynomials of a contribution, or of an unreduced sum of
/// contributions, as its values in evaluation order. Linear over the integers: the digests of contributions add up to
/// the digest of the sum of their residues, not reduced modulo their primes. Kept as its encoding. Immutable,
/// thread-safe.
/// </summary>
public sealed class LinearDigest : IEquatable<LinearDigest>
{
    private const int Degree = LinearDigestParameters.Degree;
    private const int PrimeBytes = LinearDigestParameters.DigestBytes / 2;

    private readonly ReadOnlyMemory<byte> _bytes;

    /// <summary>Of 2 N canonical words: N modulo Q_0, N modulo Q_1.</summary>
    internal LinearDigest(ReadOnlySpan<ulong> words)
    {
        byte[] bytes = new byte[LinearDigestParameters.DigestBytes];
        for (int i = 0; i < 2; i++)
        {
            WordKernel.Best.Pack(words.Slice(i * Degree, Degree), LinearDigestParameters.WordBits,
                bytes.AsSpan(i * PrimeBytes, PrimeBytes));
        }

        _bytes = bytes;
    }

    private LinearDigest(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>The digest of nothing, to add to.</summary>
    public static LinearDigest Zero { get; } = new(new byte[LinearDigestParameters.DigestBytes].AsMemory());

    /// <summary>The digest of the unreduced sum of both contents.</summary>
    public LinearDigest Add(LinearDigest other) => Sum([this, other]);

    /// <summary>The digest of the unreduced sum of all contents; that of nothing where there are none.</summary>
    public static LinearDigest Sum(IEnumerable<LinearDigest> digests)
    {
        ArgumentNullException.ThrowIfNull(digests);
        ulong[] sum = new ulong[2 * Degree];
        ulong[] next = new ulong[Degree];
        foreach (LinearDigest digest in digests)
        {
            for (int i = 0; i < 2; i++)
            {
                Unpack(digest._bytes.Span, i, next);
                AddTo(sum.AsSpan(i * Degree, Degree), next, LinearDigestParameters.Primes[i]);
            }
        }

        return new LinearDigest(sum);
    }

    /// <summary>2 N words: values modulo Q_0, then modulo Q_1.</summary>
    internal ulong[] ToWords()
    {
        ulong[] words = new ulong[2 * Degree];
        for (int i = 0; i < 2; i++)
        {
            Unpack(_bytes.Span, i, words.AsSpan(i * Degree, Degree));
        }

        return words;
    }

    /// <summary>The only encoding: words of 50 bits in packed order, 51,200 bytes.</summary>
    public byte[] ToBytes() => _bytes.ToArray();

    /// <summary>The inverse of <see cref="ToBytes"/>.</summary>
    /// <exception cref="FormatException">Not 51,200 bytes, or a word that is not below its prime; the message names
    /// it.</exception>
    public static LinearDigest Parse(ReadOnlySpan<byte> bytes)
    {
        Require(bytes);
        return new LinearDigest(bytes.ToArray().AsMemory());
    }

    /// <summary>As <see cref="Parse(ReadOnlySpan{byte})"/>, over memory that nobody changes any more.</summary>
    /// <exception cref="FormatException">As there.</exception>
    public static LinearDigest Over(ReadOnlyMemory<byte> bytes)
    {
        Require(bytes.Span);
        return new LinearDigest(bytes);
    }

    /// <inheritdoc/>
    public bool Equals(LinearDigest? other) => other is not null && _bytes.Span.SequenceEqual(other._bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as LinearDigest);

    /// <inheritdoc/>
    public override int GetHashCode() => BinaryPrimitives.ReadInt32LittleEndian(_bytes.Span);

    private static void Require(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != LinearDigestParameters.DigestBytes)
        {
            throw new FormatException(
                $"a linear digest is {LinearDigestParameters.DigestBytes} bytes, not {bytes.Length}");
        }

        DigestScratch scratch = DigestScratch.Rent();
        try
        {
            for (int i = 0; i < 2; i++)
            {
                if (!Unpack(bytes, i, scratch.Piece))
                {
                    ulong prime = LinearDigestParameters.Primes[i];
                    int at = scratch.Piece.IndexOfAnyInRange(prime, ulong.MaxValue);
                    throw new FormatException($"word {at} modulo prime {i} of a linear digest: expected below {prime}, "
                        + $"received {scratch.Piece[at]}");
                }
            }
        }
        finally
        {
            scratch.Return();
        }
    }

    // Whether all N words are below their prime.
    private static bool Unpack(ReadOnlySpan<byte> bytes, int i, Span<ulong> words) =>
        WordKernel.Best.Unpack(bytes.Slice(i * PrimeBytes, PrimeBytes), LinearDigestParameters.WordBits,
            LinearDigestParameters.Primes[i], words);

    private static void AddTo(Span<ulong> sum, ReadOnlySpan<ulong> words, ulong prime)
    {
        Vector<ulong> p = new(prime);
        for (int at = 0; at < sum.Length; at += Vector<ulong>.Count)
        {
            Vector<ulong> total = new Vector<ulong>(sum[at..]) + new Vector<ulong>(words[at..]);
            // Below p the difference wraps round to something larger.
            Vector.Min(total, total - p).CopyTo(sum[at..]);
        }
    }
}
