using System.Numerics;
using SecureFL.Learning.Data.Datasets;

namespace SecureFL.Learning.Data.Scaling;

/// <summary>
/// What scaling needs of every feature: count, sum, sum of squares, least and largest value. Sums are whole numbers of
/// a very small unit, so that those of several sites add up to exactly the sums of their union: mean and deviation have
/// a relative error below 1e-9 for scales from 1e-12 to 1e12 and beyond. Missing values (NaN) are left out of their
/// feature's sums. Immutable and thread-safe.
/// </summary>
public sealed class FeatureStatistics
{
    // Spreads below 2^-45 of the values are what rounding leaves of a constant; so are deviations below 2^-63, about
    // 1e-19.
    private const int ConstantBits = 90;
    private const int ConstantVariance = 126;
    private readonly long[] _counts;
    private readonly BigInteger[] _sums;
    private readonly BigInteger[] _squares;
    private readonly double[] _minima;
    private readonly double[] _maxima;

    private FeatureStatistics(long[] counts, BigInteger[] sums, BigInteger[] squares, double[] minima, double[] maxima)
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

    /// <summary>Sum of each feature in units of 2^-100.</summary>
    public ReadOnlySpan<BigInteger> Sums => _sums;

    /// <summary>Sum of squares of each feature in units of 2^-130.</summary>
    public ReadOnlySpan<BigInteger> SumsOfSquares => _squares;

    /// <summary>
    /// Least value of each feature, +infinity where unknown (a secure sum supplies no minima) or nothing is present.
    /// </summary>
    public ReadOnlySpan<double> Minima => _minima;

    /// <summary>Largest value of each feature, -infinity where unknown or nothing is present.</summary>
    public ReadOnlySpan<double> Maxima => _maxima;

    /// <summary>The statistics of the features of <paramref name="data"/>.</summary>
    public static FeatureStatistics Of(RawDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Of(data.Features, data.Width);
    }

    /// <summary>The statistics of the labels of <paramref name="data"/>, as of one feature.</summary>
    public static FeatureStatistics OfLabels(RawDataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        return Of(data.Labels, 1);
    }

    /// <summary>Statistics from sums that came from elsewhere, without minima and maxima.</summary>
    /// <param name="counts">Present values of each feature.</param>
    /// <param name="sums">Their sums in units of 2^-100.</param>
    /// <param name="sumsOfSquares">Their sums of squares in units of 2^-130.</param>
    /// <exception cref="ArgumentException">Different lengths, or a negative count or sum of squares.</exception>
    public static FeatureStatistics FromSums(ReadOnlySpan<long> counts, ReadOnlySpan<BigInteger> sums,
        ReadOnlySpan<BigInteger> sumsOfSquares)
    {
        if (sums.Length != counts.Length || sumsOfSquares.Length != counts.Length)
        {
            throw new ArgumentException(
                $"{counts.Length} counts, {sums.Length} sums, {sumsOfSquares.Length} sums of squares");
        }

        for (int f = 0; f < counts.Length; f++)
        {
            if (counts[f] < 0 || sumsOfSquares[f].Sign < 0)
            {
                throw new ArgumentException(
                    $"feature {f}: a count of {counts[f]} with a sum of squares of sign {sumsOfSquares[f].Sign}");
            }
        }

        return new FeatureStatistics(counts.ToArray(), sums.ToArray(), sumsOfSquares.ToArray(),
            Filled(counts.Length, double.PositiveInfinity), Filled(counts.Length, double.NegativeInfinity));
    }

    /// <summary>The mean of feature <paramref name="feature"/>, 0 when nothing is present.</summary>
    public double Mean(int feature) =>
        _counts[feature] == 0 ? 0 : WideInteger.Ratio(_sums[feature], _counts[feature], -ColumnTotals.SumFraction);

    /// <summary>
    /// The variance of feature <paramref name="feature"/>: (sum of squares - sum^2 / n) / (n - ddof), 0 below ddof + 1
    /// values. <paramref name="ddof"/> is 1 for the sample variance (n - 1), 0 for the population's.
    /// </summary>
    public double Variance(int feature, int ddof)
    {
        long n = _counts[feature];
        BigInteger centred = n <= ddof ? BigInteger.Zero : Centred(feature);
        return centred.Sign <= 0 ? 0 : WideInteger.Ratio(centred, new BigInteger(n) * (n - ddof),
            -2 * ColumnTotals.SumFraction);
    }

    /// <summary>
    /// Whether all present values of the feature are equal, as far as the sums can tell: a deviation below 2^-45 of the
    /// values.
    /// </summary>
    public bool IsConstant(int feature)
    {
        if (_minima[feature] <= _maxima[feature])
        {
            return _minima[feature] == _maxima[feature];
        }

        return _counts[feature] <= 1
            || Centred(feature) << ConstantBits <= Squares(feature) * _counts[feature]
            || Variance(feature, 0) <= Math.ScaleB(1, -ConstantVariance);
    }

    private BigInteger Squares(int feature) =>
        _squares[feature] << ((2 * ColumnTotals.SumFraction) - ColumnTotals.SquareFraction);

    // n sum x^2 - (sum x)^2, in units of 2^-200.
    private BigInteger Centred(int feature) =>
        (Squares(feature) * _counts[feature]) - (_sums[feature] * _sums[feature]);

    private static FeatureStatistics Of(double[] values, int width)
    {
        long[] counts = new long[width];
        ColumnTotals[] totals = new ColumnTotals[width];
        double[] minima = Filled(width, double.PositiveInfinity);
        double[] maxima = Filled(width, double.NegativeInfinity);
        for (int i = 0, f = 0; i < values.Length; i++, f = f + 1 == width ? 0 : f + 1)
        {
            double value = values[i];
            if (double.IsNaN(value))
            {
                continue;
            }

            counts[f]++;
            totals[f].Add(value);
            minima[f] = Math.Min(minima[f], value);
            maxima[f] = Math.Max(maxima[f], value);
        }

        BigInteger[] sums = new BigInteger[width];
        BigInteger[] squares = new BigInteger[width];
        for (int f = 0; f < width; f++)
        {
            sums[f] = totals[f].Sum();
            squares[f] = totals[f].Squares();
        }

        return new FeatureStatistics(counts, sums, squares, minima, maxima);
    }

    private static double[] Filled(int width, double value)
    {
        double[] array = new double[width];
        Array.Fill(array, value);
        return array;
    }
}
