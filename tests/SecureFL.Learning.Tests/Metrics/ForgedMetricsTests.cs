using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;

namespace SecureFL.Learning.Tests.Metrics;

/// <summary>Counters of an evaluation to which a site added what it made up.</summary>
public class ForgedMetricsTests
{
    private static MetricLayout LayoutOf(LearningTask task) => new(task, task switch
    {
        LearningTask.Binary => 2,
        LearningTask.MultiClass => 3,
        _ => 0,
    });

    // 50 rows of two sites; every tenth output is infinite.
    private static EvaluationCounts True(LearningTask task, double scale = 1, bool infinite = false)
    {
        MetricLayout layout = LayoutOf(task);
        SeededRandom random = SeededRandom.For(4, "forged", (int)task);
        EvaluationCounts sum = new(layout);
        for (int site = 0; site < 2; site++)
        {
            EvaluationTally tally = new(layout);
            for (int row = 0; row < 25; row++)
            {
                float[] outputs = [.. Enumerable.Range(0, task == LearningTask.MultiClass ? 3 : 1).Select(_ =>
                    infinite && row % 10 == 0 ? float.PositiveInfinity : (float)(scale * random.NextGaussian()))];
                float label = task == LearningTask.Regression ? (float)(scale * random.NextGaussian())
                    : row % Math.Max(2, layout.ClassCount);
                tally.Add(outputs, label, float.IsFinite(outputs[0]) ? Math.Abs(outputs[0]) : double.NaN);
            }

            sum = sum.Add(tally.ToCounts());
        }

        return sum;
    }

    [Theory]
    [InlineData(LearningTask.Binary, 1, false)]
    [InlineData(LearningTask.Binary, 1e3, true)]
    [InlineData(LearningTask.MultiClass, 1, false)]
    [InlineData(LearningTask.MultiClass, 1e3, true)]
    [InlineData(LearningTask.Regression, 1, false)]
    [InlineData(LearningTask.Regression, 1e-20, false)]
    [InlineData(LearningTask.Regression, 1e14, false)]
    [InlineData(LearningTask.Regression, 1e30, true)]
    public void True_counters_are_never_refused(LearningTask task, double scale, bool infinite)
    {
        EvaluationCounts counts = True(task, scale, infinite);
        Assert.Null(PossibleCounters.Fault(counts, 2, 50));
        Assert.Null(PossibleCounters.Fault(counts.ToBrief(), 2));
        Assert.Null(PossibleCounters.Fault(new EvaluationCounts(counts.Layout), 2, 50));
        Dataset rows = new(new float[3], [1, 0, 1], 1, task, LayoutOf(task).ClassCount);
        EvaluationCounts told = EvaluationCounts.FromTotals(LayoutOf(task), rows, -7, 2);
        Assert.Null(PossibleCounters.Fault(told, 1));
        Assert.Null(PossibleCounters.Fault(told.Add(counts), 3));
        Assert.Null(PossibleCounters.Fault(EvaluationCounts.FromTotals(LayoutOf(task), rows, double.NaN, 0), 1));
    }

    // Rows, scored, diverged, 4 limbs of the loss, right ones; Brier score, 9 cells, bins.
    [Theory]
    [InlineData(LearningTask.Binary, 0, 51, "51 rows of 2 sites that have at most 50")]
    [InlineData(LearningTask.Binary, 0, -1, "-1 rows of 2 sites")]
    [InlineData(LearningTask.Binary, 1, 51, "51 of 50 rows with scores")]
    [InlineData(LearningTask.Binary, 2, -1, "-1 of 50 rows with a loss that is no number")]
    [InlineData(LearningTask.Binary, 2, 53, "53 of 50 rows with a loss that is no number")]
    [InlineData(LearningTask.Binary, 6, -1, "a loss of -")]
    [InlineData(LearningTask.Binary, 7, 51, "51 of 50 rows are right")]
    [InlineData(LearningTask.Binary, 7, -1, "-1 of 50 rows are right")]
    [InlineData(LearningTask.Binary, 8, -1, "a sum of Brier scores of -")]
    [InlineData(LearningTask.Binary, 8, 1L << 30, "a sum of Brier scores of 16384 over 50 rows")]
    [InlineData(LearningTask.Binary, 9, 7, "score counts of 57 rows for 50 rows with scores")]
    [InlineData(LearningTask.Binary, 9, -5, "score counts of 45 rows for 50 rows with scores, some of them below 0")]
    [InlineData(LearningTask.Binary, 9, long.MaxValue, "score counts of 9223372036854775857 rows")]
    [InlineData(LearningTask.MultiClass, 9, 60, "a confusion matrix of ")]
    [InlineData(LearningTask.MultiClass, 7, 0, "0 rows are right, ")]
    [InlineData(LearningTask.Regression, 10, -1, "50 rows with an absolute error of -")]
    [InlineData(LearningTask.Regression, 14, 1, "targets that add up to 5.76")]
    [InlineData(LearningTask.Regression, 18, -1, "their squares to -")]
    public void Counters_that_no_rows_have_are_told(LearningTask task, int counter, long value, string message)
    {
        EvaluationCounts honest = True(task);
        long[] values = honest.Values.ToArray();
        Assert.True(task != LearningTask.Binary || counter != 9 || values[counter] == 0);
        values[counter] = value;
        Assert.Contains(message, PossibleCounters.Fault(new EvaluationCounts(honest.Layout, values), 2, 50),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Histograms_and_matrices_of_counts_that_overflow_are_refused_by_their_sum()
    {
        ScoreGrid grid = LayoutOf(LearningTask.Binary).Grid;
        long[] bins = new long[grid.Bins];
        Array.Fill(bins, long.MaxValue / 2);
        Assert.Contains("counts of ", Assert.Throws<ArgumentException>(
            () => new ScoreHistogram(grid, bins, new long[grid.Bins])).Message, StringComparison.Ordinal);
        bins = new long[grid.Bins];
        bins[3] = -1;
        Assert.Contains("a count of -1 rows", Assert.Throws<ArgumentException>(
            () => new ScoreHistogram(grid, new long[grid.Bins], bins)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix(2, [long.MaxValue, 1, 0, 0]));
    }
}
