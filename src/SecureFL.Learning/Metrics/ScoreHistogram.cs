using System.Collections.Immutable;

namespace SecureFL.Learning.Metrics;

/// <summary>
/// An area under the ROC curve known up to the resolution of score bins: the exact one lies within value +- halfWidth.
/// </summary>
/// <param name="Value">The estimate: pairs in one bin count one half.</param>
/// <param name="HalfWidth">Half the share of (positive, negative) pairs that fall into one bin.</param>
public readonly record struct AucEstimate(double Value, double HalfWidth);

/// <summary>A point of the ROC curve.</summary>
/// <param name="Threshold">Rows with a larger probability are taken for positive.</param>
/// <param name="FalsePositives">Share of the negative rows taken for positive: 1 - specificity.</param>
/// <param name="TruePositives">Share of the positive rows taken for positive: sensitivity.</param>
public readonly record struct RocPoint(double Threshold, double FalsePositives, double TruePositives);

/// <summary>A group of rows of like probabilities.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Predicted">Their mean probability, each row's taken as the middle of its bin.</param>
/// <param name="Observed">The share of them that is positive.</param>
public readonly record struct CalibrationPoint(long Rows, double Predicted, double Observed);

/// <summary>The confusion matrix of a binary task at a threshold.</summary>
/// <param name="Threshold">The threshold that was counted: the edge of a bin, nearest to the one asked for.</param>
/// <param name="Matrix">Class 1 is what is larger than it.</param>
public sealed record ThresholdCounts(double Threshold, ConfusionMatrix Matrix);

/// <summary>
/// Scores of the rows of one class and of all other rows, counted in the bins of a <see cref="ScoreGrid"/>: what a
/// secure sum tells of a classifier's ranking. Immutable.
/// </summary>
public sealed class ScoreHistogram
{
    private readonly long[] _positive;
    private readonly long[] _negative;

    /// <summary>Counts by bin.</summary>
    /// <exception cref="ArgumentException">Another number of bins, or counts that no rows have.</exception>
    public ScoreHistogram(ScoreGrid grid, ReadOnlySpan<long> positive, ReadOnlySpan<long> negative)
    {
        ArgumentNullException.ThrowIfNull(grid);
        if (positive.Length != grid.Bins || negative.Length != grid.Bins)
        {
            throw new ArgumentException($"{positive.Length} and {negative.Length} counts for {grid.Bins} bins");
        }

        Grid = grid;
        _positive = positive.ToArray();
        _negative = negative.ToArray();
        Positives = CounterSum.OfRows(positive);
        Negatives = CounterSum.OfRows(negative);
    }

    /// <summary>The bins.</summary>
    public ScoreGrid Grid { get; }

    /// <summary>Rows of the class.</summary>
    public long Positives { get; }

    /// <summary>The other rows.</summary>
    public long Negatives { get; }

    /// <summary>The AUC; null when either kind has no rows.</summary>
    public AucEstimate? Auc => AucOf(_positive, _negative);

    /// <summary>Positive and negative rows of a bin.</summary>
    internal (long Positive, long Negative) CountsIn(int bin) => (_positive[bin], _negative[bin]);

    /// <summary>
    /// The AUC of counts in any bins, in the order of their scores; null when either kind has no rows.
    /// </summary>
    internal static AucEstimate? AucOf(ReadOnlySpan<long> positive, ReadOnlySpan<long> negative)
    {
        double above = 0;
        double tied = 0;
        double positives = 0;
        double below = 0;
        for (int bin = 0; bin < positive.Length; bin++)
        {
            above += positive[bin] * below;
            tied += (double)positive[bin] * negative[bin];
            positives += positive[bin];
            below += negative[bin];
        }

        double pairs = positives * below;
        return pairs == 0 ? null : new AucEstimate((above + (tied / 2)) / pairs, tied / 2 / pairs);
    }

    /// <summary>
    /// The ROC curve from (0, 0) to (1, 1), a point wherever a bin that holds rows begins; empty when either kind has
    /// no rows.
    /// </summary>
    public ImmutableArray<RocPoint> Roc()
    {
        if (Positives == 0 || Negatives == 0)
        {
            return [];
        }

        ImmutableArray<RocPoint>.Builder points = ImmutableArray.CreateBuilder<RocPoint>();
        points.Add(new RocPoint(1, 0, 0));
        long positives = 0;
        long negatives = 0;
        for (int bin = Grid.Bins - 1; bin >= 0; bin--)
        {
            if (_positive[bin] + _negative[bin] == 0)
            {
                continue;
            }

            positives += _positive[bin];
            negatives += _negative[bin];
            points.Add(new RocPoint(ScoreGrid.Probability(Grid.Edge(bin)), (double)negatives / Negatives,
                (double)positives / Positives));
        }

        return points.ToImmutable();
    }

    /// <summary>
    /// The confusion matrix at the edge nearest to <paramref name="threshold"/>, a probability between 0 and 1.
    /// </summary>
    public ThresholdCounts At(double threshold)
    {
        if (!(threshold is > 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(threshold), threshold, "a threshold lies between 0 and 1");
        }

        return AtEdge(Grid.NearestEdge(threshold));
    }

    /// <summary>
    /// The threshold at which sensitivity + specificity is largest (Youden 1950), the one nearest to one half among
    /// equals; null when either kind has no rows.
    /// </summary>
    public ThresholdCounts? Youden()
    {
        if (Positives == 0 || Negatives == 0)
        {
            return null;
        }

        double best = double.NegativeInfinity;
        int at = 0;
        long positives = 0;
        long negatives = 0;
        for (int edge = Grid.Bins - 1; edge > 0; edge--)
        {
            positives += _positive[edge];
            negatives += _negative[edge];
            double index = ((double)positives / Positives) - ((double)negatives / Negatives);
            bool nearer = Math.Abs(edge - (Grid.Bins / 2)) < Math.Abs(at - (Grid.Bins / 2));
            if (index > best || (index == best && nearer))
            {
                (best, at) = (index, edge);
            }
        }

        return AtEdge(at);
    }

    /// <summary>
    /// The calibration curve: rows in the order of their probabilities, in at most <paramref name="groups"/> groups,
    /// each as many rows as would make that many alike groups, or more
    /// where a bin holds more (bins are not divided); the last one holds what is left.
    /// </summary>
    public ImmutableArray<CalibrationPoint> Calibration(int groups = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        ImmutableArray<CalibrationPoint>.Builder points = ImmutableArray.CreateBuilder<CalibrationPoint>(groups);
        long all = Positives + Negatives;
        long rows = 0;
        long positives = 0;
        double predicted = 0;
        for (int bin = 0; bin < Grid.Bins; bin++)
        {
            long here = _positive[bin] + _negative[bin];
            rows += here;
            positives += _positive[bin];
            predicted += here * Grid.Middling(bin);
            bool full = (double)rows * groups >= all;
            if (rows > 0 && (full || bin == Grid.Bins - 1))
            {
                points.Add(new CalibrationPoint(rows, predicted / rows, (double)positives / rows));
                (rows, positives, predicted) = (0, 0, 0);
            }
        }

        return points.ToImmutable();
    }

    private ThresholdCounts AtEdge(int edge)
    {
        long hits = CounterSum.OfRows(_positive.AsSpan(edge));
        long alarms = CounterSum.OfRows(_negative.AsSpan(edge));
        return new ThresholdCounts(
            ScoreGrid.Probability(Grid.Edge(edge)),
            new ConfusionMatrix(2, [Negatives - alarms, alarms, Positives - hits, hits]));
    }
}
