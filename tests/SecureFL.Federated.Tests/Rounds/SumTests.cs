using SecureFL.Aggregation;
using SecureFL.Encoding.Quantization;
using SecureFL.Federated.Rounds;

namespace SecureFL.Federated.Tests.Rounds;

public class SumTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(20)]
    [InlineData(22)]
    public void The_grid_of_a_contribution_quantises_to_the_same_integers(int bits)
    {
        foreach (float clip in new[] { 1f, 0.37f, 7.1e-3f, 3.3e5f, 1.9999999f })
        {
            UpdateQuantizer quantizer = new(clip, bits);
            int edge = Math.Min(quantizer.Largest, 2_000_000);
            SeededRandom random = SeededRandom.For(1, "grid", bits);
            int[] integers =
            [
                .. Enumerable.Range(-edge, (2 * edge) + 1), .. Enumerable.Range(quantizer.Largest - edge, edge + 1),
                .. Enumerable.Range(0, 50_000).Select(_ => random.NextInt32((2 * quantizer.Largest) + 1) - quantizer.Largest),
            ];
            float[] grid = new float[integers.Length];
            quantizer.ToGrid(integers, grid);
            int[] again = new int[integers.Length];
            new UpdateQuantizer(clip, bits, Rounding.Nearest).Quantize(grid, 0, again);
            Assert.True(integers.AsSpan().SequenceEqual(again), $"{bits} bits at clip {clip}: first difference at {integers.AsSpan().CommonPrefixLength(again)}");
        }
    }

    [Fact]
    public void Beyond_22_bits_there_is_no_grid_in_single_precision() =>
        Assert.Throws<ArgumentException>(() => new UpdateQuantizer(1, 23).ToGrid([1], new float[1]));

    [Fact]
    public void Bounds_errors_and_suggestions()
    {
        UpdateQuantizer quantizer = new(2f, 16, Rounding.Nearest);
        int[] integers = new int[5];
        quantizer.Quantize([-5, -2, 0, 1, 7], 1, integers);
        Assert.Equal([-32767, -32767, 0, 16384, 32767], integers);
        float[] back = new float[5];
        quantizer.Dequantize([.. integers.Select(i => (long)i)], back);
        Assert.Equal([-2, -2, 0, 1, 2], back.Select(value => MathF.Round(value, 4)));
        ArgumentException fault = Assert.Throws<ArgumentException>(() => quantizer.Quantize([0, 1, float.NaN], 1, integers));
        Assert.Contains("element 2", fault.Message, StringComparison.Ordinal);
        Assert.Equal(2, UpdateQuantizer.CountClipped([-5, -2, 0, 1, 7], 2));
        Assert.Equal(1f, UpdateQuantizer.SuggestClip([[0.3f, -0.1f], [0.05f]]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UpdateQuantizer(1, 25));
        Assert.Throws<ArgumentOutOfRangeException>(() => new UpdateQuantizer(0, 16));
    }

    [Fact]
    public async Task Plaintext_and_quantised_sums_agree_on_counters_and_to_rounding_on_updates()
    {
        SeededRandom random = SeededRandom.For(4, "sum");
        SecureSumRequest request = new()
        {
            Round = 3,
            Seed = 5,
            Counters = new CounterLayout(0, new("a", int.MaxValue), new("b", CounterLayout.LargestMagnitude), new("c", 1)),
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
        Assert.Throws<ArgumentException>(() => (request with { Counters = new CounterLayout(0, new Counter("a", 1)) }).Check());
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
