using SecureFL.Learning.Data;
using SecureFL.Messages.Counters;

namespace SecureFL.Learning.Metrics;

/// <summary>
/// Which counters an evaluation yields. All of them add up over sites, so that a secure sum gives the metrics of the
/// union and no site shows its own: rows, rows whose loss is no
/// number, loss; correct rows for classes, sums of errors and targets for regression; with <paramref name="Detail"/>
/// the Brier score, the confusion matrix of several classes, and
/// for each class two histograms of scores, of its rows and of the others (one pair for a binary task).
/// </summary>
/// <param name="Task">The task.</param>
/// <param name="ClassCount">Its classes, 0 for regression.</param>
/// <param name="Detail">False for training rows: all that stands before the Brier score.</param>
public sealed record MetricLayout(LearningTask Task, int ClassCount, bool Detail = true)
{
    /// <summary>
    /// Most classes for which confusion matrix and score histograms are counted, and so F1 and AUC known.
    /// </summary>
    public const int MaxDetailedClasses = 32;

    /// <summary>
    /// Counters of all score histograms together: 1024 bins for a binary task, 1024 / classes for several.
    /// </summary>
    public const int ScoreCounters = 2048;

    /// <summary>
    /// Bits of a row count, sign excluded: 268 million rows at one site, two digits of a quantised element of 16 bits.
    /// </summary>
    public const int CountBits = 28;

    /// <summary>Most rows that one site can count.</summary>
    public const long MostRows = (1L << CountBits) - 1;

    /// <summary>Bits of the Brier sum, sign excluded.</summary>
    internal const int BrierBits = 45;

    /// <summary>Bits of it after the point: the sum is at most 2 a row.</summary>
    internal const int BrierFractionBits = BrierBits - CountBits - 1;

    internal const int Samples = 0;
    internal const int Scored = 1;
    internal const int Diverged = 2;
    internal const int Loss = 3;
    internal const int Correct = Loss + WideSum.Limbs;
    internal const int Absolute = Loss + WideSum.Limbs;
    internal const int Targets = Absolute + WideSum.Limbs;
    internal const int TargetSquares = Targets + WideSum.Limbs;
    internal const int Brier = Correct + 1;
    internal const int Confusion = Brier + 1;

    /// <summary>Counters in all.</summary>
    public int Length => Task == LearningTask.Regression ? TargetSquares + WideSum.Limbs : !Detail ? Brier
        : Scores + (2 * ScoredClasses * ScoreBins);

    /// <summary>The first of these counters: those of an evaluation without detail.</summary>
    public MetricLayout Brief => this with { Detail = false };

    /// <summary>
    /// Whether the confusion matrix is counted as such; that of a binary task follows from its score histograms, at any
    /// threshold.
    /// </summary>
    public bool HasConfusion => Detail && Task == LearningTask.MultiClass && ClassCount <= MaxDetailedClasses;

    /// <summary>Whether score histograms are counted.</summary>
    public bool HasScores => Detail && Task != LearningTask.Regression && ClassCount <= MaxDetailedClasses;

    /// <summary>Classes with histograms of their own: one for a binary task, whose other class is its mirror.</summary>
    public int ScoredClasses => !HasScores ? 0 : Task == LearningTask.Binary ? 1 : ClassCount;

    /// <summary>Bins of one histogram, 0 without any.</summary>
    public int ScoreBins => ScoredClasses == 0 ? 0 : ScoreCounters / 4 / ScoredClasses * 2;

    /// <summary>The bins.</summary>
    /// <exception cref="InvalidOperationException">There are no histograms.</exception>
    public ScoreGrid Grid => HasScores ? new ScoreGrid(ScoreBins)
        : throw new InvalidOperationException("this layout counts no scores");

    internal int Scores => Confusion + (HasConfusion ? ClassCount * ClassCount : 0);

    /// <summary>
    /// Where the histogram of the rows of the scored class begins; that of the other rows follows it.
    /// </summary>
    internal int ScoresOf(int scoredClass) => Scores + (2 * scoredClass * ScoreBins);

    /// <summary>
    /// The counters' names, each after <paramref name="prefix"/> and a point, and the largest magnitude of one site's
    /// value.
    /// </summary>
    public IEnumerable<Counter> DescribeCounters(string prefix)
    {
        const long Count = (1L << CountBits) - 1;
        Counter One(string name) => new($"{prefix}.{name}", Count);
        IEnumerable<Counter> Sum(string name) =>
            Enumerable.Range(0, WideSum.Limbs)
            .Select(limb => new Counter($"{prefix}.{name}.{limb}", (1L << WideSum.LimbBits) - 1));
        IEnumerable<Counter> counters = [One("samples"), One("scored"), One("diverged"), .. Sum("loss")];
        if (Task == LearningTask.Regression)
        {
            return [.. counters, .. Sum("absolute"), .. Sum("targets"), .. Sum("targetSquares")];
        }

        counters = counters.Append(One("correct"));
        if (!Detail)
        {
            return counters;
        }

        int classes = HasConfusion ? ClassCount : 0;
        return
        [
            .. counters,
            new Counter($"{prefix}.brier", (1L << BrierBits) - 1),
            .. Enumerable.Range(0, classes * classes)
                .Select(cell => One($"confusion.{cell / classes}.{cell % classes}")),
            .. Enumerable.Range(0, ScoredClasses).SelectMany(scored => Enumerable.Range(0, 2 * ScoreBins).Select(bin =>
                One(
                    $"scores.{(Task == LearningTask.Binary ? 1 : scored)}.{(bin < ScoreBins ? "own" : "other")}.{bin % ScoreBins}"))),
        ];
    }
}
