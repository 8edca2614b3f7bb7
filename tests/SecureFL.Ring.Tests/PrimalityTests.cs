using System.Collections.Immutable;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Ring.Tests;

public sealed class PrimalityTests
{
    [Fact]
    public void Agrees_with_a_sieve()
    {
        const int Limit = 300_000;
        bool[] composite = new bool[Limit];
        for (int i = 2; i < Limit; i++)
        {
            for (long j = (long)i * i; j < Limit && !composite[i]; j += i)
            {
                composite[j] = true;
            }
        }

        for (int i = 0; i < Limit; i++)
        {
            Assert.True(Primality.IsPrime((ulong)i) == (i >= 2 && !composite[i]), $"{i}");
        }
    }

    [Fact]
    public void Agrees_with_trial_division_around_powers_of_two()
    {
        for (int bits = 24; bits <= 42; bits += 6)
        {
            for (ulong n = (1UL << bits) - 50; n < (1UL << bits) + 50; n++)
            {
                Assert.Equal(IsPrimeByTrialDivision(n), Primality.IsPrime(n));
            }
        }
    }

    // 2^64 - 59 and 2^60 - 93, 2^61 - 1 (Mersenne) and their neighbours: R. P. Brent's and C. Caldwell's lists of
    // primes just below powers of two.
    [Theory]
    [InlineData(18446744073709551557, true)]
    [InlineData((1UL << 60) - 93, true)]
    [InlineData((1UL << 60) - 107, true)]
    [InlineData((1UL << 60) - 173, true)]
    [InlineData((1UL << 61) - 1, true)]
    [InlineData((1UL << 59) - 55, true)]
    [InlineData((1UL << 50) - 27, true)]
    [InlineData((1UL << 49) - 81, true)]
    [InlineData((1UL << 60) - 91, false)]
    [InlineData((1UL << 60) - 1, false)]
    [InlineData(ulong.MaxValue, false)]
    // Carmichael numbers and the smallest strong pseudoprimes to the first k prime bases (Jaeschke 1993; Jiang and Deng
    // 2014).
    [InlineData(561, false)]
    [InlineData(6601, false)]
    [InlineData(2047, false)]
    [InlineData(1373653, false)]
    [InlineData(25326001, false)]
    [InlineData(3215031751, false)]
    [InlineData(2152302898747, false)]
    [InlineData(3474749660383, false)]
    [InlineData(341550071728321, false)]
    [InlineData(3825123056546413051, false)]
    public void Known_numbers(ulong n, bool prime) => Assert.Equal(prime, Primality.IsPrime(n));

    [Theory]
    [InlineData(20, 1024, 3)]
    [InlineData(22, 8192, 2)]
    [InlineData(30, 32768, 2)]
    public void Largest_primes_are_the_largest(int bits, int degree, int count)
    {
        ImmutableArray<Modulus> primes = Primality.LargestPrimes(bits, degree, count);
        List<ulong> expected = [];
        for (ulong n = (1UL << bits) - 1; expected.Count < count; n -= 2)
        {
            if (n % (2 * (ulong)degree) == 1 && IsPrimeByTrialDivision(n))
            {
                expected.Add(n);
            }
        }

        Assert.Equal(expected, primes.Select(p => p.Value));
    }

    [Fact]
    public void Largest_primes_have_their_size_and_residue_at_every_degree()
    {
        for (int degree = 1024; degree <= 32768; degree *= 2)
        {
            foreach (int bits in new[] { 36, 49, 50, 60 })
            {
                ImmutableArray<Modulus> primes = Primality.LargestPrimes(bits, degree, 4);
                Assert.Equal(4, primes.Distinct().Count());
                Assert.All(primes, p => Assert.True(p.Bits == bits && p.Value % (2 * (ulong)degree) == 1));
            }
        }
    }

    [Theory]
    [InlineData(11, 1024, 1)]
    [InlineData(61, 1024, 1)]
    [InlineData(20, 32768, 100)]
    [InlineData(12, 32768, 1)]
    [InlineData(30, 0, 1)]
    [InlineData(30, 1000, 1)]
    [InlineData(30, -1024, 1)]
    [InlineData(30, 1024, -1)]
    public void Refuses_what_does_not_exist(int bits, int degree, int count) =>
        Assert.ThrowsAny<ArgumentException>(() => Primality.LargestPrimes(bits, degree, count));

    private static bool IsPrimeByTrialDivision(ulong n)
    {
        if (n < 2 || n % 2 == 0)
        {
            return n == 2;
        }

        for (ulong d = 3; d * d <= n; d += 2)
        {
            if (n % d == 0)
            {
                return false;
            }
        }

        return true;
    }
}
