using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// What a training round's opened sum says: the weighted mean of the updates, and the counters of all contributors.
/// </summary>
/// <param name="MeanUpdate">Sum times unit by total weight; empty where only counters were summed.</param>
/// <param name="Weight">The total weight.</param>
/// <param name="Clipped">Elements that sites clipped, all together.</param>
/// <param name="Train">Evaluation on training rows.</param>
/// <param name="Test">Evaluation on test rows.</param>
public sealed record RoundReading(float[] MeanUpdate, long Weight, long Clipped, EvaluationCounts Train,
    EvaluationCounts Test)
{
    /// <summary>
    /// Reads a sum; the same operations in the same order wherever a model is advanced, so that all get the same
    /// weights.
    /// </summary>
    /// <param name="layout">The counters' places.</param>
    /// <param name="sum">The sum of the weighted updates as real numbers; taken over, not copied, and turned into the
    /// mean in place.</param>
    /// <param name="counters">The sums of the counters.</param>
    /// <param name="weightUnit">Training rows that make weight 1.</param>
    /// <param name="clips">The clip of every tensor; null where the wire's is that of all of them.</param>
    /// <param name="wireClip">The clip of the vector on the wire.</param>
    public static RoundReading Of(
        RoundCounters layout, float[] sum, long[] counters, double weightUnit, TensorClips? clips = null,
        float wireClip = 1)
    {
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(sum);
        ArgumentNullException.ThrowIfNull(counters);
        long weight = layout.Weight(counters);
        double factor = weightUnit / weight;
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] = (float)(sum[i] * factor);
        }

        if (sum.Length > 0)
        {
            clips?.Unscale(sum, wireClip);
        }

        return new RoundReading(sum, weight, layout.Clipped(counters), layout.Train(counters), layout.Test(counters));
    }
}
