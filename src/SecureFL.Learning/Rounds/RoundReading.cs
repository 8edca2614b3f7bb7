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
    /// Elements of the mean that were beyond the wire's clip, and were set to it. Sites clip what they send, so that
    /// their mean is within it but where weights are below 1; whoever sends a negative weight can make the total as
    /// small as it likes, and no more of the mean than this.
    /// </summary>
    public long BeyondClip { get; init; }

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
    /// <param name="wireClip">The clip of the vector on the wire; null where it has none.</param>
    public static RoundReading Of(
        RoundCounters layout, float[] sum, long[] counters, double weightUnit, TensorClips? clips = null,
        float? wireClip = null)
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

        long beyond = 0;
        if (wireClip is float clip && sum.Length > 0)
        {
            beyond = Clamp(sum, clip);
            clips?.Unscale(sum, clip);
        }

        return new RoundReading(sum, weight, layout.Clipped(counters), layout.Train(counters), layout.Test(counters))
        {
            BeyondClip = beyond
        };
    }

    private static long Clamp(float[] mean, float clip)
    {
        long beyond = 0;
        for (int i = 0; i < mean.Length; i++)
        {
            if (mean[i] > clip || mean[i] < -clip)
            {
                mean[i] = mean[i] > 0 ? clip : -clip;
                beyond++;
            }
        }

        return beyond;
    }
}
