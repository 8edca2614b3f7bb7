using System.Collections.Immutable;
using System.Numerics;
using SecureFL.Ring.Kernels;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.Packing;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Testing;

namespace SecureFL.Rlwe.Tests;

public sealed class LaneLayoutTests
{
    public static TheoryData<string> MixedSets() => ["mixed", "scaled", "many primes", "sixty"];

    [Fact]
    public void Lanes_are_gathered_in_words_of_at_most_46_bits()
    {
        LaneLayout layout = new([2541, 2541, 2541, 2541, 2541, (1L << 46) - 1, 3, 3]);
        Assert.Equal(8, layout.Lanes);
        Assert.Equal([4, 1, 1, 2], layout.LanesPerWord);
        Assert.Equal([2541L * 2541 * 2541 * 2541, 2541, (1L << 46) - 1, 9], layout.WordRadices);
        Assert.Equal(layout.Radices.Aggregate(BigInteger.One, (product, r) => product * r), layout.Range);
        Assert.All(layout.WordRadices, r => Assert.True(r <= 1L << 46));
        Assert.Equal(LaneLayout.Uniform(3, 5).Radices, [5L, 5, 5]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(1)]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(100)]
    [InlineData((1L << 46) + 1)]
    public void Refuses_other_radices(long radix)
    {
        Assert.Contains("lane rule", Assert.Throws<ArgumentException>(() => new LaneLayout([3, radix])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new LaneLayout([]));
        Assert.Throws<ArgumentException>(() => new LaneLayout(default));
    }

    /// <summary>
    /// Codec alone: what is quantised comes back, with a zero mask, from the codec of every other width; one upload is
    /// its own sum.
    /// </summary>
    [Theory]
    [MemberData(nameof(MixedSets))]
    public void Mixed_radices_survive_the_codec_at_every_width(string name)
    {
        AggregationParameters parameters = ParameterSets.Get(name);
        float[] floats = new float[parameters.FloatsIn(0)];
        int[] integers = new int[parameters.IntegersIn(0)];
        Random random = new(1);
        for (int i = 0; i < floats.Length; i++)
        {
            floats[i] = (random.NextSingle() * 2.2f) - 1.1f;
        }

        for (int i = 0; i < integers.Length; i++)
        {
            integers[i] = random.Next(-parameters.MaxQuantised, parameters.MaxQuantised + 1);
        }

        int[] quantised = new int[floats.Length];
        new Quantizer(parameters.Bits, parameters.Clip, Rounding.Nearest, 0).Quantize(floats, quantised);
        long[] expected = [.. quantised.Concat(integers).Select(q => (long)q)];
        ulong[] mask = new ulong[parameters.RingDegree * parameters.Ckks.Moduli.Length];
        byte[]? packedByFirst = null;
        foreach (VectorWidth width in ParameterSets.Widths)
        {
            using ChunkCodec codec = new(parameters, width);
            byte[] packed = new byte[parameters.ChunkBytes];
            Assert.True(codec.Encrypt(new Quantizer(parameters.Bits, parameters.Clip, Rounding.Nearest, 0), floats,
                integers, mask, packed));
            Assert.Equal(packedByFirst ??= packed, packed);
            foreach (VectorWidth other in ParameterSets.Widths)
            {
                using ChunkCodec opener = new(parameters, other);
                ulong[] sums = new ulong[mask.Length];
                Assert.Null(opener.Add(packed, default, default, default, sums));
                long[] opened = new long[expected.Length];
                float[] singles = new float[floats.Length];
                ChunkOpening opening = opener.Open(sums, mask, opened, singles, 0.5);
                Assert.True(opening.InsideLanes);
                Assert.Equal(0, opening.NoiseMaximum);
                Assert.Equal(expected, opened);
                Assert.Equal(quantised.Select(q => (float)(q * 0.5)), singles);
            }
        }
    }

    /// <summary>
    /// The whole way with ten clients at their bounds, lanes of different radices, elements of both kinds.
    /// </summary>
    [Theory]
    [MemberData(nameof(MixedSets))]
    public void Mixed_radices_sum_exactly(string name)
    {
        AggregationParameters parameters = ParameterSets.Get(name);
        RoundTrip.AssertExact(parameters, parameters.MaxClients, extreme: false);
        RoundTrip.AssertExact(parameters, parameters.MaxClients, extreme: true);
    }

    [Fact]
    public void The_digest_depends_on_every_radix()
    {
        ImmutableArray<long>[] layouts = [[2541, 999_999, 2541], [2541, 2541, 999_999], [2543, 999_997, 2541]];
        Assert.Equal(3, layouts.Select(l => Convert.ToHexString(ParameterSets.Mixed(4096, 9, l, 3000).Digest))
            .Distinct().Count());
    }
}
