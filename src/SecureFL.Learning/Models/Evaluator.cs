using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;

namespace SecureFL.Learning.Models;

/// <summary>Evaluates built-in models. Thread-safe.</summary>
public static class Evaluator
{
    /// <summary>
    /// Counters of <paramref name="weights"/> on <paramref name="data"/>. Of equal outputs the first class wins; a
    /// binary score above one half means class 1.
    /// </summary>
    public static EvaluationCounts Evaluate(ModelSpec spec, ReadOnlySpan<float> weights, Dataset data)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(data);
        EvaluationTally tally = new(new MetricLayout(spec.Task, spec.ClassCount));
        new FeedForwardModel(spec).VisitOutputs(
            weights, data, (row, z) => tally.Add(z, data.Labels[row], OutputLoss.Of(spec.Task, z, data.Labels[row])));
        return tally.ToCounts();
    }

    /// <summary>
    /// Counters of predictions that somebody else made: values for regression, the probability of class 1, or one
    /// probability a class.
    /// </summary>
    /// <param name="predictions">Row-major, <paramref name="columns"/> a row; probabilities in [0, 1].</param>
    /// <param name="columns">1 for regression and for the probability of class 1; else the classes.</param>
    /// <param name="data">The rows with their labels.</param>
    /// <exception cref="ArgumentException">Lengths that do not fit.</exception>
    public static EvaluationCounts CountPredictions(ReadOnlySpan<float> predictions, int columns, Dataset data)
    {
        ArgumentNullException.ThrowIfNull(data);
        bool fits = data.ClassCount == 0 ? columns == 1 : columns == data.ClassCount
            || (columns == 1 && data.ClassCount == 2);
        if (!fits || predictions.Length != data.Count * columns)
        {
            throw new ArgumentException(
                $"{predictions.Length} predictions in {columns} columns for {data.Count} rows of {data.ClassCount} "
                + $"classes", nameof(predictions));
        }

        EvaluationTally tally = new(new MetricLayout(data.Task, data.ClassCount));
        float[] outputs = new float[data.Task == LearningTask.Binary ? 1 : columns];
        for (int row = 0; row < data.Count; row++)
        {
            ReadOnlySpan<float> own = predictions.Slice(row * columns, columns);
            switch (data.Task)
            {
                case LearningTask.Regression:
                    outputs[0] = own[0];
                    break;
                case LearningTask.Binary:
                    outputs[0] = MathF.Log(Certain(own[^1]) / Certain(1 - own[^1]));
                    break;
                default:
                    for (int c = 0; c < columns; c++)
                    {
                        outputs[c] = MathF.Log(Certain(own[c]));
                    }

                    break;
            }

            tally.Add(outputs, data.Labels[row], OutputLoss.Of(data.Task, outputs, data.Labels[row]));
        }

        return tally.ToCounts();

        // A probability of exactly 0 has no logarithm; this is the least that single precision tells from it beside 1.
        static float Certain(float probability) => Math.Max(probability, 1e-8f);
    }

    /// <summary>
    /// Counts rows by their scores in finer bins than an evaluation has: for each grid (one a scored class) the class's
    /// own rows, then the others. Rows without finite outputs are left out; where there are any, an evaluation has no
    /// scores to refine.
    /// </summary>
    public static long[] CountScores(ModelSpec spec, ReadOnlySpan<float> weights, Dataset data,
        ImmutableArray<FineGrid> grids)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(data);
        long[] counts = new long[grids.Sum(grid => 2 * grid.Bins)];
        new FeedForwardModel(spec).VisitOutputs(weights, data, (row, z) =>
        {
            if (!z.ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            {
                EvaluationTally.CountFine(grids.AsSpan(), spec.Task, z, (int)data.Labels[row], counts);
            }
        });
        return counts;
    }

    /// <summary>
    /// The exact AUC of a binary model on rows that one party has all of, from its outputs, in which no scores tie that
    /// differ.
    /// </summary>
    public static double? ExactAuc(ModelSpec spec, ReadOnlySpan<float> weights, Dataset data)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(data);
        float[] scores = new float[data.Count];
        new FeedForwardModel(spec).VisitOutputs(weights, data, (row, z) => scores[row] = z[0]);
        return ExactAuc(scores, data.Labels);
    }

    /// <summary>
    /// The exact AUC at one site: the share of (positive, negative) pairs in which the positive scores higher, ties one
    /// half. Null when a class has no rows. <paramref name="scores"/> and 0/1 <paramref name="labels"/> have one
    /// length.
    /// </summary>
    public static double? ExactAuc(ReadOnlySpan<float> scores, ReadOnlySpan<float> labels)
    {
        if (scores.Length != labels.Length)
        {
            throw new ArgumentException($"{scores.Length} scores for {labels.Length} labels", nameof(labels));
        }

        float[] sortedScores = scores.ToArray();
        float[] sortedLabels = labels.ToArray();
        Array.Sort(sortedScores, sortedLabels);
        double wins = 0;
        double negativesBelow = 0;
        double positives = 0;
        for (int from = 0; from < sortedScores.Length;)
        {
            int to = from;
            double tiedPositive = 0;
            double tiedNegative = 0;
            for (; to < sortedScores.Length && sortedScores[to] == sortedScores[from]; to++)
            {
                tiedPositive += sortedLabels[to] > 0.5f ? 1 : 0;
                tiedNegative += sortedLabels[to] > 0.5f ? 0 : 1;
            }

            wins += tiedPositive * (negativesBelow + (tiedNegative / 2));
            negativesBelow += tiedNegative;
            positives += tiedPositive;
            from = Math.Max(to, from + 1);
        }

        double pairs = positives * negativesBelow;
        return pairs == 0 ? null : wins / pairs;
    }
}
