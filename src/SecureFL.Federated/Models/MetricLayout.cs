using SecureFL.Aggregation;
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

    /// <summary>The counters' names, each after <paramref name="prefix"/> and a point, and the largest magnitude of one site's value.</summary>
    public IEnumerable<Counter> DescribeCounters(string prefix)
    {
        const long Count = (1L << CountBits) - 1;
        const long Sum = (1L << SumBits) - 1;
        yield return new Counter($"{prefix}.samples", Count);
        yield return new Counter($"{prefix}.loss", Sum);
        if (Task == LearningTask.Regression)
        {
            yield return new Counter($"{prefix}.targets", Sum);
            yield return new Counter($"{prefix}.targetSquares", Sum);
            yield break;
        }

        yield return new Counter($"{prefix}.correct", Count);
        for (int cell = 0; HasConfusion && cell < ClassCount * ClassCount; cell++)
        {
            yield return new Counter($"{prefix}.confusion.{cell / ClassCount}.{cell % ClassCount}", Count);
        }

        for (int bin = 0; HasScores && bin < 2 * ScoreBins; bin++)
        {
            yield return new Counter($"{prefix}.{(bin < ScoreBins ? "positive" : "negative")}.{bin % ScoreBins}", Count);
        }
    }

    /// <summary>A real sum as an integer; saturates, since a diverging model has a loss without bound, and its sum must still be sent.</summary>
    internal static long ToFixedPoint(double value)
    {
        const double Limit = (1L << SumBits) - 1;
        double scaled = Math.Round(Math.ScaleB(value, FractionBits));
        return double.IsNaN(scaled) ? (long)Limit : (long)Math.Clamp(scaled, -Limit, Limit);
    }
}
