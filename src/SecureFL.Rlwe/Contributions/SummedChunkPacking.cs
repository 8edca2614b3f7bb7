using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Contributions;

/// <summary>
/// A chunk of an unreduced sum as it travels to those who check it: for each polynomial, for each prime p, N words of
/// as many bits as n (p - 1) has, n being the number of contributions in the sum; packed like residues.
/// </summary>
public static class SummedChunkPacking
{
    /// <summary>Bytes of one packed chunk of a sum of so many contributions.</summary>
    public static int Bytes(AggregationParameters parameters, int clients)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        int bytes = 0;
        foreach (Modulus p in parameters.Ckks.Moduli)
        {
            bytes = checked(bytes + WordKernel.PackedBytes(parameters.RingDegree, BitsOf(clients, p)));
        }

        return checked(bytes * parameters.Polynomials);
    }

    /// <summary>Words of one chunk.</summary>
    public static int Words(AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return parameters.Polynomials * parameters.RingDegree * parameters.Ckks.Moduli.Length;
    }

    /// <summary>Packs the words of a chunk, none above n (p - 1).</summary>
    /// <exception cref="ArgumentException">Lengths that do not fit.</exception>
    public static void Pack(AggregationParameters parameters, int clients, ReadOnlySpan<ulong> words,
        Span<byte> packed)
    {
        Require(parameters, clients, words.Length, packed.Length);
        for (int i = 0; !words.IsEmpty; i++)
        {
            int bits = BitsOf(clients, PrimeOf(parameters, i));
            int bytes = WordKernel.PackedBytes(parameters.RingDegree, bits);
            WordKernel.Best.Pack(words[..parameters.RingDegree], bits, packed[..bytes]);
            words = words[parameters.RingDegree..];
            packed = packed[bytes..];
        }
    }

    /// <summary>The inverse of <see cref="Pack"/>.</summary>
    /// <exception cref="ArgumentException">Lengths that do not fit.</exception>
    /// <exception cref="CiphertextFormatException">A word above n (p - 1): no n contributions have that sum.
    /// </exception>
    public static void Unpack(AggregationParameters parameters, int clients, ReadOnlySpan<byte> packed,
        Span<ulong> words)
    {
        Require(parameters, clients, words.Length, packed.Length);
        for (int i = 0; !words.IsEmpty; i++)
        {
            Modulus p = PrimeOf(parameters, i);
            ulong most = Most(clients, p);
            int bits = BitsOf(clients, p);
            int bytes = WordKernel.PackedBytes(parameters.RingDegree, bits);
            Span<ulong> polynomial = words[..parameters.RingDegree];
            if (!WordKernel.Best.Unpack(packed[..bytes], bits, most + 1, polynomial))
            {
                int at = polynomial.IndexOfAnyInRange(most + 1, ulong.MaxValue);
                throw new CiphertextFormatException($"word {at} of polynomial {i}",
                    $"at most {most} in a sum of {clients} contributions", $"{polynomial[at]}");
            }

            words = words[parameters.RingDegree..];
            packed = packed[bytes..];
        }
    }

    private static Modulus PrimeOf(AggregationParameters parameters, int polynomial) =>
        parameters.Ckks.Moduli[polynomial % parameters.Ckks.Moduli.Length];

    private static ulong Most(int clients, Modulus p) => checked((ulong)clients * (p.Value - 1));

    private static int BitsOf(int clients, Modulus p) => 64 - BitOperations.LeadingZeroCount(Most(clients, p));

    private static void Require(AggregationParameters parameters, int clients, int words, int bytes)
    {
        if (words != Words(parameters) || bytes != Bytes(parameters, clients))
        {
            throw new ArgumentException(
                $"{words} words and {bytes} bytes; a summed chunk of {clients} contributions has {Words(parameters)} "
                + $"and {Bytes(parameters, clients)}");
        }
    }
}
