namespace SecureFL.Testing;

/// <summary>Pearson's chi-square test of counts against a known distribution.</summary>
internal static class Statistics
{
    /// <summary>
    /// Cells with a smaller expected count are merged with their neighbours: the chi-square law needs counts that are
    /// nearly normal.
    /// </summary>
    private const double SmallestCell = 12;

    /// <summary>
    /// The probability that counts drawn from the expected distribution deviate at least this much: the false-alarm
    /// probability of rejecting them.
    /// </summary>
    internal static double ChiSquarePValue(ReadOnlySpan<long> observed, ReadOnlySpan<double> probabilities)
    {
        double total = 0;
        foreach (long count in observed)
        {
            total += count;
        }

        double statistic = 0;
        int cells = 0;
        double expectedCell = 0;
        double observedCell = 0;
        double expectedLeft = total;
        for (int i = 0; i < observed.Length; i++)
        {
            expectedCell += probabilities[i] * total;
            observedCell += observed[i];
            expectedLeft -= probabilities[i] * total;
            if (expectedCell >= SmallestCell && (expectedLeft >= SmallestCell || i == observed.Length - 1))
            {
                statistic += (observedCell - expectedCell) * (observedCell - expectedCell) / expectedCell;
                cells++;
                (expectedCell, observedCell) = (0, 0);
            }
        }

        if (expectedCell > 0)
        {
            statistic += (observedCell - expectedCell) * (observedCell - expectedCell) / expectedCell;
            cells++;
        }

        return UpperGamma((cells - 1) / 2.0, statistic / 2);
    }

    /// <summary>
    /// Q(a, x) = Gamma(a, x) / Gamma(a): the series of the lower function for small x, Lentz's continued fraction for
    /// large (Abramowitz and Stegun, 6.5.29 and 6.5.31).
    /// </summary>
    internal static double UpperGamma(double a, double x)
    {
        if (x <= 0)
        {
            return 1;
        }

        double scale = Math.Exp((a * Math.Log(x)) - x - LogGamma(a));
        if (x < a + 1)
        {
            double term = 1 / a;
            double sum = term;
            for (int n = 1; term > sum * 1e-17; n++)
            {
                term *= x / (a + n);
                sum += term;
            }

            return 1 - (sum * scale);
        }

        double b = x + 1 - a;
        double c = 1e300;
        double d = 1 / b;
        double fraction = d;
        for (int i = 1; i < 10_000; i++)
        {
            double factor = -i * (i - a);
            b += 2;
            d = 1 / ((factor * d) + b);
            c = b + (factor / c);
            fraction *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-15)
            {
                break;
            }
        }

        return fraction * scale;
    }

    /// <summary>Stirling's series after shifting the argument above 10.</summary>
    private static double LogGamma(double a)
    {
        double shift = 0;
        for (; a < 10; a++)
        {
            shift -= Math.Log(a);
        }

        double inverse = 1 / (a * a);
        double series = (1.0 / 12) - (inverse * ((1.0 / 360) - (inverse * ((1.0 / 1260) - (inverse / 1680)))));
        return shift + ((a - 0.5) * Math.Log(a)) - a + (0.5 * Math.Log(2 * Math.PI)) + (series / a);
    }
}
