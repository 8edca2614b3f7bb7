using System.Numerics;
using SecureFL.Ring.Arithmetic;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Testing;

namespace SecureFL.Ring.Tests;

/// <summary>
/// Smudging noise: wide enough, no wider than planned, and without gaps. All streams have fixed keys: nothing here can
/// fail by chance.
/// </summary>
public sealed class SmudgingTests
{
    private const int Draws = 1 << 16;

    /// <summary>
    /// The noise hides like a Gaussian of deviation 1/sqrt(I): I Var must be at most the 1.05 that the variance is
    /// raised by.
    /// </summary>
    [Fact]
    public void Every_shapes_fisher_information_is_within_the_allowance()
    {
        const int Steps = 200;
        for (int wide = 4; wide <= 15; wide++)
        {
            for (int narrow = 0; narrow <= 3; narrow++)
            {
                double[] density = [1.0];
                for (int i = 0; i < wide + narrow; i++)
                {
                    density = ConvolveWithUniform(density, i < wide ? Steps : Steps / 2);
                }

                double mean = density.Select((p, x) => p * x).Sum();
                double variance = density.Select((p, x) => p * (x - mean) * (x - mean)).Sum();
                double information = 0;
                for (int x = 0; x <= density.Length; x++)
                {
                    double step = Root(density, x) - Root(density, x - 1);
                    information += 4 * step * step;
                }

                Assert.InRange(information * variance, 1, 1.05);
            }
        }

        static double Root(double[] density, int x) => x < 0 || x >= density.Length ? 0 : Math.Sqrt(density[x]);
    }

    [Fact]
    public void The_variance_is_at_most_a_sixteenth_above_the_allowance()
    {
        for (int exponent = 40; exponent <= 220; exponent++)
        {
            foreach (int mantissa in new[] { 1_000_000, 1_234_567, 1_999_999 })
            {
                BigInteger eightfold = (mantissa * (BigInteger.One << exponent)) / 1_000_000;
                SmudgingShape shape = SmudgingShape.ForVariance(eightfold);
                Assert.InRange(shape.Variance / ((double)eightfold / 8), 1.05 - 1e-9, 1.1157);
                Assert.InRange(shape.WideSummands, 4, 15);
            }
        }
    }

    [Fact]
    public void A_variance_out_of_reach_is_refused()
    {
        Assert.Contains("smudging rule", Assert.Throws<ArgumentException>(() => SmudgingShape.ForVariance(1)).Message,
            StringComparison.Ordinal);
        Assert.Contains("smudging rule",
            Assert.Throws<ArgumentException>(() => SmudgingShape.ForVariance(BigInteger.One << 250)).Message,
            StringComparison.Ordinal);
    }

    /// <summary>The draws against the normative order, one summand and limb after another, in big integers.</summary>
    [Theory]
    [InlineData(30)]
    [InlineData(140)]
    [InlineData(180)]
    [InlineData(215)]
    public void Draws_are_sums_of_uniform_words(int varianceBits)
    {
        SmudgingShape shape = SmudgingShape.ForVariance(BigInteger.One << varianceBits);
        const int Count = 64;
        BigInteger[] expected = new BigInteger[Count];
        using (Keystream stream = new(TestEntropy.Key(varianceBits)))
        {
            byte[] bytes = new byte[8 * Count];
            for (int summand = 0; summand < shape.WideSummands + shape.NarrowSummands; summand++)
            {
                int width = summand < shape.WideSummands ? shape.Width : shape.Width - 1;
                for (int low = 0; low < width; low += 48)
                {
                    stream.Fill(bytes);
                    for (int i = 0; i < Count; i++)
                    {
                        expected[i] += (BigInteger)(BitConverter.ToUInt64(bytes, 8 * i)
                            & ((1UL << Math.Min(48, width - low)) - 1)) << low;
                    }
                }
            }
        }

        Assert.Equal(expected, Draw(shape, Count, varianceBits));
    }

    /// <summary>
    /// Spacing: a sampler of 2^32 values over a wide range passes any test of its deviation and has gaps that the noise
    /// it should hide falls through. Every residue modulo 256 must occur alike, of the noise and of each of its higher
    /// parts, and draws must not repeat.
    /// </summary>
    [Theory]
    [InlineData(140)]
    [InlineData(180)]
    public void Noise_has_no_gaps(int varianceBits)
    {
        SmudgingShape shape = SmudgingShape.ForVariance(BigInteger.One << varianceBits);
        BigInteger[] draws = [.. Draw(shape, Draws, 7).Select(x => x - shape.Offset)];
        Assert.True(HasFullSpacing(draws, shape.Width));
        Assert.Equal(Draws, draws.Distinct().Count());
        Assert.All(draws, x => Assert.True(BigInteger.Abs(x) <= shape.Bound + 1));

        // The attack: the same deviation from 32 random bits, stretched.
        BigInteger[] coarse = [.. draws.Select(x => (x >> (shape.Width - 32)) << (shape.Width - 32))];
        Assert.InRange(Deviation(coarse) / Math.Sqrt(shape.Variance), 0.98, 1.02);
        Assert.False(HasFullSpacing(coarse, shape.Width));
    }

