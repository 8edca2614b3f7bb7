using System.Buffers.Binary;

namespace SecureFL.Reference;

/// <summary>
/// Section 13: the linear digest, by products of coefficients one by one, X^4096 = -1, and one transform at the end.
/// </summary>
internal sealed class ReferenceDigest(byte[] planDigest)
{
    public const int Degree = 4096;

    /// <summary>The two largest primes below 2^50 that are 1 modulo 8192.</summary>
    public static ulong[] Primes { get; } = [.. ReferencePlanner.Largest(50, Degree, 2)];

    private readonly Dictionary<(int, int), ulong[]> _coefficients = [];

    public byte[] StreamKey(ulong k)
    {
        byte[] tail = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(tail, k);
        return SHA256.HashData([.. "SecureFL v2 linear digest       "u8, .. planDigest, .. tail]);
    }

    /// <summary>Both halves of A_k, values in evaluation order, from one stream; and what was rejected.</summary>
    public (ulong[] Values, int[] Rejected)[] Polynomial(ulong k)
    {
        CounterStream stream = new(StreamKey(k));
        return [.. Primes.Select(prime => PublicPolynomial.Draw(stream, prime, Degree))];
    }

    /// <summary>2 N words: h modulo the first prime, then modulo the second.</summary>
    public ulong[] Of(ulong[] sequence)
    {
        int pieces = (sequence.Length + Degree - 1) / Degree;
        ulong[] words = [];
        for (int i = 0; i < Primes.Length; i++)
        {
            ReferenceRing ring = ReferenceRing.Of(Degree, Primes[i]);
            ulong[] sum = new ulong[Degree];
            for (int k = 0; k < pieces; k++)
            {
                ulong[] c = new ulong[Degree];
                int first = k * Degree;
                sequence.AsSpan(first, Math.Min(Degree, sequence.Length - first)).CopyTo(c);
                ulong[] product = Product(ring, Coefficients(k, i), c);
                sum = [.. sum.Select((s, at) => (s + product[at]) % Primes[i])];
            }

            words = [.. words, .. ring.ToEvaluationForm(sum)];
        }

        return words;
    }

    public static byte[] Pack(ulong[] words) => PackedWords.Pack(words, 50);

    /// <summary>H("linear-digest", encoding): what statements and releases say of a digest.</summary>
    public static byte[] Hash(byte[] encoding) => DomainHash.Of("linear-digest", encoding);

    /// <summary>Value by value.</summary>
    public static ulong[] Sum(params IEnumerable<ulong[]> digests) => digests.Aggregate(new ulong[2 * Degree],
        (sum, digest) => [.. sum.Select((s, at) => (s + digest[at]) % Primes[at / Degree])]);

    private ulong[] Coefficients(int k, int prime)
    {
        if (!_coefficients.TryGetValue((k, prime), out ulong[]? known))
        {
            known = ReferenceRing.Of(Degree, Primes[prime]).ToCoefficients(Polynomial((ulong)k)[prime].Values);
            _coefficients.Add((k, prime), known);
        }

        return known;
    }

    /// <summary>4096 products of 50 and 64 bits stay below 2^127.</summary>
    private static ulong[] Product(ReferenceRing ring, ulong[] a, ulong[] c)
    {
        ulong[] product = new ulong[Degree];
        for (int at = 0; at < Degree; at++)
        {
            Int128 sum = 0;
            for (int i = 0; i < Degree; i++)
            {
                sum += i <= at ? (Int128)a[i] * c[at - i] : -((Int128)a[i] * c[at - i + Degree]);
            }

            product[at] = ring.Residue(sum);
        }

        return product;
    }
}
