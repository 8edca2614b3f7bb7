namespace SecureFL.Federated.Data;

/// <summary>
/// What scaling needs of every feature, as plain sums: count, sum, sum of squares; and least and largest value. Sums of several sites add up to
/// the sums of their union, which is why a secure sum can supply them. Missing values (NaN) are left out of their feature's sums.
/// </summary>
public sealed class FeatureStatistics
{
    private readonly long[] _counts;
    private readonly double[] _sums;
    private readonly double[] _squares;
    private readonly double[] _minima;
    private readonly double[] _maxima;

    private FeatureStatistics(long[] counts, double[] sums, double[] squares, double[] minima, double[] maxima)
    {
        _counts = counts;
        _sums = sums;
        _squares = squares;
        _minima = minima;
        _maxima = maxima;
    }

    /// <summary>Features.</summary>
    public int Width => _counts.Length;

    /// <summary>Present values of each feature.</summary>
    public ReadOnlySpan<long> Counts => _counts;

    /// <summary>Sum of each feature.</summary>
    public ReadOnlySpan<double> Sums => _sums;

    /// <summary>Sum of squares of each feature.</summary>
    public ReadOnlySpan<double> SumsOfSquares => _squares;

    /// <summary>Least value of each feature, +infinity where unknown (a secure sum supplies no minima) or nothing is present.</summary>
    public ReadOnlySpan<double> Minima => _minima;

    /// <summary>Largest value of each feature, -infinity where unknown or nothing is present.</summary>
    public ReadOnlySpan<double> Maxima => _maxima;

    /// <summary>The statistics of <paramref name="data"/>.</summary>
    public static FeatureStatistics Of(RawDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        FeatureStatistics statistics = Empty(data.Width);
        for (int r = 0; r < data.Count; r++)
        {
            ReadOnlySpan<double> row = data.Row(r);
            for (int f = 0; f < row.Length; f++)
            {
                double value = row[f];
                if (double.IsNaN(value))
                {
                    continue;
                }

                statistics._counts[f]++;
                statistics._sums[f] += value;
                statistics._squares[f] += value * value;
                statistics._minima[f] = Math.Min(statistics._minima[f], value);
                statistics._maxima[f] = Math.Max(statistics._maxima[f], value);
            }
        }

        return statistics;
    }

    /// <summary>Statistics from sums that came from elsewhere, without minima and maxima.</summary>
    /// <exception cref="ArgumentException">Different lengths, a negative count or sum of squares, or a number that is not finite.</exception>
    public static FeatureStatistics FromSums(ReadOnlySpan<long> counts, ReadOnlySpan<double> sums, ReadOnlySpan<double> sumsOfSquares)
    {
        if (sums.Length != counts.Length || sumsOfSquares.Length != counts.Length)
        {
            throw new ArgumentException($"{counts.Length} counts, {sums.Length} sums, {sumsOfSquares.Length} sums of squares");
        }

        for (int f = 0; f < counts.Length; f++)
        {
            if (counts[f] < 0 || !double.IsFinite(sums[f]) || !double.IsFinite(sumsOfSquares[f]) || sumsOfSquares[f] < 0)
            {
                throw new ArgumentException($"feature {f}: count {counts[f]}, sum {sums[f]}, sum of squares {sumsOfSquares[f]}");
            }
        }

        FeatureStatistics empty = Empty(counts.Length);
        return new FeatureStatistics(counts.ToArray(), sums.ToArray(), sumsOfSquares.ToArray(), empty._minima, empty._maxima);
    }

    /// <summary>The statistics of both sets of rows together.</summary>
    public FeatureStatistics Add(FeatureStatistics other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Width != Width)
        {
            throw new ArgumentException($"statistics of {other.Width} features added to {Width}", nameof(other));
        }

        FeatureStatistics total = Empty(Width);
        for (int f = 0; f < Width; f++)
        {
            total._counts[f] = _counts[f] + other._counts[f];
            total._sums[f] = _sums[f] + other._sums[f];
            total._squares[f] = _squares[f] + other._squares[f];
            total._minima[f] = Math.Min(_minima[f], other._minima[f]);
            total._maxima[f] = Math.Max(_maxima[f], other._maxima[f]);
        }

        return total;
    }

    /// <summary>The mean of feature <paramref name="feature"/>, 0 when nothing is present.</summary>
    public double Mean(int feature) => _counts[feature] == 0 ? 0 : _sums[feature] / _counts[feature];

    /// <summary>
    /// The variance of feature <paramref name="feature"/>: (sum of squares - sum^2 / n) / (n - ddof), 0 below ddof + 1 values. <paramref name="ddof"/> is 1 for
    /// the sample variance (n - 1), 0 for the population's.
    /// </summary>
    public double Variance(int feature, int ddof)
    {
        long n = _counts[feature];
        if (n <= ddof)
        {
            return 0;
        }

        double centred = _squares[feature] - (_sums[feature] * _sums[feature] / n);
        return Math.Max(0, centred / (n - ddof));
    }

    /// <summary>Whether all present values of the feature are equal, as far as the sums can tell (relative spread below 1e-6).</summary>
    public bool IsConstant(int feature)
    {
        if (_minima[feature] <= _maxima[feature])
        {
            return _minima[feature] == _maxima[feature];
        }

        long n = _counts[feature];
        return n <= 1 || Variance(feature, 0) <= 1e-12 * Math.Max(_squares[feature] / n, double.Epsilon);
    }

    private static FeatureStatistics Empty(int width)
    {
        double[] minima = new double[width];
        double[] maxima = new double[width];
        Array.Fill(minima, double.PositiveInfinity);
        Array.Fill(maxima, double.NegativeInfinity);
        return new FeatureStatistics(new long[width], new double[width], new double[width], minima, maxima);
    }
}
