using SecureFL.Learning.Rounds;
using SecureFL.Messages.Counters;
using SecureFL.Protocol.Plans;
using SecureFL.Simulation;

namespace SecureFL.Learning.Tests.Rounds;

public class SumTests
{
    [Fact]
    public void Clipped_elements_are_counted()
    {
        Assert.Equal(2, UpdateClip.CountClipped([-5, -2, 0, 1, 7], 2));
    }

    [Fact]
    public async Task Plaintext_and_quantised_sums_agree_on_counters_and_to_rounding_on_updates()
    {
        SeededRandom random = SeededRandom.For(4, "sum");
        SecureSumRequest request = new()
        {
            Round = 3,
            Seed = 5,
            Counters = new CounterLayout(0, new("a", int.MaxValue), new("b", CounterLayout.LargestMagnitude),
                new("c", 1)),
            Contributions = [.. Enumerable.Range(0, 6).Select(i => new SiteContribution(
                $"s{i}", i, [.. Enumerable.Range(0, 100).Select(_ => (float)((2 * random.NextDouble()) - 1))],
                [1000 + i, -123456789012 * i, i % 2]))],
        };
        CancellationToken token = TestContext.Current.CancellationToken;
        SecureSumResult plain = await new PlaintextSum().AggregateAsync(request, token);
        QuantizedReferenceSum quantised = TestData.Quantised(6, 1f, 12);
        SecureSumResult integers = await quantised.AggregateAsync(request, token);
        Assert.Equal([6015, -123456789012 * 15, 3], plain.Counters);
        Assert.Equal(plain.Counters, integers.Counters);
        Assert.All(plain.Sum.Zip(integers.Sum), pair => Assert.Equal(pair.First, pair.Second, 6f / 2047));
        Assert.Equal(integers.QuantisedSum, (await quantised.AggregateAsync(request, token)).QuantisedSum);
        Assert.NotEqual(integers.QuantisedSum,
            (await quantised.AggregateAsync(request with { Round = 4 }, token)).QuantisedSum);
        Assert.Throws<ArgumentException>(() => (request with { Contributions = [] }).Check());
        Assert.Throws<ArgumentException>(
            () => (request with { Counters = new CounterLayout(0, new Counter("a", 1)) }).Check());
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
