using System.Numerics;
using SecureFL.Learning.Metrics;

namespace SecureFL.Learning.Tests.Metrics;

public class WideSumTests
{
    [Fact]
    public void Sums_of_limbs_are_the_sums_of_the_numbers()
    {
        SeededRandom random = SeededRandom.For(1, "limbs");
        long[] total = new long[WideSum.Limbs];
        BigInteger expected = BigInteger.Zero;
        for (int i = 0; i < 2000; i++)
        {
            double value = random.NextGaussian() * Math.Pow(10, (int)(40 * random.NextDouble()) - 10);
            long[] limbs = new long[WideSum.Limbs];
            Assert.True(WideSum.TryWrite(value, limbs));
            Assert.All(limbs, limb => Assert.InRange(Math.Abs(limb), 0, (1L << WideSum.LimbBits) - 1));
            expected += new BigInteger(Math.Round(Math.ScaleB(value, WideSum.FractionBits)));
            total = [.. total.Zip(limbs, (a, b) => a + b)];
        }

        Assert.Equal(expected, WideSum.Read(total));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(-3e31)]
    public void What_does_not_fit_is_said(double value)
    {
        long[] limbs = [1, 2, 3, 4];
        Assert.False(WideSum.TryWrite(value, limbs));
        Assert.Equal([0L, 0, 0, 0], limbs);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1.5)]
    [InlineData(1e31)]
    [InlineData(3e-7)]
    public void A_number_comes_back(double value)
    {
        long[] limbs = new long[WideSum.Limbs];
        Assert.True(WideSum.TryWrite(value, limbs));
        Assert.Equal(value, WideSum.ToDouble(limbs), Math.Abs(value) * 1e-15);
    }
}
