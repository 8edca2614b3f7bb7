using System.Collections.Immutable;
using System.Numerics;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;

namespace SecureFL.Learning.Metrics;

/// <summary>
/// Counters of one site or, added up, of several; metrics are computed from them only at the end. A metric is null
/// where there are no rows for it, where the layout does not count
/// it, or where a site's trainer told sums of losses alone. Immutable.
/// </summary>
public sealed class EvaluationCounts
{
    private readonly long[] _values;
    private readonly ImmutableArray<AucEstimate?> _fine = [];

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

    private EvaluationCounts(EvaluationCounts counts, ImmutableArray<AucEstimate?> fine)
    {
        Layout = counts.Layout;
        _values = counts._values;
        _fine = fine;
    }

    /// <summary>No rows.</summary>
    public EvaluationCounts(MetricLayout layout)
        : this(layout, new long[layout?.Length ?? throw new ArgumentNullException(nameof(layout))])
    {
    }

    /// <summary>
    /// Counters of rows that somebody else evaluated, from the summed loss and the number of rows that were right:
    /// loss, accuracy and, where the loss is the squared error, R squared
    /// and its root are known then, nothing else.
    /// </summary>
    public static EvaluationCounts FromTotals(MetricLayout layout, Dataset data, double summedLoss, long correct)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(data);
        long[] counters = new long[layout.Length];
        counters[MetricLayout.Samples] = data.Count;
        counters[MetricLayout.Diverged] = WideSum.TryWrite(summedLoss, counters.AsSpan(MetricLayout.Loss)) ? 0 : 1;
        if (layout.Task == LearningTask.Regression)
        {
            WideSum.TryWrite(data.Labels.Sum(label => (double)label), counters.AsSpan(MetricLayout.Targets));
            WideSum.TryWrite(data.Labels.Sum(label => (double)label * label),
                counters.AsSpan(MetricLayout.TargetSquares));
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

    /// <summary>
    /// Whether some row's loss, or some site's sum of losses, was infinite, no number, or beyond 1e31: training has
    /// diverged.
    /// </summary>
    public bool IsDiverged => _values[MetricLayout.Diverged] != 0;

    /// <summary>Mean loss without regularisation.</summary>
    public double? MeanLoss => Samples == 0 || IsDiverged ? null : Sum(MetricLayout.Loss) / Samples;

    /// <summary>Share of rows whose most probable class is right; null for regression.</summary>
    public double? Accuracy =>
        Samples == 0 || Layout.Task == LearningTask.Regression ? null : (double)_values[MetricLayout.Correct] / Samples;

    /// <summary>
    /// 1 - squared error / variance of the targets; null for classes, and where the targets are constant.
    /// </summary>
    public double? RSquared
    {
        get
        {
            if (Layout.Task != LearningTask.Regression || Samples == 0 || IsDiverged)
            {
                return null;
            }

            // n sum y^2 - (sum y)^2 in whole numbers, so that targets far from 0 cancel nothing.
            BigInteger sum = WideSum.Read(_values.AsSpan(MetricLayout.Targets));
            BigInteger squares = WideSum.Read(_values.AsSpan(MetricLayout.TargetSquares));
            BigInteger centred = ((squares * Samples) << WideSum.FractionBits) - (sum * sum);
            return centred.Sign <= 0 ? null
                : 1 - (Sum(MetricLayout.Loss) * Samples / Math.ScaleB((double)centred, -2 * WideSum.FractionBits));
        }
    }

    /// <summary>The root of the mean squared error, in the units of training; null for classes.</summary>
    public double? RootMeanSquare => Layout.Task == LearningTask.Regression && MeanLoss is double loss
        ? Math.Sqrt(loss) : null;

    /// <summary>The mean absolute error, in the units of training; null for classes.</summary>
    public double? MeanAbsolute =>
        Layout.Task == LearningTask.Regression && IsScored && !IsDiverged ? Sum(MetricLayout.Absolute) / Samples : null;

    /// <summary>
    /// The mean squared distance of probabilities and outcome: (p - y)^2 for a binary task, summed over the classes for
    /// several.
    /// </summary>
    public double? Brier => Layout.Task != LearningTask.Regression && Layout.Detail && IsScored
        ? Math.ScaleB(_values[MetricLayout.Brier], -MetricLayout.BrierFractionBits) / Samples
        : null;

    /// <summary>
    /// The score histograms of the classes, the one of class 1 alone for a binary task; empty where none were counted.
    /// </summary>
    public ImmutableArray<ScoreHistogram> Scores => Layout.HasScores && IsScored
        ? [.. Enumerable.Range(0, Layout.ScoredClasses).Select(HistogramOf)]
        : [];

    /// <summary>
    /// The AUC: of class 1 for a binary task; for several the mean over the classes, each against all others, of those
    /// that have rows (macro). Its bound is the mean of the bounds.
    /// </summary>
    public AucEstimate? Auc => Mean(_ => 1);

    /// <summary>
    /// The AUC as the mean over the classes weighted by their rows; equal to <see cref="Auc"/> for a binary task.
    /// </summary>
    public AucEstimate? WeightedAuc => Mean(scores => scores.Positives);

    /// <summary>
    /// The AUC of a scored class (the only one of a binary task) against all others; null without scores or where
    /// either kind has no rows.
    /// </summary>
    public AucEstimate? AucOf(int scoredClass) => !_fine.IsEmpty ? _fine[scoredClass] : Scores.IsEmpty ? null
        : HistogramOf(scoredClass).Auc;

    /// <summary>
    /// The bins for a second count of the same rows, which tells the AUC better; empty without scores.
    /// </summary>
    public ImmutableArray<FineGrid> FineGrids() => [.. Scores.Select(scores => FineGrid.Of(scores, Layout.ScoreBins))];

    /// <summary>The same counters, with the AUC from a second count of the same rows in finer bins.</summary>
    /// <param name="grids">The bins, one grid a scored class.</param>
    /// <param name="counts">For each grid the counts of the class's own rows, then those of the others.</param>
    public EvaluationCounts WithFineScores(ImmutableArray<FineGrid> grids, ReadOnlySpan<long> counts)
    {
        ImmutableArray<AucEstimate?>.Builder fine = ImmutableArray.CreateBuilder<AucEstimate?>(grids.Length);
        int at = 0;
        foreach (FineGrid grid in grids)
        {
            fine.Add(ScoreHistogram.AucOf(counts.Slice(at, grid.Bins), counts.Slice(at + grid.Bins, grid.Bins)));
            at += 2 * grid.Bins;
        }

        return new EvaluationCounts(this, fine.MoveToImmutable());
    }

    /// <summary>
    /// The confusion matrix where the most probable class is the prediction (for a binary task: what is above one half
    /// is class 1); null for regression, for more than
    /// <see cref="MetricLayout.MaxDetailedClasses"/> classes, and where it was not counted.
    /// </summary>
    public ConfusionMatrix? Confusion =>
        Layout.HasConfusion && IsScored
        ? new ConfusionMatrix(Layout.ClassCount,
            _values.AsSpan(MetricLayout.Confusion, Layout.ClassCount * Layout.ClassCount))
        : Layout.Task == LearningTask.Binary && Layout.HasScores && IsScored ? HistogramOf(0).At(0.5).Matrix
        : null;

    // All rows had finite outputs and somebody counted them.
    private bool IsScored => Samples > 0 && _values[MetricLayout.Scored] == Samples;

    /// <summary>The counters without the detail, as training rows have them.</summary>
    public EvaluationCounts ToBrief() => new(Layout.Brief, Values[..Layout.Brief.Length]);

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

    private double Sum(int at) => WideSum.ToDouble(_values.AsSpan(at));

    private ScoreHistogram HistogramOf(int scored)
    {
        ReadOnlySpan<long> both = _values.AsSpan(Layout.ScoresOf(scored), 2 * Layout.ScoreBins);
        return new ScoreHistogram(Layout.Grid, both[..Layout.ScoreBins], both[Layout.ScoreBins..]);
    }

    private AucEstimate? Mean(Func<ScoreHistogram, double> weight)
    {
        (double value, double halfWidth, double total) = (0, 0, 0);
        ImmutableArray<ScoreHistogram> all = Scores;
        for (int c = 0; c < all.Length; c++)
        {
            if (AucOf(c) is AucEstimate auc)
            {
                double share = weight(all[c]);
                (value, halfWidth, total) = (value + (share * auc.Value), halfWidth + (share * auc.HalfWidth),
                    total + share);
            }
        }

        return total == 0 ? null : new AucEstimate(value / total, halfWidth / total);
    }
}
