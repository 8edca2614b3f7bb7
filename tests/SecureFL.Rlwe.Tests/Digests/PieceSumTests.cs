using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using System.Security.Cryptography;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Rlwe.Tests.Digests;

/// <summary>sum_k A_k c_k against the uniform sampler, the transforms of the ring, and schoolbook products.</summary>
public sealed class PieceSumTests
{
    private const int Degree = 4096;

    private static readonly ImmutableArray<Modulus> Digest = LinearDigestParameters.Moduli;

    /// <summary>Just above 2^49 and 2^40: almost every second word of A_k is rejected.</summary>
    private static readonly ImmutableArray<Modulus> Rejecting = [SmallestAbove(1UL << 49), SmallestAbove(1UL << 40)];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Is_the_sum_of_products_with_the_uniform_samples_of_the_documented_keys(bool rejecting)
    {
        ImmutableArray<Modulus> moduli = rejecting ? Rejecting : Digest;
        ulong[] ks = [0, 1, 7, 1UL << 40];
        Random random = new(1);
        ulong[][] contents = [.. ks.Select((_, i) => Words(random, i % 2 == 0 ? 1UL << 40 : ulong.MaxValue))];
        ulong[] expected = new ulong[moduli.Length * Degree];
        for (int i = 0; i < ks.Length; i++)
        {
            ulong[][] a = PublicPolynomial(ks[i], moduli);
            for (int j = 0; j < moduli.Length; j++)
            {
                ulong[] values = [.. contents[i].Select(w => w % moduli[j].Value)];
                RingKernel.Create(Degree, moduli[j], VectorWidth.Scalar).Forward(values);
                for (int at = 0; at < Degree; at++)
                {
                    ref ulong sum = ref expected[(j * Degree) + at];
                    sum = moduli[j].Add(sum, moduli[j].Multiply(values[at], a[j][at]));
                }
            }
        }

        foreach (VectorWidth width in ParameterSets.Widths)
        {
            using PieceSum sum = new(DigestContents.Key, [.. moduli.Select(p => ProductSumKernel.Create(p, width))]);
            for (int i = 0; i < ks.Length; i++)
            {
                sum.Add(ks[i], contents[i], i % 2 == 0 ? 1UL << 40 : ulong.MaxValue);
            }

            Assert.Equal(expected, sum.Finish().ToArray());
        }
    }

    /// <summary>Coefficients of A c from all pairs that meet there, X^N = -1, in big integers.</summary>
    [Fact]
    public void Is_the_negacyclic_product()
    {
        ulong[] c = Words(new Random(2), ulong.MaxValue);
        using PieceSum sum = new(DigestContents.Key, LinearDigestParameters.Kernels());
        sum.Add(3, c, ulong.MaxValue);
        ulong[] values = sum.Finish().ToArray();
        ulong[][] a = PublicPolynomial(3, Digest);
        for (int j = 0; j < Digest.Length; j++)
        {
            RingKernel ring = RingKernel.Create(Degree, Digest[j], VectorWidth.Scalar);
            ring.Inverse(a[j]);
            ulong[] product = values[(j * Degree)..((j + 1) * Degree)];
            ring.Inverse(product);
            foreach (int at in (int[])[0, 1, 63, 64, 2047, 2048, 4095])
            {
                BigInteger coefficient = 0;
                for (int i = 0; i < Degree; i++)
                {
                    int other = at - i;
                    coefficient += other >= 0 ? (BigInteger)a[j][i] * c[other]
                        : -(BigInteger)a[j][i] * c[other + Degree];
                }

                Assert.Equal(Digest[j].Reduce(coefficient), product[at]);
            }
        }
    }

    /// <summary>Many products of extreme words, and words of a that are not below the prime: the lazy bounds.</summary>
    [Theory]
    [InlineData(36)]
    [InlineData(48)]
    [InlineData(49)]
    [InlineData(50)]
    public void Every_width_equals_the_scalar_kernel_at_the_extremes(int bits)
    {
        Modulus modulus = Primality.LargestPrimes(bits, Degree, 1)[0];
        Random random = new(bits);
        ProductSumKernel oracle = ProductSumKernel.Create(modulus, VectorWidth.Scalar);
        for (int pattern = 0; pattern < 6; pattern++)
        {
            (ulong Limit, ulong[] Coefficients, byte[][] Packed)[] products =
                [.. Enumerable.Range(0, 12).Select(_ => Product(oracle, pattern, random))];
            ulong[] expected = Run(oracle, products);
            foreach (VectorWidth width in ParameterSets.Widths)
            {
                Assert.Equal(expected, Run(ProductSumKernel.Create(modulus, width), products));
            }
        }
    }

    private static (ulong Limit, ulong[] Coefficients, byte[][] Packed) Product(ProductSumKernel kernel, int pattern,
        Random random)
    {
        ulong p = kernel.Modulus.Value;
        ulong limit = pattern % 2 == 0 ? p : ulong.MaxValue;
        ulong[] c = Words(random, limit);
        for (int i = 0; i < c.Length && pattern >= 2; i++)
        {
            c[i] = pattern < 4 || random.Next(2) == 0 ? limit : limit / 2;
        }

        byte[][] packed = [.. Enumerable.Range(0, 8).Select(_ => new byte[kernel.GroupBytes])];
        foreach (byte[] group in packed)
        {
            random.NextBytes(group);
            if (pattern >= 4)
            {
                Array.Fill(group, (byte)255);
            }
        }

        return (limit, c, packed);
    }

    private static ulong[] Run(ProductSumKernel kernel, (ulong Limit, ulong[] Coefficients, byte[][] Packed)[] products)
    {
        ulong[] values = new ulong[Degree];
        ulong[] sums = new ulong[Degree];
        foreach ((ulong limit, ulong[] coefficients, byte[][] packed) in products)
        {
            kernel.Begin(coefficients, limit, values);
            for (int group = 0; group < packed.Length; group++)
            {
                ulong[] words = new ulong[ProductSumKernel.GroupSize];
                bool below = WordKernel.Best.Unpack(packed[group], kernel.Modulus.Bits, kernel.Modulus.Value, words);
                Assert.Equal(below, kernel.MultiplyAccumulate(group, packed[group], values, sums));
            }
        }

        kernel.Finish(sums);
        Assert.All(sums, s => Assert.True(s < kernel.Modulus.Value));
        return sums;
    }

    private static ulong[][] PublicPolynomial(ulong k, ImmutableArray<Modulus> moduli)
    {
        byte[] tail = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(tail, k);
        using Keystream stream = new(
            SHA256.HashData([.. "SecureFL v2 linear digest       "u8, .. DigestContents.PlanDigest, .. tail]));
        UniformSampler sampler = new(Degree);
        return [.. moduli.Select(p =>
        {
            ulong[] values = new ulong[Degree];
            sampler.Fill(stream, p, values);
            return values;
        })];
    }

    private static ulong[] Words(Random random, ulong limit)
    {
        ulong[] words = new ulong[Degree];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = (ulong)((UInt128)(ulong)random.NextInt64(long.MinValue, long.MaxValue) * limit >> 64);
        }

        return words;
    }

    private static Modulus SmallestAbove(ulong bound)
    {
        ulong candidate = bound + 1;
        while (!Primality.IsPrime(candidate))
        {
            candidate += 2 * Degree;
        }

        return new Modulus(candidate);
    }
}
