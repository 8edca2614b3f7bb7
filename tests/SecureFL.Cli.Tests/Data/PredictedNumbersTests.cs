using System.Globalization;
using SecureFL.Cli.Models;
using SecureFL.Learning.Data.Datasets;

namespace SecureFL.Cli.Tests.Data;

/// <summary>Predicted numbers as they stand in the file.</summary>
public class PredictedNumbersTests
{
    [Theory]
    [InlineData(1e9f, "1000000000")]
    [InlineData(0.1f, "0.1")]
    [InlineData(-123456.79f, "-123456.79")]
    public void A_float_has_its_own_digits_and_no_exponent(float output, string written) =>
        Assert.Equal(written, PredictCommand.Target(null, output));

    [Fact]
    public void A_scaled_target_keeps_what_its_scaling_tells_apart()
    {
        TargetScaling scaling = new(1e9, 1e-3);
        Assert.Equal("1000000000.5", PredictCommand.Target(scaling, 0.0005f)[..12]);
        Assert.Equal(1e9 + 1234.5, double.Parse(PredictCommand.Target(scaling, 1.2345f), CultureInfo.InvariantCulture),
            1e-3);
    }
}
