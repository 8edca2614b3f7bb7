using System.Numerics;
using SecureFL.Ring.Kernels;
using SecureFL.Seal.Encoders;
using SecureFL.Seal.Encryption;
using SecureFL.Seal.Kernels;
using SecureFL.Seal.Objects;
using SecureFL.Seal.Parameters;

namespace SecureFL.Seal.Tests;

public sealed class EncoderTests
{
    private static IEnumerable<VectorWidth> Widths =>
        new[] { VectorWidth.Bits128, VectorWidth.Bits256, VectorWidth.Bits512 }.Where(VectorWidths.IsSupported);

    /// <summary>The definition: the polynomial's values at zeta^(3^i) are scale times the slots.</summary>
    [Fact]
    public void Slots_are_values_at_powers_of_three()
    {
        SealParameters parameters = SealParameters.Create(1024, 27);
        double[] values = Values(512, 1);
        MessagePolynomial message = new(parameters);
        new CkksEncoder(parameters).Encode(values, 1 << 20, message);
        int exponent = 1;
        for (int slot = 0; slot < values.Length; slot++)
        {
            Complex value = Complex.Zero;
            for (int k = 0; k < 1024; k++)
            {
                (double sine, double cosine) = double.SinCosPi((double)(k * exponent % 2048) / 1024);
                value += message.Coefficients[k] * new Complex(cosine, sine);
            }

            // Rounding moves each of 1024 coefficients by at most a half, 16 of which is 7 deviations of the sum.
            Assert.InRange((value.Real / (1 << 20)) - values[slot], -1e-4, 1e-4);
            Assert.InRange(value.Imaginary / (1 << 20), -1e-4, 1e-4);
            exponent = exponent * 3 % 2048;
        }
    }

    [Theory]
    [InlineData(1024)]
    [InlineData(2048)]
    [InlineData(4096)]
    [InlineData(8192)]
    [InlineData(16384)]
    [InlineData(32768)]
    public void Every_width_rounds_as_the_scalar_oracle(int degree)
    {
        EmbeddingTables tables = new(degree);
        double[] real = Values(degree / 2, 2);
        double[] imaginary = Values(degree / 2, 3);
        ScalarEmbeddingKernel oracle = new();
        (double[] expectedReal, double[] expectedImaginary) = ([.. real], [.. imaginary]);
        oracle.ToCoefficients(tables, expectedReal, expectedImaginary, 1.0 / (degree / 2));
        (double[] backReal, double[] backImaginary) = ([.. expectedReal], [.. expectedImaginary]);
        oracle.ToValues(tables, backReal, backImaginary);
        Assert.All(real.Zip(backReal), pair => Assert.InRange(pair.First - pair.Second, -1e-13, 1e-13));
        Assert.All(imaginary.Zip(backImaginary), pair => Assert.InRange(pair.First - pair.Second, -1e-13, 1e-13));
        foreach (VectorWidth width in Widths)
        {
            EmbeddingKernel kernel = EmbeddingKernel.Create(width);
            (double[] x, double[] y) = ([.. real], [.. imaginary]);
            kernel.ToCoefficients(tables, x, y, 1.0 / (degree / 2));
            Assert.Equal(expectedReal, x);
            Assert.Equal(expectedImaginary, y);
            kernel.ToValues(tables, x, y);
            Assert.Equal(backReal, x);
            Assert.Equal(backImaginary, y);
        }
    }

    [Fact]
    public void Rounding_is_to_nearest_even_and_sees_what_does_not_fit()
    {
        foreach (EmbeddingKernel kernel in Widths.Append(VectorWidth.Scalar)
            .Select(width => EmbeddingKernel.Create(width)))
        {
            long[] integers = new long[8];
            Assert.True(
                kernel.TryRound([0.5, 1.5, -0.5, -1.5, 2.25, -2.75, 2251799813685247, -2251799813685247], integers));
            Assert.Equal([0, 2, 0, -2, 2, -3, 2251799813685247, -2251799813685247], integers);
            foreach (double bad in
                new[] { 2251799813685248, -2251799813685248, double.NaN, double.PositiveInfinity,
                    double.NegativeInfinity, 1e300 })
            {
                for (int at = 0; at < 8; at++)
                {
                    double[] values = new double[8];
                    values[at] = bad;
                    Assert.False(kernel.TryRound(values, integers), $"{bad} at {at}");
                }
            }
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(55)]
    public void Plaintexts_decode_to_what_was_encoded(int logScale)
    {
        SealParameters parameters = SealParameters.Create(8192, 60, 40, 40);
        CkksEncoder encoder = new(parameters);
        double[] values = Values(4096, 4);
        double[] decoded = new double[4096];
        encoder.Decode(encoder.Encode(values, Math.ScaleB(1, logScale)), decoded);
        // 8192 roundings of deviation 0.29, 7 deviations in a slot; and the double transforms.
        double tolerance = (150 * Math.ScaleB(1, -logScale)) + 1e-13;
        Assert.All(values.Zip(decoded), pair => Assert.InRange(pair.First - pair.Second, -tolerance, tolerance));
        float[] singles = [.. values.Select(value => (float)value)];
        MessagePolynomial message = new(parameters);
        encoder.Encode(singles.AsSpan(0, 1000), Math.ScaleB(1, logScale), message);
        encoder.Decode(message.ToPlaintext(), decoded);
        Assert.All(decoded.Take(1000).Zip(singles),
            pair => Assert.InRange(pair.First - pair.Second, -tolerance, tolerance));
        Assert.All(decoded.Skip(1000), value => Assert.InRange(value, -tolerance, tolerance));
    }

    [Fact]
    public void Refuses_what_does_not_fit()
    {
        SealParameters parameters = SealParameters.Create(4096, 40, 20, 40);
        CkksEncoder slots = new(parameters);
        MessagePolynomial message = new(parameters);
        Assert.Throws<ArgumentException>(() => slots.Encode(new double[2049], 1024, message));
        Assert.Throws<ArgumentException>(() => slots.Encode([1.0], 0, message));
        Assert.Throws<ArgumentException>(() => slots.Encode([1.0], double.NaN, message));
        Assert.Throws<ArgumentException>(() => slots.Encode([double.NaN], 1024, message));
        Assert.Throws<ArgumentException>(() => slots.Encode([double.PositiveInfinity], 1024, message));
        Assert.Throws<ArgumentException>(
            () => slots.Encode(Enumerable.Repeat(1.0, 2048).ToArray(), Math.ScaleB(1, 59), message));
        Assert.Throws<ArgumentException>(
            () => slots.Encode(Enumerable.Repeat(1.0, 2048).ToArray(), Math.ScaleB(1, 63), message));
        Assert.Throws<ArgumentException>(
            () => slots.Encode([1.0], 1024, new MessagePolynomial(SealParameters.Create(4096, 60))));
    }

    private static double[] Values(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextDouble()) - 1)];
    }
}
