using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Settings;

namespace SecureFL.Learning.Data.Scaling;

/// <summary>
/// x -> (x - offset) * factor for every feature, and the value that stands in for a missing one before that. A constant
/// column has factor 0 and becomes 0 everywhere. Immutable and thread-safe.
/// </summary>
public sealed record FeatureScaling
{
    /// <summary>What is subtracted.</summary>
    public required ImmutableArray<double> Offset { get; init; }

    /// <summary>What the difference is multiplied with; 0 for a constant column.</summary>
    [Within(0)]
    public required ImmutableArray<double> Factor { get; init; }

    /// <summary>What replaces a missing value: the mean.</summary>
    public required ImmutableArray<double> Imputed { get; init; }

    /// <summary>Features.</summary>
    [JsonIgnore]
    public int Width => Offset.Length;

    /// <summary>
    /// Zero mean and unit deviation: offset = mean, factor = 1 / deviation with n - <paramref name="ddof"/> degrees of
    /// freedom (1 as in FLamby).
    /// </summary>
    public static FeatureScaling Standard(FeatureStatistics statistics, int ddof = 1)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        return Build(statistics, statistics.Mean, f => 1.0 / Math.Sqrt(statistics.Variance(f, ddof)));
    }

    /// <summary>[minimum, maximum] to [0, 1].</summary>
    /// <exception cref="ArgumentException">The statistics have no minima and maxima, as those from a secure
    /// sum.</exception>
    public static FeatureScaling MinMax(FeatureStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        for (int f = 0; f < statistics.Width; f++)
        {
            if (statistics.Counts[f] > 0 && statistics.Minima[f] > statistics.Maxima[f])
            {
                throw new ArgumentException($"feature {f} has no known minimum and maximum: sums do not supply them",
                    nameof(statistics));
            }
        }

        return Build(statistics, f => statistics.Minima[f], f => 1.0 / (statistics.Maxima[f] - statistics.Minima[f]));
    }

    /// <summary>
    /// Of targets: zero mean and unit deviation by statistics of one column; a constant target is only shifted.
    /// </summary>
    public static TargetScaling OfTargets(FeatureStatistics targets)
    {
        ArgumentNullException.ThrowIfNull(targets);
        double factor = 1 / Math.Sqrt(targets.Variance(0, 1));
        return new TargetScaling(targets.Mean(0), targets.IsConstant(0) || !double.IsFinite(factor) ? 1 : factor);
    }

    /// <summary>
    /// This scaling, and <paramref name="shared"/> for features of which <paramref name="own"/> has no value.
    /// </summary>
    public FeatureScaling Or(FeatureScaling? shared, FeatureStatistics own)
    {
        ArgumentNullException.ThrowIfNull(own);
        if (shared is null || own.Counts.IndexOf(0) < 0)
        {
            return this;
        }

        ImmutableArray<double> Choose(ImmutableArray<double> mine, ImmutableArray<double> theirs) =>
            [.. mine.Select((value, f) => own.Counts[f] == 0 ? theirs[f] : value)];
        return new FeatureScaling
        {
            Offset = Choose(Offset, shared.Offset),
            Factor = Choose(Factor, shared.Factor),
            Imputed = Choose(Imputed, shared.Imputed),
        };
    }

    /// <summary>[low, high] to [0, 1] with ranges declared in the plan; values outside are kept outside.</summary>
    public static FeatureScaling Declared(ReadOnlySpan<double> low, ReadOnlySpan<double> high)
    {
        if (low.Length != high.Length)
        {
            throw new ArgumentException($"{low.Length} lower and {high.Length} upper ends", nameof(high));
        }

        double[] factor = new double[low.Length];
        double[] imputed = new double[low.Length];
        for (int f = 0; f < low.Length; f++)
        {
            factor[f] = high[f] > low[f] ? 1 / (high[f] - low[f]) : 0;
            imputed[f] = (low[f] + high[f]) / 2;
        }

        return new FeatureScaling { Offset = [.. low], Factor = [.. factor], Imputed = [.. imputed] };
    }

    /// <summary>Leaves present values as they are and replaces missing ones by the mean.</summary>
    public static FeatureScaling None(FeatureStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(statistics);
        ImmutableArray<double> means = [.. Enumerable.Range(0, statistics.Width).Select(statistics.Mean)];
        return new FeatureScaling
        {
            Offset = [.. new double[statistics.Width]],
            Factor = [.. Enumerable.Repeat(1.0, statistics.Width)],
            Imputed = means,
        };
    }

    /// <summary>
    /// The scaled rows in single precision, nothing missing any more. The arithmetic is that of doubles.
    /// </summary>
    /// <param name="data">Rows as they were read.</param>
    /// <param name="targets">How targets are scaled; null not to.</param>
    /// <exception cref="ArgumentException">Rows of another width.</exception>
    public Dataset Apply(RawDataset data, TargetScaling? targets = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Width != Width)
        {
            throw new ArgumentException($"data of {data.Width} features, scaling of {Width}", nameof(data));
        }

        float[] scaled = new float[data.Features.Length];
        for (int r = 0; r < data.Count; r++)
        {
            ReadOnlySpan<double> row = data.Row(r);
            Span<float> target = scaled.AsSpan(r * Width, Width);
            for (int f = 0; f < row.Length; f++)
            {
                double value = double.IsNaN(row[f]) ? Imputed[f] : row[f];
                target[f] = (float)((value - Offset[f]) * Factor[f]);
            }
        }

        return new Dataset(scaled, data.ScaledLabels(targets), data.Width, data.Task, data.ClassCount);
    }

    private static FeatureScaling Build(FeatureStatistics statistics, Func<int, double> offset,
        Func<int, double> factor)
    {
        double[] offsets = new double[statistics.Width];
        double[] factors = new double[statistics.Width];
        double[] imputed = new double[statistics.Width];
        for (int f = 0; f < statistics.Width; f++)
        {
            imputed[f] = statistics.Mean(f);
            double scale = factor(f);
            bool constant = statistics.IsConstant(f) || !double.IsFinite(scale);
            offsets[f] = constant ? imputed[f] : offset(f);
            factors[f] = constant ? 0 : scale;
        }

        return new FeatureScaling { Offset = [.. offsets], Factor = [.. factors], Imputed = [.. imputed] };
    }
}
