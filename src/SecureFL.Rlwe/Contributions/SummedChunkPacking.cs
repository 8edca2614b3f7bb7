using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Contributions;

/// <summary>
/// A chunk of an unreduced sum as it travels to those who check it: for each prime p, N words of as many bits as
/// n (p - 1) has, n being the number of polynomials in the sum; packed like residues. Under a joint key the halves c0
/// and c1 of contributions, and partial decryptions, are summed apart.
/// </summary>
public static class SummedChunkPacking
{
    /// <summary>Bytes of one packed chunk of a sum of so many polynomials.</summary>
    public static int Bytes(AggregationParameters parameters, int summands)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        int bytes = 0;
        foreach (Modulus p in parameters.Ckks.Moduli)
        {
            bytes = checked(bytes + WordKernel.PackedBytes(parameters.RingDegree, BitsOf(summands, p)));
        }

        return bytes;
    }

    /// <summary>
    /// Bytes of what opens one chunk of so many contributions: their sum, and under a joint key the sum of c0 and that
    /// of t partial decryptions.
    /// </summary>
    public static int OpenedBytes(AggregationParameters parameters, int clients)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        int partials = parameters.JointKey is { } key ? Bytes(parameters, key.Threshold) : 0;
        return checked(Bytes(parameters, clients) + partials);
    }

    /// <summary>Words of one chunk.</summary>
    public static int Words(AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return parameters.RingDegree * parameters.Ckks.Moduli.Length;
    }

    /// <summary>Packs the words of a chunk, none above n (p - 1).</summary>
    /// <exception cref="ArgumentException">Lengths that do not fit.</exception>
    public static void Pack(AggregationParameters parameters, int summands, ReadOnlySpan<ulong> words,
        Span<byte> packed)
    {
        Require(parameters, summands, words.Length, packed.Length);
        for (int i = 0; !words.IsEmpty; i++)
        {
            int bits = BitsOf(summands, parameters.Ckks.Moduli[i]);
            int bytes = WordKernel.PackedBytes(parameters.RingDegree, bits);
            WordKernel.Best.Pack(words[..parameters.RingDegree], bits, packed[..bytes]);
            words = words[parameters.RingDegree..];
            packed = packed[bytes..];
        }
    }

    /// <summary>The inverse of <see cref="Pack"/>.</summary>
    /// <exception cref="ArgumentException">Lengths that do not fit.</exception>
    /// <exception cref="CiphertextFormatException">A word above n (p - 1): no n polynomials have that sum.
    /// </exception>
    public static void Unpack(AggregationParameters parameters, int summands, ReadOnlySpan<byte> packed,
        Span<ulong> words)
    {
        Require(parameters, summands, words.Length, packed.Length);
        for (int i = 0; !words.IsEmpty; i++)
        {
            Modulus p = parameters.Ckks.Moduli[i];
            ulong most = Most(summands, p);
            int bits = BitsOf(summands, p);
            int bytes = WordKernel.PackedBytes(parameters.RingDegree, bits);
            Span<ulong> polynomial = words[..parameters.RingDegree];
            if (!WordKernel.Best.Unpack(packed[..bytes], bits, most + 1, polynomial))
            {
                int at = polynomial.IndexOfAnyInRange(most + 1, ulong.MaxValue);
                throw new CiphertextFormatException($"word {at} of polynomial {i}",
                    $"at most {most} in a sum of {summands} polynomials", $"{polynomial[at]}");
            }

            words = words[parameters.RingDegree..];
            packed = packed[bytes..];
        }
    }

    private static ulong Most(int summands, Modulus p) => checked((ulong)summands * (p.Value - 1));

    private static int BitsOf(int summands, Modulus p) => 64 - BitOperations.LeadingZeroCount(Most(summands, p));

    private static void Require(AggregationParameters parameters, int summands, int words, int bytes)
    {
        if (words != Words(parameters) || bytes != Bytes(parameters, summands))
        {
            throw new ArgumentException(
                $"{words} words and {bytes} bytes; a summed chunk of {summands} polynomials has {Words(parameters)} "
                + $"and {Bytes(parameters, summands)}");
        }
    }
}
