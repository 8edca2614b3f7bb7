using System.Collections.Immutable;
using MathNet.Numerics;

namespace SecureFL.Learning.Privacy;

/// <summary>What one unit of privacy protects.</summary>
public enum PrivacyUnit
{
    /// <summary>One row of one site: per-example clipping, one summed gradient a round.</summary>
    Record,

    /// <summary>
    /// Everything a site holds: its update is clipped. Of little use below <see cref="PrivacyAccountant.FewClients"/>
    /// clients.
    /// </summary>
    Client,
}

/// <summary>
/// Adds up what rounds of (subsampled) Gaussian noise cost, in Renyi differential privacy, and converts to (epsilon,
/// delta):
/// eps = min over orders a of r(a) + log(1 - 1/a) - log(delta a) / (a - 1) (Canonne, Kamath and Steinke 2020,
/// proposition 12). Not thread-safe.
/// </summary>
public sealed class PrivacyAccountant
{
    /// <summary>
    /// Below as many clients the noise that hides a whole client usually drowns the update: callers warn.
    /// </summary>
    public const int FewClients = 30;

    private readonly double[] _rdp;

    /// <summary>An accountant over <see cref="DefaultOrders"/>, or the given orders, each above 1.</summary>
    /// <exception cref="ArgumentException">No order, or one of at most 1.</exception>
    public PrivacyAccountant(IEnumerable<double>? orders = null)
    {
        Orders = orders is null ? DefaultOrders : [.. orders];
        if (Orders.IsEmpty || Orders.Any(order => !(order > 1) || !double.IsFinite(order)))
        {
            throw new ArgumentException("orders of Renyi differential privacy lie above 1", nameof(orders));
        }

        _rdp = new double[Orders.Length];
    }

    /// <summary>1.05 to 10.95 in steps of a twentieth, whole numbers to 64, then 72, 80, ... 512 and 1024.</summary>
    public static ImmutableArray<double> DefaultOrders { get; } =
    [
        .. Enumerable.Range(1, 199).Select(i => 1 + (i / 20.0)),
        .. Enumerable.Range(11, 54).Select(i => (double)i),
        .. Enumerable.Range(9, 56).Select(i => 8.0 * i),
        1024,
    ];

    /// <summary>The orders.</summary>
    public ImmutableArray<double> Orders { get; }

    /// <summary>The cost so far at every order.</summary>
    public ReadOnlySpan<double> Rdp => _rdp;

    /// <summary>
    /// Adds <paramref name="steps"/> releases of a sum with Gaussian noise of <paramref name="noiseMultiplier"/> times
    /// the sensitivity, each over a Poisson sample of rate q.
    /// </summary>
    /// <exception cref="ArgumentException">A rate outside [0, 1], a multiplier that is not positive, or negative
    /// steps.</exception>
    public void AddSubsampledGaussian(double samplingRate, double noiseMultiplier, long steps)
    {
        if (!(samplingRate is >= 0 and <= 1) || !(noiseMultiplier > 0) || steps < 0)
        {
            throw new ArgumentException(
                $"sampling rate {samplingRate}, noise multiplier {noiseMultiplier}, {steps} steps");
        }

        for (int i = 0; i < _rdp.Length; i++)
        {
            _rdp[i] += steps * SubsampledGaussian.Rdp(samplingRate, noiseMultiplier, Orders[i]);
        }
    }

