using FsCheck;
using FsCheck.Fluent;
using SecureFL.Federated.Rounds;

namespace SecureFL.Federated.Tests.Rounds;

public class SumTests
{
    [Fact]
    public void Limbs_of_signed_counters_stay_in_bounds_and_their_sums_recombine()
    {
        Gen<(int, int, int)> shapes = Gen.Choose(4, 24).SelectMany(b => Gen.Choose(1, 51).SelectMany(bits => Gen.Choose(0, int.MaxValue).Select(seed => (b, bits, seed))));
        Prop.ForAll(shapes.ToArbitrary(), shape =>
        {
            (int b, int bits, int seed) = shape;
            int[] counterBits = [bits, 1, 51];
            SeededRandom random = SeededRandom.For((ulong)seed, "limbs");
            int length = CounterLimbs.Count(counterBits, b);
            long[] sums = new long[length];
            long[] expected = new long[3];
            int[] limbs = new int[length];
            for (int client = 0; client < 50; client++)
            {
                long[] counters = [.. counterBits.Select(width => (long)(random.NextUInt64() >> (64 - width)) * (random.NextInt32(2) == 0 ? 1 : -1))];
                CounterLimbs.Split(counters, counterBits, b, limbs);
                Assert.All(limbs, limb => Assert.True(Math.Abs(limb) <= (1 << (b - 1)) - 1));
                for (int i = 0; i < length; i++)
                {
                    sums[i] += limbs[i];
                }

                for (int c = 0; c < 3; c++)
                {
                    expected[c] += counters[c];
                }
            }

            long[] totals = new long[3];
            CounterLimbs.Recombine(sums, counterBits, b, totals);
            return totals.SequenceEqual(expected);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Counters_beyond_their_bits_are_refused()
    {
        int[] limbs = new int[CounterLimbs.Count([15], 16)];
        Assert.Single(limbs);
        CounterLimbs.Split([32767], [15], 16, limbs);
        Assert.Equal(32767, limbs[0]);
        Assert.Throws<ArgumentException>(() => CounterLimbs.Split([32768], [15], 16, limbs));
        Assert.Throws<ArgumentException>(() => CounterLimbs.Split([1, 2], [15], 16, limbs));
        Assert.Throws<ArgumentException>(() => CounterLimbs.Count([63], 16));
    }

    [Fact]
    public void Stochastic_rounding_is_unbiased_and_nearest_is_near()
    {
        UpdateQuantizer quantizer = new(1f, 4);
        SeededRandom random = SeededRandom.For(2, "rounding");
        float[] values = [.. Enumerable.Repeat(0.3f, 40_000)];
        int[] integers = new int[values.Length];
        quantizer.Quantize(values, random, integers);

        // 0.3 * 7 = 2.1: each is 2 or 3, standard error of the mean 0.3 / 200 = 0.0015; 5 of them, false alarm below 10^-6.
        Assert.Equal([2, 3], integers.Distinct().Order());
        Assert.InRange(integers.Average(), 2.1 - 0.0075, 2.1 + 0.0075);
        new UpdateQuantizer(1f, 4, QuantizerRounding.Nearest).Quantize(values, random, integers);
        Assert.All(integers, value => Assert.Equal(2, value));
    }

    [Fact]
    public void Clipping_bounds_errors_and_round_trip()
    {
        UpdateQuantizer quantizer = new(2f, 16, QuantizerRounding.Nearest);
        int[] integers = new int[5];
        quantizer.Quantize([-5, -2, 0, 1, 7], SeededRandom.For(1, "r"), integers);
        Assert.Equal([-32767, -32767, 0, 16384, 32767], integers);
        float[] back = new float[5];
        quantizer.Dequantize([.. integers.Select(i => (long)i)], back);
        Assert.Equal([-2, -2, 0, 1, 2], back.Select(value => MathF.Round(value, 4)));
        ArgumentException fault = Assert.Throws<ArgumentException>(() => quantizer.Quantize([0, 1, float.NaN], SeededRandom.For(1, "r"), integers));
        Assert.Contains("element 2", fault.Message, StringComparison.Ordinal);
        Assert.Equal(2, UpdateQuantizer.CountClipped([-5, -2, 0, 1, 7], 2));
        Assert.Equal(1f, UpdateQuantizer.SuggestClip([[0.3f, -0.1f], [0.05f]]));
        Assert.Throws<ArgumentException>(() => new UpdateQuantizer(1, 25));
        Assert.Throws<ArgumentException>(() => new UpdateQuantizer(0, 16));
    }

    [Fact]
    public async Task Plaintext_and_quantised_sums_agree_on_counters_and_to_rounding_on_updates()
    {
        SeededRandom random = SeededRandom.For(4, "sum");
        SecureSumRequest request = new()
        {
            Round = 3,
            Seed = 5,
            CounterBits = [31, 47, 1],
            Contributions = [.. Enumerable.Range(0, 6).Select(i => new SiteContribution(
                $"s{i}", i, [.. Enumerable.Range(0, 100).Select(_ => (float)((2 * random.NextDouble()) - 1))], [1000 + i, -123456789012 * i, i % 2]))],
        };
        CancellationToken token = TestContext.Current.CancellationToken;
        SecureSumResult plain = await new PlaintextSum().AggregateAsync(request, token);
        QuantizedPlaintextSum quantised = new(new UpdateQuantizer(1f, 12));
        SecureSumResult integers = await quantised.AggregateAsync(request, token);
        Assert.Equal([6015, -123456789012 * 15, 3], plain.Counters);
        Assert.Equal(plain.Counters, integers.Counters);
        Assert.All(plain.Sum.Zip(integers.Sum), pair => Assert.Equal(pair.First, pair.Second, 6f / 2047));
        Assert.Equal(integers.QuantisedSum, (await quantised.AggregateAsync(request, token)).QuantisedSum);
        Assert.NotEqual(integers.QuantisedSum, (await quantised.AggregateAsync(request with { Round = 4 }, token)).QuantisedSum);
        Assert.Throws<ArgumentException>(() => (request with { Contributions = [] }).Check());
        Assert.Throws<ArgumentException>(() => (request with { CounterBits = [31] }).Check());
    }

    [Fact]
    public void Client_sampling_is_fair_and_repeatable()
    {
        int[] counts = new int[10];
        for (int round = 1; round <= 3000; round++)
        {
            int[] chosen = ClientSampling.Choose(10, 3, 9, round);
            Assert.Equal(3, chosen.Distinct().Count());
            Assert.Equal(chosen, ClientSampling.Choose(10, 3, 9, round));
            foreach (int site in chosen)
            {
                counts[site]++;
            }
        }

        // Each is binomial(3000, 0.3): deviation 25; 5 of them, false alarm below 10^-5, and the seed is fixed.
        Assert.All(counts, count => Assert.InRange(count, 775, 1025));
        Assert.Equal([0, 1, 2], ClientSampling.Choose(3, 0, 1, 1));
        Assert.Throws<ArgumentException>(() => ClientSampling.Choose(3, 4, 1, 1));
    }
}
