namespace SecureFL.Federated.Data;

/// <summary>
/// Carries <see cref="FeatureStatistics"/> through a sum of integers: per feature a count, a sum and a sum of squares, the latter two in fixed point. Each
/// site's rounding error is at most half a unit of 2^-fractionBits, so the summed statistics err by at most sites/2 of them.
/// </summary>
public static class SummableStatistics
{
    /// <summary>Bits after the binary point.</summary>
    public const int DefaultFractionBits = 16;

    /// <summary>Integers a feature takes.</summary>
    public const int CountersPerFeature = 3;

    /// <summary>Bits, sign excluded, that one site's counter may use; sums of up to 2^16 sites then fit 63 bits.</summary>
    public const int MagnitudeBits = 47;

    /// <summary>One site's counters: count, sum, sum of squares of every feature.</summary>
    /// <exception cref="ArgumentException">A sum exceeds the range: the feature's numbers are too large; scale the column or use fewer fraction bits.</exception>
    public static long[] Encode(FeatureStatistics statistics, int fractionBits = DefaultFractionBits)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ArgumentOutOfRangeException.ThrowIfNegative(fractionBits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(fractionBits, 40);
        long[] counters = new long[CountersPerFeature * statistics.Width];
        for (int f = 0; f < statistics.Width; f++)
        {
            counters[CountersPerFeature * f] = statistics.Counts[f];
            counters[(CountersPerFeature * f) + 1] = Fix(statistics.Sums[f], fractionBits, f);
            counters[(CountersPerFeature * f) + 2] = Fix(statistics.SumsOfSquares[f], fractionBits, f);
        }

        return counters;
    }

    /// <summary>The statistics of the union of all sites from the summed counters.</summary>
    /// <exception cref="ArgumentException">The length is no multiple of <see cref="CountersPerFeature"/>, or the sums contradict each other.</exception>
    public static FeatureStatistics Decode(ReadOnlySpan<long> totals, int fractionBits = DefaultFractionBits)
    {
        if (totals.Length % CountersPerFeature != 0)
        {
            throw new ArgumentException($"{totals.Length} totals are no multiple of {CountersPerFeature}", nameof(totals));
        }

        int width = totals.Length / CountersPerFeature;
        long[] counts = new long[width];
        double[] sums = new double[width];
        double[] squares = new double[width];
        for (int f = 0; f < width; f++)
        {
            counts[f] = totals[CountersPerFeature * f];
            sums[f] = Math.ScaleB(totals[(CountersPerFeature * f) + 1], -fractionBits);
            squares[f] = Math.ScaleB(totals[(CountersPerFeature * f) + 2], -fractionBits);
        }

        return FeatureStatistics.FromSums(counts, sums, squares);
    }

    private static long Fix(double value, int fractionBits, int feature)
    {
        double scaled = Math.Round(Math.ScaleB(value, fractionBits));
        return Math.Abs(scaled) < (1L << MagnitudeBits)
            ? (long)scaled
            : throw new ArgumentException($"feature {feature}: {value:g6} does not fit {MagnitudeBits - fractionBits} bits before the point");
    }
}