    /// <summary>
    /// Adds a mechanism of which rho-zCDP is known (Bun and Steinke 2016): r(a) = rho a. Gaussian and discrete Gaussian
    /// noise of deviation sigma have rho = 1 / (2 sigma^2) at sensitivity 1.
    /// </summary>
    public void AddZeroConcentrated(double rho)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rho);
        for (int i = 0; i < _rdp.Length; i++)
        {
            _rdp[i] += rho * Orders[i];
        }
    }

    /// <summary>Epsilon at <paramref name="delta"/>.</summary>
    /// <exception cref="ArgumentException">A delta outside (0, 1).</exception>
    public double Epsilon(double delta) => EpsilonFromRdp(Orders.AsSpan(), _rdp, delta);

    /// <summary>
    /// Epsilon at <paramref name="delta"/> from costs at given orders; 0 where the bound is negative.
    /// </summary>
    /// <exception cref="ArgumentException">A delta outside (0, 1), or different lengths.</exception>
    public static double EpsilonFromRdp(ReadOnlySpan<double> orders, ReadOnlySpan<double> rdp, double delta)
    {
        if (!(delta is > 0 and < 1) || orders.Length != rdp.Length || orders.IsEmpty)
        {
            throw new ArgumentException($"delta {delta}, {orders.Length} orders, {rdp.Length} costs");
        }

        double best = double.PositiveInfinity;
        for (int i = 0; i < orders.Length; i++)
        {
            best = Math.Min(best, Convert(orders[i], rdp[i], delta));
        }

        return Math.Max(0, best);
    }

    /// <summary>Epsilon at <paramref name="delta"/> of rho-zCDP, minimised over all real orders.</summary>
    /// <exception cref="ArgumentException">A delta outside (0, 1), or a negative rho.</exception>
    public static double EpsilonFromZeroConcentrated(double rho, double delta)
    {
        if (!(delta is > 0 and < 1) || !(rho >= 0))
        {
            throw new ArgumentException($"delta {delta}, rho {rho}");
        }

        if (rho == 0)
        {
            return 0;
        }

        // The bound is unimodal in log(a - 1): golden-section search.
        double low = Math.Log(1e-3);
        double high = Math.Log(1 + (10 * Math.Sqrt(Math.Log(1 / delta) / rho)) + (10 / rho));
        double ratio = (Math.Sqrt(5) - 1) / 2;
        for (int i = 0; i < 200; i++)
        {
            double left = high - (ratio * (high - low));
            double right = low + (ratio * (high - low));
            if (AtLog(left) < AtLog(right))
            {
                high = right;
            }
            else
            {
                low = left;
            }
        }

        return Math.Max(0, AtLog((low + high) / 2));

        double AtLog(double logExcess)
        {
            double order = 1 + Math.Exp(logExcess);
            return Convert(order, rho * order, delta);
        }
    }

    /// <summary>
    /// The smallest noise multiplier, to within a thousandth, that keeps <paramref name="steps"/> steps within
    /// (epsilon, delta).
    /// </summary>
    /// <exception cref="ArgumentException">Arguments out of range, or more noise than a multiplier of 10^6 would be
    /// needed.</exception>
    public static double NoiseMultiplierFor(double samplingRate, long steps, double epsilon, double delta)
    {
        if (!(epsilon > 0))
        {
            throw new ArgumentException($"epsilon {epsilon}", nameof(epsilon));
        }

        double low = 1e-2;
        double high = 1e6;
        if (At(high) > epsilon)
        {
            throw new ArgumentException($"no noise multiplier up to {high} gives epsilon {epsilon} at delta {delta}",
                nameof(epsilon));
        }

        while (high / low > 1.001)
        {
            double middle = Math.Sqrt(low * high);
            if (At(middle) > epsilon)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return high;

        double At(double multiplier)
        {
            PrivacyAccountant accountant = new();
            accountant.AddSubsampledGaussian(samplingRate, multiplier, steps);
            return accountant.Epsilon(delta);
        }
    }

    private static double Convert(double order, double rdp, double delta)
    {
        // r(a) bounds the Kullback-Leibler divergence, and total variation
        // <= sqrt(1 - e^-KL) (Bretagnolle and Huber): below delta nothing is left to pay.
        if (-SpecialFunctions.Expm1(-rdp) <= delta * delta)
        {
            return 0;
        }

        double log1p = order < 1.5 ? Math.Log((order - 1) / order) : SpecialFunctions.Log1p(-1 / order);
        return rdp + log1p - (Math.Log(delta * order) / (order - 1));
    }
}
