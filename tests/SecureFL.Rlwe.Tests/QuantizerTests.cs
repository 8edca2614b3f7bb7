using SecureFL.Rlwe.Quantization;

namespace SecureFL.Rlwe.Tests;

public sealed class QuantizerTests
{
    private const ulong Seed = 0x1234_5678_9ABC_DEF0;

    public static TheoryData<int, float> BitsAndClips()
    {
        TheoryData<int, float> data = [];
        foreach (int bits in new[] { 4, 8, 12, 16, 20, 23, 24 })
        {
            data.Add(bits, 1f);
            data.Add(bits, 0.3f);
            data.Add(bits, 1e-30f);
            data.Add(bits, 3e30f);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(BitsAndClips))]
    public void Nearest_equals_the_reference(int bits, float clip)
    {
        float[] values = Values(clip, bits, 3000);
        int limit = (1 << (bits - 1)) - 1;
        float scale = (float)(limit / (double)clip);
        int[] expected =
            [
                .. values.Select(
                    v => (int)Math.Round(Math.Clamp((double)(v * scale), -limit, limit), MidpointRounding.ToEven))];
        foreach (Quantizer quantizer in AtEveryWidth(bits, clip, Rounding.Nearest))
        {
            int[] actual = new int[values.Length];
            quantizer.Quantize(values, actual);
            Assert.Equal(expected, actual);
            Assert.Equal(values.Count(v => Math.Abs(v) > clip), quantizer.ClippedCount);
        }
    }

    /// <summary>The generator as documented, one number at a time: any vector width gives these bits.</summary>
    [Theory]
    [MemberData(nameof(BitsAndClips))]
    public void Stochastic_equals_the_reference(int bits, float clip)
    {
        float[] values = Values(clip, bits, 3000);
        int[] actual = new int[values.Length];
        foreach (long chunk in new long[] { 0, 1, 12345678901 })
        {
            int[] expected = StochasticReference(values, bits, clip, chunk);
            foreach (Quantizer quantizer in AtEveryWidth(bits, clip, Rounding.Stochastic))
            {
                quantizer.BeginChunk(chunk);
                quantizer.Quantize(values, actual);
                Assert.Equal(expected, actual);
            }
        }
    }

    [Theory]
    [MemberData(nameof(BitsAndClips))]
    public void Nothing_exceeds_the_bound(int bits, float clip)
    {
        float[] values = [float.MaxValue, -float.MaxValue, clip, -clip, MathF.BitIncrement(clip),
            MathF.BitDecrement(clip), -MathF.BitIncrement(clip), 0f, -0f, float.Epsilon, .. Values(clip, bits, 5000)];
        int limit = (1 << (bits - 1)) - 1;
        int[] quantised = new int[values.Length];
        foreach (Rounding rounding in Enum.GetValues<Rounding>())
        {
            Quantizer quantizer = new(bits, clip, rounding, Seed);
            quantizer.Quantize(values, quantised);
            Assert.All(quantised, q => Assert.InRange(q, -limit, limit));
            Assert.Equal([limit, -limit], quantised[..2]);
            Assert.InRange(quantised[2], limit - 1, limit);
            Assert.InRange(quantised[3], -limit, -limit + 1);
            Assert.Equal(0, quantised[7]);
            Assert.Equal(0, quantised[8]);
        }
    }

    /// <summary>
    /// The mean of 2^20 roundings of a value with fraction f is within six standard errors sqrt(f (1 - f) / 2^20) of
    /// it: a correct quantiser fails a value with probability
    /// 2e-9 over the choice of the (fixed) seed. The nearest rounding, which is biased, fails it.
    /// </summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.1)]
    [InlineData(0.999)]
    [InlineData(-3.25)]
    [InlineData(-0.0009765625)]
    [InlineData(100.03125)]
    public void Stochastic_rounding_is_unbiased(double steps)
    {
        const int Bits = 8;
        const int Count = 1 << 20;
        float value = (float)steps;
        float[] values = new float[Count];
        Array.Fill(values, value);
        int[] quantised = new int[Count];
        Quantizer quantizer = new(Bits, 127f, Rounding.Stochastic, Seed);
        quantizer.Quantize(values, quantised);
        double fraction = value - Math.Floor(value);
        double error = 6 * Math.Sqrt(fraction * (1 - fraction) / Count);
        double mean = quantised.Average(q => (double)q);
        Assert.InRange(mean - value, -error, error);
        Assert.All(quantised, q => Assert.True(q == Math.Floor(value) || q == Math.Floor(value) + 1));

        // Neighbours are independent: their products are unbiased too.
        double covariance = Enumerable.Range(0, Count - 1)
            .Average(i => (quantised[i] - mean) * (quantised[i + 1] - mean));
        Assert.InRange(covariance, -error * Math.Sqrt(fraction * (1 - fraction)),
            error * Math.Sqrt(fraction * (1 - fraction)));

        new Quantizer(Bits, 127f, Rounding.Nearest, Seed).Quantize(values, quantised);
        Assert.True(Math.Abs(quantised[0] - value) > error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(700)]
    [InlineData(1023)]
    [InlineData(1030)]
    public void Not_finite_names_the_index_and_clears_the_result(int index)
    {
        foreach (float bad in
            new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity,
                BitConverter.Int32BitsToSingle(0x7F800001), BitConverter.Int32BitsToSingle(-1) })
        {
            foreach (Rounding rounding in Enum.GetValues<Rounding>())
            {
                float[] values = Values(1f, 1, 1031);
                values[index] = bad;
                int[] quantised = [.. Enumerable.Repeat(9, values.Length)];
                ArgumentException refusal = Assert.Throws<ArgumentException>(
                    () => new Quantizer(8, 1f, rounding, Seed).Quantize(values, quantised));
                Assert.Contains($"element {index} ", refusal.Message, StringComparison.Ordinal);
                Assert.All(quantised, q => Assert.Equal(0, q));
                Assert.Equal(index, Quantizer.IndexOfNonFinite(values));
            }
        }

        Assert.Equal(-1, Quantizer.IndexOfNonFinite(Values(1f, 1, 1031)));
        Assert.Equal(-1, Quantizer.IndexOfNonFinite([]));
        Assert.Equal(-1, Quantizer.IndexOfNonFinite([float.MaxValue, -float.MaxValue, float.Epsilon]));
    }

