using System.Numerics;
using SecureFL.Learning.Data;

namespace SecureFL.Learning.Metrics;

/// <summary>
/// What the counters of an evaluation have to do with each other, whatever the rows and the model are. Counters that a
/// site made up are told where the total is none of any rows; what some rows could have is not told from the truth.
/// Thread-safe.
/// </summary>
public static class PossibleCounters
{
    // Relative slack of sums in double precision, far above theirs: 2^-20.
    private const int SlackBits = 20;

    /// <summary>What no rows have, for people; null where nothing is wrong.</summary>
    /// <param name="counts">Summed counters.</param>
    /// <param name="contributors">Sites in the sum.</param>
    /// <param name="mostRows">Rows that all sites have together, where that is known.</param>
    public static string? Fault(EvaluationCounts counts, int contributors, long? mostRows = null)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ReadOnlySpan<long> values = counts.Values;
        (long rows, long scored) = (counts.Samples, values[MetricLayout.Scored]);
        Int128 most = mostRows ?? ((Int128)contributors * MetricLayout.MostRows);
        if (rows < 0 || rows > most)
        {
            return FormattableString.Invariant($"{rows} rows of {contributors} sites that have at most {most}");
        }

        if (scored < 0 || scored > rows)
        {
            return FormattableString.Invariant($"{scored} of {rows} rows with scores");
        }

        // A site whose sums do not fit counts one more.
        if (values[MetricLayout.Diverged] < 0 || values[MetricLayout.Diverged] > (Int128)rows + contributors)
        {
            return FormattableString.Invariant(
                $"{values[MetricLayout.Diverged]} of {rows} rows with a loss that is no number");
        }

        return (counts.Layout.Task == LearningTask.Regression ? FaultOfTargets(counts, contributors)
            : FaultOfClasses(counts, contributors)) ?? FaultOfLoss(counts);
    }

    // Cross entropies and squared errors are at least 0; what an external trainer calls its loss may be anything.
    private static string? FaultOfLoss(EvaluationCounts counts)
    {
        bool own = counts.Samples > 0 && counts.Values[MetricLayout.Scored] == counts.Samples && !counts.IsDiverged;
        double loss = WideSum.ToDouble(counts.Values[MetricLayout.Loss..]);
        return own && loss < -Math.ScaleB(counts.Samples, -SlackBits)
            ? FormattableString.Invariant($"a loss of {loss:G6} over {counts.Samples} rows") : null;
    }

    private static string? FaultOfTargets(EvaluationCounts counts, int contributors)
    {
        ReadOnlySpan<long> values = counts.Values;
        if (counts.Samples == 0 || counts.IsDiverged)
        {
            return null;
        }

        BigInteger absolute = WideSum.Read(values[MetricLayout.Absolute..]);
        BigInteger sum = WideSum.Read(values[MetricLayout.Targets..]);
        BigInteger squares = WideSum.Read(values[MetricLayout.TargetSquares..]);
        BigInteger wide = (squares * counts.Samples) << WideSum.FractionBits;
        BigInteger unit = 2 * contributors;
        BigInteger rounding = (unit * 2 * BigInteger.Abs(sum)) + (unit * unit)
            + ((unit * counts.Samples) << WideSum.FractionBits);
        if (absolute.Sign >= 0 && squares.Sign >= 0
            && (sum * sum) - wide <= rounding + (BigInteger.Abs(wide) >> SlackBits))
        {
            return null;
        }

        double error = WideSum.ToDouble(values[MetricLayout.Absolute..]);
        double targets = WideSum.ToDouble(values[MetricLayout.Targets..]);
        return FormattableString.Invariant($"{counts.Samples} rows with an absolute error of {error:G6}, targets that ")
            + FormattableString.Invariant($"add up to {targets:G6} and their squares to ")
            + FormattableString.Invariant($"{WideSum.ToDouble(values[MetricLayout.TargetSquares..]):G6}");
    }

    private static string? FaultOfClasses(EvaluationCounts counts, int contributors)
    {
        MetricLayout layout = counts.Layout;
        ReadOnlySpan<long> values = counts.Values;
        (long rows, long scored, long correct) =
            (counts.Samples, values[MetricLayout.Scored], values[MetricLayout.Correct]);
        if (correct < 0 || correct > rows)
        {
            return FormattableString.Invariant($"{correct} of {rows} rows are right");
        }

        if (!layout.Detail)
        {
            return null;
        }

        // At most 2 a row, and every site rounds.
        Int128 brier = ((Int128)scored << (MetricLayout.BrierFractionBits + 1)) + contributors;
        if (values[MetricLayout.Brier] < 0 || values[MetricLayout.Brier] > brier)
        {
            double score = Math.ScaleB(values[MetricLayout.Brier], -MetricLayout.BrierFractionBits);
            return FormattableString.Invariant($"a sum of Brier scores of {score:G6} over {scored} rows");
        }

        for (int c = 0; c < layout.ScoredClasses; c++)
        {
            ReadOnlySpan<long> bins = values.Slice(layout.ScoresOf(c), 2 * layout.ScoreBins);
            if (bins.ContainsAnyInRange(long.MinValue, -1) || CounterSum.Of(bins) != scored)
            {
                return FormattableString.Invariant(
                    $"score counts of {CounterSum.Of(bins)} rows for {scored} rows with scores")
                    + (bins.ContainsAnyInRange(long.MinValue, -1) ? ", some of them below 0" : "");
            }
        }

        return layout.HasConfusion ? FaultOfConfusion(counts, scored, correct) : null;
    }

    private static string? FaultOfConfusion(EvaluationCounts counts, long scored, long correct)
    {
        int classes = counts.Layout.ClassCount;
        ReadOnlySpan<long> cells = counts.Values.Slice(MetricLayout.Confusion, classes * classes);
        Int128 all = CounterSum.Of(cells);
        if (cells.ContainsAnyInRange(long.MinValue, -1) || all != scored)
        {
            return FormattableString.Invariant($"a confusion matrix of {all} rows for {scored} rows with scores")
                + (cells.ContainsAnyInRange(long.MinValue, -1) ? ", some cells below 0" : "");
        }

        Int128 hits = 0;
        for (int c = 0; c < classes; c++)
        {
            hits += cells[(c * classes) + c];
            Int128 actual = CounterSum.Of(cells.Slice(c * classes, classes));
            Int128 own = CounterSum.Of(counts.Values.Slice(counts.Layout.ScoresOf(c), counts.Layout.ScoreBins));
            if (actual != own)
            {
                return FormattableString.Invariant(
                    $"{actual} rows of class {c} in the confusion matrix, {own} among the scores");
            }
        }

        return hits > correct || (scored == counts.Samples && hits != correct)
            ? FormattableString.Invariant($"{correct} rows are right, {hits} in the confusion matrix") : null;
    }
}
