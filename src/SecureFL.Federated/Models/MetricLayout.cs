using SecureFL.Federated.Data;

namespace SecureFL.Federated.Models;

/// <summary>
/// Which counters an evaluation yields. All of them add up over sites, so that a secure sum gives the metrics of the union and no site shows its own:
/// rows, loss, correct rows, the confusion matrix, for binary tasks a histogram of scores for each class, for regression sums of targets.
/// </summary>
/// <param name="Task">The task.</param>
/// <param name="ClassCount">Its classes, 0 for regression.</param>
/// <param name="ScoreBins">Bins of [0, 1] in each score histogram: the AUC of the union is known to within the share of pairs in one bin.</param>
public sealed record MetricLayout(LearningTask Task, int ClassCount, int ScoreBins = 256)
{
    /// <summary>Bits after the point of loss and target sums.</summary>
    public const int FractionBits = 16;

    /// <summary>Most classes for which the confusion matrix is counted.</summary>
    public const int MaxConfusionClasses = 32;

    /// <summary>Bits of a row count, sign excluded.</summary>
    public const int CountBits = 31;

    /// <summary>Bits of a fixed-point sum, sign excluded; one site's sum saturates there.</summary>
    public const int SumBits = 47;

    internal const int Samples = 0;
    internal const int Loss = 1;
    internal const int Correct = 2;
    internal const int Targets = 2;
    internal const int TargetSquares = 3;
    internal const int Confusion = 3;

    /// <summary>Counters in all.</summary>
    public int Length => Task == LearningTask.Regression ? 4 : PositiveScores + (HasScores ? 2 * ScoreBins : 0);

    /// <summary>Whether the confusion matrix is counted.</summary>
    public bool HasConfusion => Task != LearningTask.Regression && ClassCount <= MaxConfusionClasses;

    /// <summary>Whether score histograms are counted.</summary>
    public bool HasScores => Task == LearningTask.Binary;

    internal int PositiveScores => Confusion + (HasConfusion ? ClassCount * ClassCount : 0);

    internal int NegativeScores => PositiveScores + ScoreBins;

    /// <summary>The bits, sign excluded, that counter <paramref name="index"/> of one site may use.</summary>
    public int BitsOf(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Length);
        return index == Loss || (Task == LearningTask.Regression && index > Loss) ? SumBits : CountBits;
    }
}