    [Theory]
    [InlineData(60)]
    [InlineData(140)]
    [InlineData(180)]
    public void The_deviation_is_that_of_the_shape(int varianceBits)
    {
        SmudgingShape shape = SmudgingShape.ForVariance(BigInteger.One << varianceBits);
        BigInteger[] draws = [.. Draw(shape, Draws, 9).Select(x => x - shape.Offset)];
        Assert.InRange(Deviation(draws) / Math.Sqrt(shape.Variance), 0.99, 1.01);
        Assert.InRange((double)draws.Aggregate(BigInteger.Add) / Draws / Math.Sqrt(shape.Variance), -0.02, 0.02);
    }

    [Theory]
    [InlineData(1024, 30)]
    [InlineData(4096, 45)]
    [InlineData(16384, 50)]
    [InlineData(1024, 60)]
    public void Limbs_are_added_exactly_at_every_width(int degree, int bits)
    {
        Modulus modulus = Primality.LargestPrimes(bits, degree, 1)[0];
        Random random = new(bits);
        ulong[] limbs = [.. Enumerable.Range(0, 3 * degree)
            .Select(i => i % 5 == 0 ? (1UL << 53) - 1 : (ulong)random.NextInt64(1L << 53))];
        ulong[] start = [.. Enumerable.Range(0, degree)
            .Select(i => i % 3 == 0 ? modulus.Value - 1 : (ulong)random.NextInt64((long)modulus.Value))];
        ulong offset = modulus.Value - 1;
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>().Where(VectorWidths.IsSupported))
        {
            ulong[] result = [.. start];
            RingKernel.Create(degree, modulus, width).AddLimbs(limbs, offset, result);
            for (int i = 0; i < degree; i++)
            {
                BigInteger wide = limbs[i] + ((BigInteger)limbs[degree + i] << 48)
                    + ((BigInteger)limbs[(2 * degree) + i] << 96);
                Assert.Equal(modulus.Reduce(start[i] + wide - offset), result[i]);
            }
        }
    }

    [Theory]
    [InlineData(1024, 22)]
    [InlineData(4096, 49)]
    [InlineData(16384, 50)]
    [InlineData(1024, 60)]
    public void Prepared_residues_multiply_like_the_product_of_polynomials(int degree, int bits)
    {
        Modulus modulus = Primality.LargestPrimes(bits, degree, 1)[0];
        Random random = new(bits + degree);
        ulong[] secret = [.. Enumerable.Range(0, degree)
            .Select(i => i % 7 == 0 ? modulus.Value - 1 : (ulong)random.NextInt64((long)modulus.Value))];
        ulong[] a = [.. Enumerable.Range(0, degree).Select(_ => (ulong)random.NextInt64((long)modulus.Value))];
        ulong factor = (ulong)random.NextInt64((long)modulus.Value);
        ScalarRingKernel oracle = new(degree, modulus);
        ulong[] left = [.. a];
        ulong[] right = [.. secret];
        oracle.Forward(left);
        oracle.Forward(right);
        ulong[] expected = [.. left.Zip(right, (x, y) => modulus.Multiply(modulus.Multiply(x, y), factor))];
        oracle.Inverse(expected);
        foreach (VectorWidth width in Enum.GetValues<VectorWidth>().Where(VectorWidths.IsSupported))
        {
            RingKernel kernel = RingKernel.Create(degree, modulus, width);
            ulong[] prepared = [.. secret];
            ulong[] product = new ulong[degree];
            kernel.PrepareResidues(prepared, factor, prepared);
            kernel.MultiplyAdd(left, prepared, new int[degree], product);
            Assert.Equal(expected, product);
        }
    }

    private static BigInteger[] Draw(SmudgingShape shape, int count, int seed)
    {
        using SmudgingSampler sampler = new(shape, count);
        using Keystream stream = new(TestEntropy.Key(seed));
        ulong[] limbs = new ulong[sampler.LimbWords];
        sampler.Fill(stream, limbs);
        BigInteger[] draws = new BigInteger[count];
        for (int i = 0; i < limbs.Length; i++)
        {
            draws[i % count] += (BigInteger)limbs[i] << (48 * (i / count));
        }

        return draws;
    }

    /// <summary>
    /// Whether residues modulo 2^8 of x, x/2^8, x/2^16, ... below the width are uniform, each by a chi-square test at
    /// 2^-40.
    /// </summary>
    private static bool HasFullSpacing(BigInteger[] draws, int width)
    {
        double[] uniform = [.. Enumerable.Repeat(1.0 / 256, 256)];
        for (int shift = 0; shift < width - 8; shift += 8)
        {
            long[] counts = new long[256];
            foreach (BigInteger draw in draws)
            {
                counts[(int)((draw >> shift) & 255)]++;
            }

            if (Statistics.ChiSquarePValue(counts, uniform) < Math.ScaleB(1, -40))
            {
                return false;
            }
        }

        return true;
    }

    private static double Deviation(BigInteger[] draws) =>
        Math.Sqrt(draws.Sum(x => (double)x * (double)x) / draws.Length);

    private static double[] ConvolveWithUniform(double[] density, int steps)
    {
        double[] result = new double[density.Length + steps - 1];
        double window = 0;
        for (int x = 0; x < result.Length; x++)
        {
            window += (x < density.Length ? density[x] : 0) - (x >= steps ? density[x - steps] : 0);
            result[x] = Math.Max(0, window) / steps;
        }

        return result;
    }
}