    [Fact]
    public void The_first_of_several_is_named()
    {
        float[] values = new float[2000];
        values[1500] = float.NaN;
        values[77] = float.NegativeInfinity;
        Assert.Equal(77, Quantizer.IndexOfNonFinite(values));
    }

    [Fact]
    public void One_seed_gives_the_same_bits_whatever_the_order_of_chunks()
    {
        float[][] chunks = [.. Enumerable.Range(0, 6).Select(i => Values(1f, i, 2000 + i))];
        Quantizer ascending = new(12, 1f, Rounding.Stochastic, Seed);
        int[][] expected = [.. chunks.Select((chunk, i) => Run(ascending, chunk, i))];
        Quantizer shuffled = new(12, 1f, Rounding.Stochastic, Seed);
        foreach (int i in new[] { 4, 0, 5, 5, 1, 3, 2 })
        {
            Assert.Equal(expected[i], Run(shuffled, chunks[i], i));
        }

        Assert.NotEqual(expected[0], Run(new Quantizer(12, 1f, Rounding.Stochastic, Seed + 1), chunks[0], 0));
        Assert.NotEqual(expected[0], Run(ascending, chunks[0], 1));
        Assert.Equal(expected[2], Run(ascending.Fork(), chunks[2], 2));

        static int[] Run(Quantizer quantizer, float[] values, int chunk)
        {
            int[] result = new int[values.Length];
            quantizer.BeginChunk(chunk);
            quantizer.Quantize(values, result);
            return result;
        }
    }

    [Theory]
    [InlineData(3, 1f)]
    [InlineData(25, 1f)]
    [InlineData(8, 0f)]
    [InlineData(8, -1f)]
    [InlineData(8, float.NaN)]
    [InlineData(8, float.PositiveInfinity)]
    [InlineData(8, float.Epsilon)]
    [InlineData(24, 1.2e-38f)]
    public void Refuses_what_it_cannot_represent(int bits, float clip)
    {
        Assert.ThrowsAny<ArgumentException>(() => new Quantizer(bits, clip, Rounding.Nearest, Seed));
        Assert.ThrowsAny<ArgumentException>(
            () => new Quantizer(8, 1f, Rounding.Nearest, Seed).Quantize(new float[3], new int[4]));
    }

    private static IEnumerable<Quantizer> AtEveryWidth(int bits, float clip, Rounding rounding)
    {
        yield return new Quantizer(bits, clip, rounding, Seed);
        yield return new Quantizer(bits, clip, rounding, Seed, wide: false);
    }

    private static int[] StochasticReference(float[] values, int bits, float clip, long chunk)
    {
        ulong state = Seed ^ ((ulong)chunk * 0xD1342543DE82EF95);
        ulong[] first = new ulong[8];
        ulong[] second = new ulong[8];
        for (int column = 0; column < 8; column++)
        {
            first[column] = SplitMix();
            second[column] = SplitMix() | 1;
        }

        int limit = (1 << (bits - 1)) - 1;
        float scale = (float)(limit / (double)clip);
        int[] result = new int[values.Length];
        uint[] random = new uint[16];
        for (int i = 0; i < values.Length; i++)
        {
            if (i % 16 == 0)
            {
                for (int column = 0; column < 8; column++)
                {
                    // xorshift128+ with the shifts 23, 18, 5.
                    ulong s1 = first[column];
                    ulong s0 = second[column];
                    random[2 * column] = (uint)(s0 + s1);
                    random[(2 * column) + 1] = (uint)((s0 + s1) >> 32);
                    s1 ^= s1 << 23;
                    first[column] = s0;
                    second[column] = s1 ^ s0 ^ (s1 >> 18) ^ (s0 >> 5);
                }
            }

            float t = Math.Clamp(values[i] * scale, -limit, limit);
            float floor = MathF.Floor(t);
            result[i] = (int)floor + ((random[i % 16] >> 8) / 16777216f < t - floor ? 1 : 0);
        }

        return result;

        ulong SplitMix()
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    private static float[] Values(float clip, int seed, int count)
    {
        Random random = new(seed);
        return
        [
            .. Enumerable.Range(0, count).Select(_ => random.Next(10) switch
            {
                0 => clip * 1.5f * (random.Next(2) - 0.5f),
                1 => (random.NextSingle() - 0.5f) * 1e-3f * clip,
                2 => 0f,
                _ => ((random.NextSingle() * 2) - 1) * 1.1f * clip,
            }),
        ];
    }
}
