using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Ring.Tests;

/// <summary>
/// Secrets at the documented limit of 2^23 modulo primes that are not much larger, or smaller, than that.
/// </summary>
public sealed class PreparedSecretTests
{
    [Theory]
    [InlineData(20)]
    [InlineData(21)]
    [InlineData(60)]
    public void The_largest_secrets_are_reduced_right(int bits)
    {
        const int Degree = 1024;
        const int Largest = (1 << 23) - 1;
        Modulus modulus = Primality.LargestPrimes(bits, Degree, 1)[0];
        Modulus smallest = bits == 20 ? SmallestOfTwentyBits(Degree) : modulus;
        foreach (Modulus p in new[] { modulus, smallest })
        {
            foreach (int extreme in new[] { Largest, -Largest })
            {
                int[] secret = new int[Degree];
                secret[1] = extreme;
                secret[Degree - 1] = -extreme;
                ulong[] one = new ulong[Degree];
                one[0] = 1;
                ulong[] expected = new ulong[Degree];
                expected[1] = p.Reduce((long)extreme);
                expected[Degree - 1] = p.Reduce((long)-extreme);
                foreach (VectorWidth width in WordPackingTests.Widths)
                {
                    RingKernel kernel = RingKernel.Create(Degree, p, width);
                    ulong[] a = [.. one];
                    kernel.Forward(a);
                    ulong[] prepared = new ulong[Degree];
                    ulong[] product = new ulong[Degree];
                    kernel.Prepare(secret, prepared);
                    kernel.MultiplyAdd(a, prepared, new int[Degree], product);
                    Assert.Equal(expected, product);
                }
            }
        }
    }

    private static Modulus SmallestOfTwentyBits(int degree)
    {
        ulong candidate = (1UL << 19) + 1;
        while (!Primality.IsPrime(candidate))
        {
            candidate += 2 * (ulong)degree;
        }

        return new Modulus(candidate);
    }
}
