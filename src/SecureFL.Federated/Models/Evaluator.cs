using System.Numerics.Tensors;
using SecureFL.Federated.Data;

namespace SecureFL.Federated.Models;

/// <summary>Evaluates built-in models. Thread-safe.</summary>
public static class Evaluator
{
    /// <summary>Counters of <paramref name="weights"/> on <paramref name="data"/>. Of equal outputs the first class wins; a binary score above one half means class 1.</summary>
    public static EvaluationCounts Evaluate(ModelSpec spec, ReadOnlySpan<float> weights, Dataset data)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(data);
        MetricLayout layout = new(spec.Task, spec.ClassCount);
        long[] counters = new long[layout.Length];
        double loss = 0;
        double targets = 0;
        double squares = 0;
        new FeedForwardModel(spec).VisitOutputs(weights, data, (row, z) =>
        {
            float label = data.Labels[row];
            loss += OutputLoss.Of(spec.Task, z, label);
            if (spec.Task == LearningTask.Regression)
            {
                targets += label;
                squares += (double)label * label;
                return;
            }

            CountClass(layout, counters, z, (int)label);
        });
        counters[MetricLayout.Samples] = data.Count;
        counters[MetricLayout.Loss] = MetricLayout.ToFixedPoint(loss);
        if (spec.Task == LearningTask.Regression)
        {
            counters[MetricLayout.Targets] = MetricLayout.ToFixedPoint(targets);
            counters[MetricLayout.TargetSquares] = MetricLayout.ToFixedPoint(squares);
        }

        return new EvaluationCounts(layout, counters);
    }

    /// <summary>
    /// The exact AUC at one site: the share of (positive, negative) pairs in which the positive scores higher, ties one half. Null when a class has no
    /// rows. <paramref name="scores"/> and 0/1 <paramref name="labels"/> have one length.
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

    private static void CountClass(MetricLayout layout, long[] counters, ReadOnlySpan<float> z, int label)
    {
        int predicted = layout.Task == LearningTask.Binary ? (z[0] > 0 ? 1 : 0) : TensorPrimitives.IndexOfMax(z);
        counters[MetricLayout.Correct] += predicted == label ? 1 : 0;
        if (layout.HasConfusion)
        {
            counters[MetricLayout.Confusion + (label * layout.ClassCount) + predicted]++;
        }

        if (layout.HasScores)
        {
            int bin = Math.Clamp((int)(OutputLoss.Sigmoid(z[0]) * layout.ScoreBins), 0, layout.ScoreBins - 1);
            counters[(label == 1 ? layout.PositiveScores : layout.NegativeScores) + bin]++;
        }
    }
}
