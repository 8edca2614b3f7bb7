using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;

namespace SecureFL.Ring.Tests;

/// <summary>Every pass at every width against exact integers.</summary>
public sealed class ResidueKernelTests
{
    private const int Length = 1024;

    public static TheoryData<int> Bits() => [20, 27, 40, 49, 55, 60];

    [Theory]
    [MemberData(nameof(Bits))]
    public void Sums_and_negations(int bits)
    {
        foreach (ResidueKernel kernel in Kernels(bits))
        {
            Modulus p = kernel.Modulus;
            ulong[] a = Residues(p, 1);
            ulong[] b = Residues(p, 2);
            ulong[] sum = [.. b];
            kernel.Add(a, sum);
            Assert.Equal(a.Zip(b, p.Add), sum);
            ulong[] negative = [.. a];
            kernel.Negate(negative);
            Assert.Equal(a.Select(x => p.Subtract(0, x)), negative);
            int[] small = Small(3);
            kernel.AddSmall(small, sum);
            Assert.Equal(a.Zip(b, p.Add).Zip(small, (x, e) => p.Add(x, p.Reduce((long)e))), sum);
        }
    }

    [Theory]
    [MemberData(nameof(Bits))]
    public void Large_integers_are_reduced(int bits)
    {
        Random random = new(bits);
        long[] values = [.. Enumerable.Range(0, Length).Select(_ => random.NextInt64(-(1L << 62) + 1, 1L << 62))];
        (values[0], values[1], values[2]) = ((1L << 62) - 1, -(1L << 62) + 1, 0);
        foreach (ResidueKernel kernel in Kernels(bits))
        {
            ulong[] sum = Residues(kernel.Modulus, 4);
            ulong[] expected = [.. sum.Zip(values, (x, value) => kernel.Modulus.Add(x, kernel.Modulus.Reduce(value)))];
            kernel.AddReduced(values, sum);
            Assert.Equal(expected, sum);
        }
    }

    [Theory]
    [MemberData(nameof(Bits))]
    public void Division_by_the_special_prime_rounds(int bits)
    {
        foreach (int specialBits in new[] { 37, 60 })
        {
            Modulus s = Primality.LargestPrimes(specialBits, 4096, 3)[2];
            ulong[] c = Residues(s, 5);
            (c[0], c[1], c[2]) = (0, s.Value >> 1, (s.Value >> 1) + 1);
            int[] e = Small(6);
            foreach (ResidueKernel kernel in Kernels(bits))
            {
                Modulus p = kernel.Modulus;
                ulong[] result = new ulong[Length];
                kernel.DivideRound(c, e, s, result);
                for (int i = 0; i < Length; i++)
                {
                    // The numerator is not divisible by s itself: the part of c it is added to makes up for it modulo
                    // p.
                    BigInteger numerator = e[i] - (BigInteger)s.Centre(c[i]);
                    Assert.Equal(p.Multiply(p.Reduce(numerator), p.Inverse(s.Value % p.Value)), result[i]);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Bits))]
    public void Garner_steps_are_centred(int bits)
    {
        Random random = new(bits);
        long[] digits = [.. Enumerable.Range(0, Length).Select(_ => random.NextInt64(-(1L << 59) + 1, 1L << 59))];
        foreach (ResidueKernel kernel in Kernels(bits))
        {
            Modulus p = kernel.Modulus;
            ulong[] x = Residues(p, 7);
            ulong w = p.Value - 2;
            long[] result = new long[Length];
            kernel.SubtractMultiply(x, digits, w, result);
            Assert.Equal(x.Zip(digits, (a, d) => p.Centre(p.Multiply(p.Reduce((BigInteger)a - d), w))), result);
        }
    }

    [Theory]
    [MemberData(nameof(Bits))]
    public void One_bad_word_is_seen_wherever_it_stands(int bits)
    {
        foreach (ResidueKernel kernel in Kernels(bits))
        {
            ulong[] words = Residues(kernel.Modulus, 8);
            words[9] = kernel.Modulus.Value - 1;
            Assert.True(kernel.AreCanonical(words));
            foreach (int at in new[] { 0, 1, 7, 8, 500, Length - 1 })
            {
                foreach (ulong bad in
                    new[] { kernel.Modulus.Value, kernel.Modulus.Value + 1, 1UL << 62, (1UL << 63) - 1, 1UL << 63,
                        (1UL << 63) + 5, (1UL << 63) + kernel.Modulus.Value, ulong.MaxValue })
                {
                    ulong good = words[at];
                    words[at] = bad;
                    Assert.False(kernel.AreCanonical(words), $"{bad} at {at}");
                    words[at] = good;
                }
            }
        }
    }

    [Fact]
    public void Refuses_wider_primes_and_unequal_lengths()
    {
        Modulus wide = Wide();
        Assert.Throws<ArgumentException>(() => ResidueKernel.Create(wide));
        ResidueKernel kernel = ResidueKernel.Create(Primality.LargestPrimes(30, 1024, 1)[0]);
        Assert.Throws<ArgumentException>(() => kernel.Add(new ulong[8], new ulong[16]));
        Assert.Throws<ArgumentException>(() => kernel.Negate(new ulong[9]));
        static Modulus Wide()
        {
            ulong candidate = (1UL << 61) - 1;
            while (!Primality.IsPrime(candidate))
            {
                candidate -= 2;
            }

            return new Modulus(candidate);
        }
    }

    private static IEnumerable<ResidueKernel> Kernels(int bits)
    {
        Modulus p = Primality.LargestPrimes(bits, 4096, 1)[0];
        return RingKernelTests.VectorWidthsHere().Append(VectorWidth.Scalar)
            .Select(width => ResidueKernel.Create(p, width));
    }

    private static ulong[] Residues(Modulus p, int seed)
    {
        Random random = new(seed);
        ulong[] words = [.. Enumerable.Range(0, Length).Select(_ => (ulong)random.NextInt64((long)p.Value))];
        (words[3], words[4], words[5]) = (0, p.Value - 1, 1);
        return words;
    }

    private static int[] Small(int seed)
    {
        Random random = new(seed);
        int[] small = [.. Enumerable.Range(0, Length).Select(_ => random.Next(-21, 22))];
        (small[3], small[4], small[5]) = (-21, 21, 0);
        return small;
    }
}
