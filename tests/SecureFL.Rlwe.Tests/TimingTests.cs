using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Kernels;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Testing;

namespace SecureFL.Rlwe.Tests;

/// <summary>
/// See <see cref="WelchTimingTest"/> for the method and its false-alarm rate. Inputs are zero or normal numbers:
/// processors may take longer on subnormal ones.
/// </summary>
[Trait("Category", "Slow")]
[Collection(Alone.Name)]
public sealed class TimingTests
{
    private const int Samples = 20_000;

    [Theory]
    [InlineData(Rounding.Nearest, 0f)]
    [InlineData(Rounding.Nearest, 100f)]
    [InlineData(Rounding.Stochastic, 0f)]
    [InlineData(Rounding.Stochastic, -100f)]
    [InlineData(Rounding.Stochastic, 0.3f)]
    public void Quantising(Rounding rounding, float fixedValue)
    {
        Quantizer quantizer = new(16, 1f, rounding, 1);
        float[] values = new float[4096];
        int[] quantised = new int[values.Length];
        WelchTimingTest.AssertNoLeak((secretClass, random) => Draw(values, secretClass, fixedValue, random),
            () => quantizer.Quantize(values, quantised), Samples);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1f)]
    [InlineData(-1f)]
    public void Quantising_packing_and_masking_a_chunk(float fixedValue)
    {
        AggregationParameters parameters = ParameterSets.Plan(4096, 8, 10);
        using ChunkCodec codec = new(parameters);
        Quantizer quantizer = new(8, 1f, Rounding.Stochastic, 1);
        float[] values = new float[parameters.FloatsIn(0)];
        ulong[] mask = new ulong[parameters.RingDegree * parameters.Primes.Length];
        byte[] packed = new byte[parameters.ChunkBytes];
        Random publicRandom = new(1);
        for (int i = 0; i < mask.Length; i++)
        {
            mask[i] = (ulong)publicRandom.NextInt64((long)parameters.Primes[i / parameters.RingDegree]);
        }

        WelchTimingTest.AssertNoLeak(
            (secretClass, random) => Draw(values, secretClass, fixedValue, random),
            () => codec.Encrypt(quantizer, values, [], mask, packed),
            Samples);
    }

    private static void Draw(float[] values, int secretClass, float fixedValue, Random random)
    {
        for (int i = 0; i < values.Length; i++)
        {
            int drawn = BitConverter.SingleToInt32Bits((random.NextSingle() * 2) - 1);
            values[i] = BitConverter.Int32BitsToSingle(
                WelchTimingTest.Choose(secretClass, BitConverter.SingleToInt32Bits(fixedValue), drawn));
        }
    }
}
