using SecureFL.Ring.Arithmetic;
using SecureFL.Rlwe.OneTimeKey;
using SecureFL.Rlwe.Parameters;
using SecureFL.Testing;

namespace SecureFL.Rlwe.Tests;

/// <summary>See <see cref="WelchTimingTest"/> for the method and its false-alarm rate.</summary>
[Trait("Category", "Slow")]
[Collection(Alone.Name)]
public sealed class MaskTimingTests
{
    private const int Degree = 1024;

    private static readonly CkksParameters Parameters =
        new(Degree, [Primality.LargestPrimes(27, Degree, 1)[0].Value], 12, ErrorDistribution.DiscreteGaussian);

    [Theory]
    [InlineData(0)]
    [InlineData(80)]
    [InlineData(-80)]
    public void Checking_preparing_and_masking_with_a_key(int fixedValue)
    {
        int[] secret = new int[Degree];
        byte[] seed = new byte[32];
        ulong[] mask = new ulong[Degree];
        WelchTimingTest.AssertNoLeak(
            (secretClass, random) =>
            {
                foreach (ref int coefficient in secret.AsSpan())
                {
                    int drawn = random.Next(-80, 81);
                    coefficient = WelchTimingTest.Choose(secretClass, fixedValue, drawn);
                }
            },
            () =>
            {
                using KeyPolynomial key = new(Parameters, secret);
                using MaskGenerator masks = MaskGenerator.ForOpening(key, seed);
                masks.Generate(0, 0, mask);
            },
            15_000);
    }
}
