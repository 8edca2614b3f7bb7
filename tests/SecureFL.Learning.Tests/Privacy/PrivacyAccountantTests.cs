using SecureFL.Learning.Privacy;

namespace SecureFL.Learning.Tests.Privacy;

/// <summary>
/// Known values, at the orders of the tests that publish them, and independent checks of the moments by numerical
/// integration.
/// </summary>
public class PrivacyAccountantTests
{
    private static readonly double[] TensorFlowOrders =
        [1.25, 1.5, 1.75, 2, 2.25, 2.5, 3, 3.5, 4, 4.5, .. Enumerable.Range(5, 59).Select(i => (double)i),
            128, 256, 512];

    // Opacus' default orders; those of Google's dp_accounting begin with the same.
    private static readonly double[] TenthOrders =
        [.. Enumerable.Range(1, 99).Select(i => 1 + (i / 10.0)), .. Enumerable.Range(11, 53).Select(i => (double)i),
            128, 256, 512, 1024];

    [Theory]
    [InlineData(0.0025, 1.3, 6000, 1e-5, 0.7242234026, 5e-11, false)] // TensorFlow Privacy
    [InlineData(0.001, 1.0, 30000, 1e-7, 1.4154988495, 5e-11, false)] // TensorFlow Privacy
    [InlineData(0.04, 1.5, 2250, 1e-5, 7.32911117, 5e-9, true)] // Opacus
    [InlineData(0.01, 0.7, 120, 1e-5, 3.2391922, 5e-8, true)] // TensorFlow Privacy, test_compute_dp_sgd_example_privacy
    [InlineData(1.0, 0.7, 2, 1e-5, 10.8602036, 5e-8, true)] // the same test, without subsampling
    public void Subsampled_Gaussian(double q, double sigma, int steps, double delta, double expected, double tolerance,
        bool tenths)
    {
        PrivacyAccountant accountant = new(tenths ? TenthOrders : TensorFlowOrders);
        accountant.AddSubsampledGaussian(q, sigma, steps);
        Assert.Equal(expected, accountant.Epsilon(delta), tolerance);

        // The finer default orders can only tighten the bound, and not by much.
        PrivacyAccountant fine = new();
        fine.AddSubsampledGaussian(q, sigma, steps);
        Assert.InRange(fine.Epsilon(delta), expected * 0.998, expected + tolerance);
    }

    [Fact]
    public void Constant_RDP_converts_as_published()
    {
        // Google dp_accounting: RDP 1.1 at orders 2..32, delta 1e-5.
        double[] orders = [.. Enumerable.Range(2, 31).Select(i => (double)i)];
        double[] rdp = [.. orders.Select(_ => 1.1)];
        Assert.Equal(1.32783806176, PrivacyAccountant.EpsilonFromRdp(orders, rdp, 1e-5), 5e-12);
    }

    [Fact]
    public void Zero_concentrated_privacy_converts_at_the_best_real_order()
    {
        Assert.Equal(2.1419389285, PrivacyAccountant.EpsilonFromZeroConcentrated(0.1, 1e-6), 2e-10);
        PrivacyAccountant accountant = new();
        accountant.AddZeroConcentrated(0.1);
        Assert.InRange(accountant.Epsilon(1e-6), 2.1419389283, 2.15);
        Assert.Equal(0, PrivacyAccountant.EpsilonFromZeroConcentrated(0, 1e-6));
    }

    [Theory]
    [InlineData(0.01, 0.7, 2.6)]
    [InlineData(0.01, 0.7, 3)]
    [InlineData(0.04, 1.5, 1.1)]
    [InlineData(0.04, 1.5, 5.5)]
    [InlineData(0.3, 1.0, 7.95)]
    [InlineData(0.3, 1.0, 8)]
    [InlineData(0.7, 2.0, 20.5)]
    [InlineData(0.9, 0.6, 1.05)]
    public void Moments_equal_a_numerical_integral(double q, double sigma, double order)
    {
        // E over z ~ N(0, sigma^2) of ((1 - q) + q exp((2z - 1) / (2 sigma^2)))^order, by the trapezoidal rule over a
        // range that holds both tails.
        double low = -14 * sigma;
        double high = (14 * sigma) + order;
        const int Points = 400_000;
        double step = (high - low) / Points;
        double sum = 0;
        for (int i = 0; i <= Points; i++)
        {
            double z = low + (i * step);
            double log = (-z * z / (2 * sigma * sigma))
                + (order * Math.Log((1 - q) + (q * Math.Exp(((2 * z) - 1) / (2 * sigma * sigma)))));
            sum += Math.Exp(log);
        }

        double expected = Math.Log(sum * step / (sigma * Math.Sqrt(2 * Math.PI))) / (order - 1);
        Assert.Equal(expected, SubsampledGaussian.Rdp(q, sigma, order), 1e-9 * (1 + expected));
    }

    [Fact]
    public void Costs_add_up_and_grow_the_right_way()
    {
        PrivacyAccountant once = new();
        once.AddSubsampledGaussian(0.02, 1.1, 100);
        PrivacyAccountant halves = new();
        halves.AddSubsampledGaussian(0.02, 1.1, 40);
        halves.AddSubsampledGaussian(0.02, 1.1, 60);
        Assert.Equal(once.Epsilon(1e-5), halves.Epsilon(1e-5), 1e-9);
        Assert.True(Epsilon(0.02, 1.1, 200) > once.Epsilon(1e-5));
        Assert.True(Epsilon(0.04, 1.1, 100) > once.Epsilon(1e-5));
        Assert.True(Epsilon(0.02, 1.5, 100) < once.Epsilon(1e-5));
        Assert.Equal(0, new PrivacyAccountant().Epsilon(1e-5), 1e-12);
        Assert.Equal(0, Epsilon(0, 1, 1000), 1e-12);
    }

    [Theory]
    [InlineData(0.01, 1000, 1.0, 1e-5)]
    [InlineData(1.0, 10, 8.0, 1e-6)]
    public void The_noise_multiplier_meets_its_budget_and_wastes_little(double q, int steps, double epsilon,
        double delta)
    {
        double sigma = PrivacyAccountant.NoiseMultiplierFor(q, steps, epsilon, delta);
        Assert.InRange(Epsilon(q, sigma, steps, delta), epsilon * 0.99, epsilon);
    }

    [Fact]
    public void Arguments_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new PrivacyAccountant([1]));
        Assert.Throws<ArgumentException>(() => new PrivacyAccountant([]));
        Assert.Throws<ArgumentException>(() => new PrivacyAccountant().AddSubsampledGaussian(1.1, 1, 1));
        Assert.Throws<ArgumentException>(() => new PrivacyAccountant().AddSubsampledGaussian(0.1, 0, 1));
        Assert.Throws<ArgumentException>(() => new PrivacyAccountant().Epsilon(0));
        Assert.Throws<ArgumentException>(() => PrivacyAccountant.NoiseMultiplierFor(0.1, 1, 0, 1e-5));
    }

    private static double Epsilon(double q, double sigma, int steps, double delta = 1e-5)
    {
        PrivacyAccountant accountant = new();
        accountant.AddSubsampledGaussian(q, sigma, steps);
        return accountant.Epsilon(delta);
    }
}
