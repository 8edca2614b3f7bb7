using System.Collections.Immutable;
using System.Numerics;

namespace SecureFL.Ring.Arithmetic;

/// <summary>Finding the primes that a ring of degree N can use: p = 1 mod 2N.</summary>
public static class Primality
{
    // The first twelve primes decide Miller-Rabin for every 64-bit number (Sorenson and Webster, 2015).
    private static ReadOnlySpan<byte> Witnesses => [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];

    /// <summary>Deterministic Miller-Rabin.</summary>
    public static bool IsPrime(ulong n)
    {
        if (n < 2)
        {
            return false;
        }

        foreach (byte witness in Witnesses)
        {
            if (n % witness == 0)
            {
                return n == witness;
            }
        }

        int twos = BitOperations.TrailingZeroCount(n - 1);
        foreach (byte witness in Witnesses)
        {
            UInt128 x = Power(witness, (n - 1) >> twos, n);
            bool composite = x != 1 && x != n - 1;
            for (int i = 1; composite && i < twos; i++)
            {
                x = x * x % n;
                composite = x != n - 1;
            }

            if (composite)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// The <paramref name="count"/> largest primes p = 1 mod 2N of exactly <paramref name="bits"/> bits, largest first.
    /// </summary>
    /// <param name="bits">12 to 60.</param>
    /// <param name="ringDegree">N, a power of two.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentException">There are not that many, or N is not a power of two.</exception>
    public static ImmutableArray<Modulus> LargestPrimes(int bits, int ringDegree, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bits, 12);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bits, 60);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (!BitOperations.IsPow2(ringDegree))
        {
            throw new ArgumentException($"a ring degree is a power of two, not {ringDegree}", nameof(ringDegree));
        }

        ulong step = 2 * (ulong)ringDegree;
        ulong candidate = (((1UL << bits) - 1) / step * step) + 1;
        ImmutableArray<Modulus>.Builder primes = ImmutableArray.CreateBuilder<Modulus>(count);
        for (; primes.Count < count && candidate >> (bits - 1) == 1; candidate -= step)
        {
            if (IsPrime(candidate))
            {
                primes.Add(new Modulus(candidate));
            }
        }

        return primes.Count == count
            ? primes.MoveToImmutable()
            : throw new ArgumentException(
                $"there are only {primes.Count} primes of {bits} bits that are 1 mod {step}, not {count}",
                nameof(count));
    }

    private static UInt128 Power(UInt128 b, ulong e, ulong n)
    {
        UInt128 result = 1;
        for (; e != 0; e >>= 1, b = b * b % n)
        {
            result = (e & 1) != 0 ? result * b % n : result;
        }

        return result;
    }
}
