using System.Numerics;
using System.Runtime.InteropServices;
using SecureFL.Ring.Kernels;
using SecureFL.Ring.Randomness;
using SecureFL.Ring.Sampling;
using SecureFL.Testing;

namespace SecureFL.Ring.Tests;

/// <summary>
/// Goodness of fit of the secret samplers, by Pearson's chi-square over all values that occur. A correct sampler fails
/// a test with probability 10^-6 over the choice of the key; the keys are fixed, so the tests are deterministic.
/// </summary>
public sealed class SmallSamplerTests
{
    private const double FalseAlarm = 1e-6;
    private const int Batch = 1 << 15;
    private const int Batches = 64;

    public static TheoryData<int> Keys() => [1, 2, 3];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Ternary_is_uniform(int key)
    {
        using TernarySampler sampler = new(Batch);
        AssertFits(sampler, key, _ => 1.0 / 3);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Centred_binomial_has_its_law(int key)
    {
        using CenteredBinomialSampler sampler = new(Batch);
        double[] row = new double[CenteredBinomialSampler.Coins + 1];
        row[0] = Math.ScaleB(1, -CenteredBinomialSampler.Coins);
        for (int k = 1; k < row.Length; k++)
        {
            row[k] = row[k - 1] * (CenteredBinomialSampler.Coins - k + 1) / k;
        }

        AssertFits(sampler, key, x => row[x + 21]);
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Discrete_gaussian_has_its_law(int key)
    {
        using DiscreteGaussianSampler sampler = new(Batch);
        double total = Enumerable.Range(-80, 161).Sum(Weight);
        AssertFits(sampler, key, x => Weight(x) / total);

        static double Weight(int x) => Math.Exp(-x * x / (2 * 6.4 * 6.4));
    }

    /// <summary>
    /// The tests above see a deviation of 6.3 or 6.5, a lost sign or a stuck coin: they are not idle.
    /// </summary>
    [Fact]
    public void A_wrong_law_is_seen()
    {
        using DiscreteGaussianSampler sampler = new(Batch);
        long[] counts = Histogram(sampler, 1);
        foreach (double sigma in new[] { 6.3, 6.5 })
        {
            double[] weights = [.. Enumerable.Range(-80, 161).Select(x => Math.Exp(-x * x / (2 * sigma * sigma)))];
            double total = weights.Sum();
            Assert.True(Statistics.ChiSquarePValue(counts, [.. weights.Select(w => w / total)]) < FalseAlarm);
        }
    }

    [Fact]
    public void Every_vector_width_scans_the_table_to_the_same_samples()
    {
        ulong[] table = GaussianTable.OfSampler();
        const int Count = 4096;
        ulong[] words = new ulong[2 * Count];
        using (Keystream stream = new(TestEntropy.Key(9)))
        {
            stream.Fill(MemoryMarshal.AsBytes(words.AsSpan()));
        }

        // The edges of every entry, with both signs, besides random words.
        for (int entry = 0; entry < table.Length / 2; entry++)
        {
            for (int variant = 0; variant < 6; variant++)
            {
                BigInteger value = ((BigInteger)table[2 * entry] << 63) + table[(2 * entry) + 1] + (variant / 2) - 1;
                value = value.Sign < 0 ? BigInteger.Zero : value;
                int at = (6 * entry) + variant;
                words[at] = (ulong)(value >> 63) | ((ulong)variant << 63);
                words[Count + at] = (ulong)(value & long.MaxValue) | ((ulong)variant << 63);
            }
        }

        int[] expected = new int[Count];
        for (int i = 0; i < Count; i++)
        {
            BigInteger value = ((BigInteger)(words[i] & long.MaxValue) << 63) + (words[Count + i] & long.MaxValue);
            int magnitude = Enumerable.Range(0, table.Length / 2)
                .Count(e => ((BigInteger)table[2 * e] << 63) + table[(2 * e) + 1] > value);
            expected[i] = words[i] >> 63 == 0 ? magnitude : -magnitude;
        }

        foreach (VectorWidth width in WordPackingTests.Widths)
        {
            int[] samples = new int[Count];
            WordKernel.Create(width).ScanTable(words.AsSpan(0, Count), words.AsSpan(Count), table, samples);
            Assert.Equal(expected, samples);
        }
    }

    [Fact]
    public void Samples_are_a_function_of_the_stream_alone()
    {
        foreach (Func<ISmallSampler> create in new Func<ISmallSampler>[]
            { () => new TernarySampler(1024), () => new CenteredBinomialSampler(1024),
                () => new DiscreteGaussianSampler(1024) })
        {
            using ISmallSampler one = create();
            using ISmallSampler two = create();
            using Keystream processor = new(TestEntropy.Key(7));
            using Keystream framework = new(TestEntropy.Key(7), useProcessorInstructions: false);
            int[] a = new int[1024];
            int[] b = new int[1024];
            one.Fill(processor, a);
            two.Fill(framework, b);
            Assert.Equal(a, b);
            one.Fill(processor, a);
            Assert.NotEqual(a, b);
            Assert.All(a, x => Assert.InRange(x, -one.Bound, one.Bound));
        }
    }

    /// <summary>
    /// floor(3u / 2^64) - 1 of words at and beside the thirds and the sign, in every lane, by every kernel.
    /// </summary>
    [Fact]
    public void Ternary_kernels_agree_with_the_definition_beside_the_thirds()
    {
        const ulong Third = ulong.MaxValue / 3;
        ulong[] borders = [0, 1, Third - 1, Third, Third + 1, Third + 2, (2 * Third) - 1, 2 * Third, (2 * Third) + 1,
            (2 * Third) + 2, (1UL << 63) - 1, 1UL << 63, (1UL << 63) + 1, ulong.MaxValue - 1, ulong.MaxValue];
        ulong[] words = [.. Enumerable.Range(0, 15 * 64).Select(i => borders[i % borders.Length])];
        int[] expected = [.. words.Select(word => (int)((3 * (UInt128)word) >> 64) - 1)];
        int[] actual = new int[words.Length];
        Assert.Equal(words.Length, TernarySampler.Thirds(words, actual));
        Assert.Equal(expected, actual);
        if (System.Runtime.Intrinsics.X86.Avx512F.IsSupported)
        {
            Array.Clear(actual);
            Assert.Equal(words.Length, TernarySampler.Thirds512(words, actual));
            Assert.Equal(expected, actual);
        }
    }

    private static void AssertFits(ISmallSampler sampler, int key, Func<int, double> law)
    {
        double[] probabilities = [.. Enumerable.Range(-sampler.Bound, (2 * sampler.Bound) + 1).Select(law)];
        double variance = Enumerable.Range(-sampler.Bound, (2 * sampler.Bound) + 1).Sum(x => law(x) * x * x);
        Assert.Equal(1, probabilities.Sum(), 1e-12);
        Assert.Equal(sampler.StandardDeviation, Math.Sqrt(variance), 1e-9);
        long[] counts = Histogram(sampler, key);
        double p = Statistics.ChiSquarePValue(counts, probabilities);
        Assert.True(p > FalseAlarm, $"p = {p:E2}");

        // Signs alone: the count of positive among non-zero samples is binomial with 1/2; five deviations are passed
        // with probability 5.8e-7.
        long positive = counts[(sampler.Bound + 1)..].Sum();
        long negative = counts[..sampler.Bound].Sum();
        Assert.True(Math.Abs(positive - negative) < 5 * Math.Sqrt(positive + negative));
    }

    private static long[] Histogram(ISmallSampler sampler, int key)
    {
        long[] counts = new long[(2 * sampler.Bound) + 1];
        int[] samples = new int[Batch];
        using Keystream stream = new(TestEntropy.Key(key));
        for (int batch = 0; batch < Batches; batch++)
        {
            sampler.Fill(stream, samples);
            foreach (int sample in samples)
            {
                counts[sample + sampler.Bound]++;
            }
        }

        return counts;
    }
}
