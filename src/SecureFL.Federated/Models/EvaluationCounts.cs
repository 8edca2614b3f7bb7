using SecureFL.Federated.Data;

namespace SecureFL.Federated.Models;

/// <summary>An area under the ROC curve known up to the resolution of score bins: the exact one lies within value +- halfWidth.</summary>
/// <param name="Value">The estimate: pairs in one bin count one half.</param>
/// <param name="HalfWidth">Half the share of (positive, negative) pairs that fall into one bin.</param>
public readonly record struct AucEstimate(double Value, double HalfWidth);

/// <summary>Counters of one site or, added up, of several; metrics are computed from them only at the end.</summary>
public sealed class EvaluationCounts
{
    private readonly long[] _values;

    /// <summary>Counters in the order of <paramref name="layout"/>.</summary>
    /// <exception cref="ArgumentException">Another number of counters.</exception>
    public EvaluationCounts(MetricLayout layout, ReadOnlySpan<long> values)
    {
        ArgumentNullException.ThrowIfNull(layout);
        if (values.Length != layout.Length)
        {
            throw new ArgumentException($"{values.Length} counters, the layout has {layout.Length}", nameof(values));
        }

        Layout = layout;
        _values = values.ToArray();
    }

    /// <summary>No rows.</summary>
    public EvaluationCounts(MetricLayout layout)
        : this(layout, new long[layout?.Length ?? throw new ArgumentNullException(nameof(layout))])
    {
    }

    /// <summary>
    /// Counters of rows that somebody else evaluated, from the summed loss and the number of rows that were right; there is no confusion matrix and no histogram then.
    /// </summary>
    public static EvaluationCounts FromTotals(MetricLayout layout, Dataset data, double summedLoss, long correct)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(data);
        long[] counters = new long[layout.Length];
        counters[MetricLayout.Samples] = data.Count;
        counters[MetricLayout.Loss] = MetricLayout.ToFixedPoint(summedLoss);
        if (layout.Task == LearningTask.Regression)
        {
            counters[MetricLayout.Targets] = MetricLayout.ToFixedPoint(data.Labels.Sum(label => (double)label));
            counters[MetricLayout.TargetSquares] = MetricLayout.ToFixedPoint(data.Labels.Sum(label => (double)label * label));
        }
        else
        {
            counters[MetricLayout.Correct] = correct;
        }

        return new EvaluationCounts(layout, counters);
    }

    /// <summary>The counters' meaning.</summary>
    public MetricLayout Layout { get; }

    /// <summary>The counters.</summary>
    public ReadOnlySpan<long> Values => _values;

    /// <summary>Rows.</summary>
    public long Samples => _values[MetricLayout.Samples];

    /// <summary>Mean loss without regularisation, null without rows.</summary>
    public double? MeanLoss => Samples == 0 ? null : Math.ScaleB(_values[MetricLayout.Loss], -MetricLayout.FractionBits) / Samples;

    /// <summary>Share of rows whose most probable class is right, null without rows and for regression.</summary>
    public double? Accuracy =>
        Samples == 0 || Layout.Task == LearningTask.Regression ? null : (double)_values[MetricLayout.Correct] / Samples;

    /// <summary>1 - squared error / variance of the targets for regression, null otherwise or where the targets are constant.</summary>
    public double? RSquared
    {
        get
        {
            if (Layout.Task != LearningTask.Regression || Samples == 0)
            {
                return null;
            }

            double sum = Math.ScaleB(_values[MetricLayout.Targets], -MetricLayout.FractionBits);
            double squares = Math.ScaleB(_values[MetricLayout.TargetSquares], -MetricLayout.FractionBits);
            double centred = squares - (sum * sum / Samples);
            return centred <= 0 ? null : 1 - (MeanLoss!.Value * Samples / centred);
        }
    }

    /// <summary>The AUC from the score histograms; null for other than binary tasks or when a class has no rows.</summary>
    public AucEstimate? Auc
    {
        get
        {
            if (!Layout.HasScores)
            {
                return null;
            }

            ReadOnlySpan<long> positive = _values.AsSpan(Layout.PositiveScores, Layout.ScoreBins);
            ReadOnlySpan<long> negative = _values.AsSpan(Layout.NegativeScores, Layout.ScoreBins);
            double above = 0;
            double tied = 0;
            double negativesBelow = 0;
            double positives = 0;
            for (int bin = 0; bin < positive.Length; bin++)
            {
                above += positive[bin] * negativesBelow;
                tied += (double)positive[bin] * negative[bin];
                negativesBelow += negative[bin];
                positives += positive[bin];
            }

            double pairs = positives * negativesBelow;
            return pairs == 0 ? null : new AucEstimate((above + (tied / 2)) / pairs, tied / 2 / pairs);
        }
    }

    /// <summary>Rows of class <paramref name="actual"/> that were taken for class <paramref name="predicted"/>.</summary>
    /// <exception cref="InvalidOperationException">The layout counts no confusion matrix.</exception>
    public long Confusion(int actual, int predicted) => Layout.HasConfusion
        ? _values[MetricLayout.Confusion + (actual * Layout.ClassCount) + predicted]
        : throw new InvalidOperationException("this layout counts no confusion matrix");

    /// <summary>The counters of both together.</summary>
    /// <exception cref="ArgumentException">Layouts differ.</exception>
    public EvaluationCounts Add(EvaluationCounts other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Layout != Layout)
        {
            throw new ArgumentException("counters of different layouts", nameof(other));
        }

        long[] sum = new long[_values.Length];
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = checked(_values[i] + other._values[i]);
        }

        return new EvaluationCounts(Layout, sum);
    }
}
