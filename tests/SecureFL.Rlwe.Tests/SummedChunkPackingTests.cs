using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Planning;

namespace SecureFL.Rlwe.Tests;

public sealed class SummedChunkPackingTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void Words_up_to_what_so_many_clients_reach_come_back(int clients)
    {
        AggregationParameters p = ParameterSets.Plan(500_000, 16, 100);
        ulong[] words = Words(p, clients, new Random(clients));
        words[0] = 0;
        words[1] = Most(p, clients, 1);
        byte[] packed = new byte[SummedChunkPacking.Bytes(p, clients)];
        SummedChunkPacking.Pack(p, clients, words, packed);
        ulong[] back = new ulong[words.Length];
        SummedChunkPacking.Unpack(p, clients, packed, back);
        Assert.Equal(words, back);
    }

    /// <summary>3.44 bytes a parameter at 10^7 parameters of 16 bits and 100 clients: below float32.</summary>
    [Fact]
    public void A_sum_of_a_hundred_clients_is_smaller_than_the_model()
    {
        AggregationParameters p = ParameterSets.Plan(10_000_000, 16, 100);
        double bytes = (double)p.ChunkCount * SummedChunkPacking.Bytes(p, 100) / p.FloatLength;
        Assert.InRange(bytes, 3.3, 3.6);
    }

    [Fact]
    public void A_word_above_what_so_many_clients_reach_is_refused_and_named()
    {
        AggregationParameters p = ParameterSets.Plan(500_000, 16, 100);
        ulong[] words = Words(p, 3, new Random(1));
        words[5] = Most(p, 3, 5) + 1;
        byte[] packed = new byte[SummedChunkPacking.Bytes(p, 3)];
        SummedChunkPacking.Pack(p, 3, words, packed);
        CiphertextFormatException refusal = Assert.Throws<CiphertextFormatException>(
            () => SummedChunkPacking.Unpack(p, 3, packed, new ulong[words.Length]));
        Assert.Contains("word 5", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_lengths_are_refused()
    {
        AggregationParameters p = ParameterSets.Plan(500_000, 16, 100);
        byte[] packed = new byte[SummedChunkPacking.Bytes(p, 3)];
        ulong[] words = new ulong[SummedChunkPacking.Words(p)];
        Assert.Throws<ArgumentException>(() => SummedChunkPacking.Pack(p, 3, words.AsSpan(1), packed));
        Assert.Throws<ArgumentException>(() => SummedChunkPacking.Unpack(p, 3, packed.AsSpan(1), words));
        Assert.Throws<ArgumentException>(() => SummedChunkPacking.Unpack(p, 5, packed, words));
    }

    private static ulong[] Words(AggregationParameters p, int clients, Random random) =>
    [
        .. Enumerable.Range(0, SummedChunkPacking.Words(p))
            .Select(i => (ulong)random.NextInt64((long)Most(p, clients, i))),
    ];

    private static ulong Most(AggregationParameters p, int clients, int word) =>
        (ulong)clients * (p.Primes[word / p.RingDegree % p.Primes.Length] - 1);
}
