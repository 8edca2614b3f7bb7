using SecureFL.Federated.Data;
using SecureFL.Federated.Metrics;

namespace SecureFL.Federated.Models;

/// <summary>Evaluates built-in models. Thread-safe.</summary>
public static class Evaluator
{
    /// <summary>Counters of <paramref name="weights"/> on <paramref name="data"/>. Of equal outputs the first class wins; a binary score above one half means class 1.</summary>
    public static EvaluationCounts Evaluate(ModelSpec spec, ReadOnlySpan<float> weights, Dataset data)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(data);
        EvaluationTally tally = new(new MetricLayout(spec.Task, spec.ClassCount));
        new FeedForwardModel(spec).VisitOutputs(
            weights, data, (row, z) => tally.Add(z, data.Labels[row], OutputLoss.Of(spec.Task, z, data.Labels[row])));
        return tally.ToCounts();
    }

    /// <summary>The exact AUC of a binary model on rows that one party has all of, from its outputs, in which no scores tie that differ.</summary>
    public static double? ExactAuc(ModelSpec spec, ReadOnlySpan<float> weights, Dataset data)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(data);
        float[] scores = new float[data.Count];
        new FeedForwardModel(spec).VisitOutputs(weights, data, (row, z) => scores[row] = z[0]);
        return ExactAuc(scores, data.Labels);
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
}
