using MathNet.Numerics;

namespace SecureFL.Learning.Privacy;

/// <summary>
/// Renyi differential privacy of the Gaussian mechanism on a Poisson sample (Mironov, Talwar and Zhang 2019, arXiv
/// 1908.10530): integer orders by the binomial sum of their section 3.3, fractional ones by their two-sided series.
/// </summary>
internal static class SubsampledGaussian
{
    private const double NegligibleLog = -40;
    private const int MaxTerms = 100_000;

    /// <summary>
    /// The RDP of one step at order <paramref name="order"/> > 1, sampling rate q in [0, 1], noise multiplier sigma >
    /// 0.
    /// </summary>
    public static double Rdp(double q, double sigma, double order)
    {
        if (q == 0)
        {
            return 0;
        }

        if (q >= 1)
        {
            return order / (2 * sigma * sigma);
        }

        double logMoment = order == Math.Floor(order) && order <= 1 << 20 ? LogMomentInteger(q, sigma, (int)order)
            : LogMomentFractional(q, sigma, order);
        return Math.Max(0, logMoment) / (order - 1);
    }

    // A = sum_i C(a,i) (1-q)^(a-i) q^i exp((i^2 - i) / (2 sigma^2))
    private static double LogMomentInteger(double q, double sigma, int order)
    {
        double[] logs = new double[order + 1];
        for (int i = 0; i <= order; i++)
        {
            logs[i] = SpecialFunctions.BinomialLn(order, i)
                + (i * Math.Log(q)) + ((order - i) * SpecialFunctions.Log1p(-q))
                + (((double)i * i) - i) / (2 * sigma * sigma);
        }

        double largest = logs.Max();
        return largest + Math.Log(logs.Sum(value => Math.Exp(value - largest)));
    }

    // The integral is cut at z0, where q mu1 = (1 - q) mu0; each half is a binomial series of fractional order with
    // alternating tail.
    private static double LogMomentFractional(double q, double sigma, double order)
    {
        double z0 = (sigma * sigma * Math.Log((1 / q) - 1)) + 0.5;
        double logQ = Math.Log(q);
        double logP = SpecialFunctions.Log1p(-q);
        double variance2 = 2 * sigma * sigma;
        List<(double Log, int Sign)> terms = [];
        double logCoefficient = 0;
        int sign = 1;
        double largest = double.NegativeInfinity;
        for (int i = 0; i < MaxTerms; i++)
        {
            double j = order - i;
            double left = logCoefficient + (i * logQ) + (j * logP) + ((((double)i * i) - i) / variance2)
                + LogHalfErfc((i - z0) / (Math.Sqrt(2) * sigma));
            double right = logCoefficient + (j * logQ) + (i * logP) + (((j * j) - j) / variance2)
                + LogHalfErfc((z0 - j) / (Math.Sqrt(2) * sigma));
            terms.Add((left, sign));
            terms.Add((right, sign));
            double here = Math.Max(left, right);
            largest = Math.Max(largest, here);
            if (i > order && here < largest + NegligibleLog)
            {
                break;
            }

            // C(a, i+1) = C(a, i) (a - i) / (i + 1)
            double ratio = (order - i) / (i + 1);
            logCoefficient += Math.Log(Math.Abs(ratio));
            sign = ratio < 0 ? -sign : sign;
        }

        return largest + Math.Log(terms.Sum(term => term.Sign * Math.Exp(term.Log - largest)));
    }

    private static double LogHalfErfc(double x)
    {
        if (x < 25)
        {
            return Math.Log(0.5 * SpecialFunctions.Erfc(x));
        }

        // erfc(x) ~ e^(-x^2) / (x sqrt(pi)) (1 - 1/(2x^2) + 3/(4x^4) - 15/(8x^6)), Abramowitz and Stegun 7.1.23
        double inverse = 1 / (x * x);
        double series = 1 - (inverse / 2) + (3 * inverse * inverse / 4) - (15 * inverse * inverse * inverse / 8);
        return Math.Log(0.5) - (x * x) - Math.Log(x * Math.Sqrt(Math.PI)) + Math.Log(series);
    }
}
