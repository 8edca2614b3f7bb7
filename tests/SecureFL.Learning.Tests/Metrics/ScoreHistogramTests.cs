using System.Collections.Immutable;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Tests.Metrics;

/// <summary>What the bins tell, against the scores themselves.</summary>
public class ScoreHistogramTests
{
    private static readonly ScoreGrid Grid = new(MetricLayout.ScoreCounters / 2);

    [Theory]
    [InlineData(2)]
    [InlineData(32)]
    [InlineData(102)]
    [InlineData(1024)]
    public void Every_bin_lies_between_its_edges_and_holds_the_upper_one(int bins)
    {
        ScoreGrid grid = new(bins);
        Assert.Equal(0, grid.Edge(bins / 2));
        for (int bin = 0; bin < bins; bin++)
        {
            double low = Math.Max(grid.Edge(bin), -40);
            double high = Math.Min(grid.Edge(bin + 1), 40);
            Assert.True(low < high);
            Assert.Equal(bin, grid.BinOf((low + high) / 2));
            Assert.InRange(grid.Middling(bin), ScoreGrid.Probability(low), ScoreGrid.Probability(high));
        }

        Assert.Equal((bins / 2) - 1, grid.BinOf(0));
        Assert.Equal(bins / 2, grid.BinOf(float.Epsilon));
        Assert.Equal((0, bins - 1), (grid.BinOf(double.NegativeInfinity), grid.BinOf(double.PositiveInfinity)));
        Assert.Throws<ArgumentException>(() => new ScoreGrid(3));
    }

    /// <summary>
    /// Within a thousandth for smooth scores from one in ten thousand to one half, well or badly separated, and always
    /// within the bound.
    /// </summary>
    [Fact]
    public void The_AUC_is_within_a_thousandth_of_the_exact_one_down_to_rare_outcomes()
    {
        SeededRandom random = SeededRandom.For(11, "auc");
        const int Rows = 60_000;
        foreach (double prevalence in new[] { 1e-4, 0.0014, 0.02, 0.5 })
        {
            foreach (double spread in new[] { 0.5, 1.5, 3 })
            {
                foreach (double separation in new[] { 0.2, 1, 2.4 })
                {
                    int positives = Math.Max(20, (int)(Rows * prevalence));
                    double centre = Math.Log(prevalence / (1 - prevalence));
                    Sample sample = new(
                        [.. Draw(positives, () => centre + (spread * (random.NextGaussian() + separation)))],
                        [.. Draw(Rows - positives, () => centre + (spread * random.NextGaussian()))]);
                    Check(sample, 1e-3);
                }
            }
        }
    }

    [Fact]
    public void Skewed_mixed_and_tied_scores_stay_within_the_bound()
    {
        SeededRandom random = SeededRandom.For(12, "auc");
        double Uniform() => random.NextDouble();
        double Logit(double p) => Math.Log(p / (1 - p));
        Check(new Sample([.. Draw(500, () => Logit(Math.Sqrt(Uniform())))],
            [.. Draw(5000, () => Logit(Uniform() * Uniform()))]), 1e-3);
        Check(new Sample([.. Draw(300, () => Uniform() < 0.5 ? -9 : 6 + random.NextGaussian())],
            [.. Draw(9000, () => -9 + random.NextGaussian())]), 3e-3);
        Check(new Sample([.. Draw(100, () => 30 * random.NextGaussian())],
            [.. Draw(100, () => 30 * random.NextGaussian())]), 0.15);
        for (int i = 0; i < 20; i++)
        {
            // A handful of distinct scores anywhere: only the bound is promised.
            double[] atoms = [.. Draw(7, () => 25 * (Uniform() - 0.5))];
            Check(new Sample([.. Draw(80, () => atoms[random.NextInt32(7)])],
                [.. Draw(120, () => atoms[random.NextInt32(7)])]), 0.5);
        }

        Assert.Equal(new AucEstimate(0.5, 0.5), new Sample([1, 1], [1]).Histogram.Auc);
        Assert.Null(new Sample([1, 2], []).Histogram.Auc);
    }

    [Fact]
    public void Counts_at_a_threshold_are_those_of_the_scores()
    {
        SeededRandom random = SeededRandom.For(13, "threshold");
        Sample sample = new([.. Draw(200, () => random.NextGaussian() - 1)],
            [.. Draw(900, () => random.NextGaussian() - 3)]);
        foreach (double asked in new[] { 0.001, 0.03, 0.1, 0.5, 0.77, 0.999999 })
        {
            ThresholdCounts counts = sample.Histogram.At(asked);
            Assert.InRange(Math.Abs(counts.Threshold - asked), 0, 0.006 * Math.Min(asked, 1 - asked) + 0.004);
            double logit = Math.Log(counts.Threshold / (1 - counts.Threshold));
            Assert.Equal(sample.Positive.Count(score => score > logit + 1e-9), counts.Matrix[1, 1]);
            Assert.Equal(sample.Negative.Count(score => score > logit + 1e-9), counts.Matrix[0, 1]);
            Assert.Equal(1100, counts.Matrix.Total);
        }

        Assert.Equal(0.5, sample.Histogram.At(0.5).Threshold);
        Assert.Throws<ArgumentOutOfRangeException>(() => sample.Histogram.At(1));
    }

    [Fact]
    public void Youden_picks_the_threshold_with_the_largest_sum_of_sensitivity_and_specificity()
    {
        SeededRandom random = SeededRandom.For(14, "youden");
        Sample sample = new([.. Draw(300, () => random.NextGaussian() - 1)],
            [.. Draw(3000, () => random.NextGaussian() - 3)]);
        double Index(double logit) => sample.Positive.Average(score => score > logit ? 1.0 : 0)
            - sample.Negative.Average(score => score > logit ? 1.0 : 0);
        ThresholdCounts best = sample.Histogram.Youden()!;
        double found = best.Matrix.Sensitivity(1)!.Value + best.Matrix.Specificity(1)!.Value - 1;
        Assert.Equal(Enumerable.Range(1, Grid.Bins - 1).Max(edge => Index(Grid.Edge(edge))), found, 1e-12);
        Assert.Equal(found, Index(Math.Log(best.Threshold / (1 - best.Threshold)) + 1e-9), 1e-12);
        Assert.InRange(best.Threshold, 0.07, 0.2);
    }

    [Fact]
    public void The_ROC_curve_rises_from_nothing_to_all_and_its_area_is_the_AUC()
    {
        SeededRandom random = SeededRandom.For(15, "roc");
        Sample sample = new([.. Draw(100, () => random.NextGaussian() + 1)],
            [.. Draw(100, () => random.NextGaussian())]);
        ImmutableArray<RocPoint> roc = sample.Histogram.Roc();
        Assert.Equal((0.0, 0.0), (roc[0].FalsePositives, roc[0].TruePositives));
        Assert.Equal((1.0, 1.0), (roc[^1].FalsePositives, roc[^1].TruePositives));
        double area = roc.Zip(roc.Skip(1)).Sum(pair =>
            (pair.Second.FalsePositives - pair.First.FalsePositives)
            * (pair.Second.TruePositives + pair.First.TruePositives) / 2);
        Assert.Equal(sample.Histogram.Auc!.Value.Value, area, 1e-12);
        Assert.Equal(roc.Select(point => point.Threshold).OrderDescending(), roc.Select(point => point.Threshold));
    }

    [Fact]
    public void Calibration_groups_have_like_sizes_and_the_means_of_their_rows()
    {
        SeededRandom random = SeededRandom.For(16, "calibration");
        double[] logits = [.. Draw(20_000, () => (2 * random.NextGaussian()) - 3)];
        bool[] outcomes = [.. logits.Select(logit => random.NextDouble() < ScoreGrid.Probability(logit))];
        Sample sample = new(
            [.. logits.Zip(outcomes).Where(pair => pair.Second).Select(pair => pair.First)],
            [.. logits.Zip(outcomes).Where(pair => !pair.Second).Select(pair => pair.First)]);
        ImmutableArray<CalibrationPoint> points = sample.Histogram.Calibration(10);
        Assert.InRange(points.Length, 8, 10);
        Assert.Equal(20_000, points.Sum(point => point.Rows));
        Assert.All(points[..^1], point => Assert.InRange(point.Rows, 2000, 2300));
        (double Logit, bool Outcome)[] sorted = [.. logits.Zip(outcomes).OrderBy(pair => pair.First)];
        int from = 0;
        foreach (CalibrationPoint point in points)
        {
            (double Logit, bool Outcome)[] group = sorted[from..(from += (int)point.Rows)];
            Assert.Equal(group.Average(pair => ScoreGrid.Probability(pair.Logit)), point.Predicted, 1e-3);
            Assert.Equal(group.Average(pair => pair.Outcome ? 1.0 : 0), point.Observed, 1e-12);
            Assert.Equal(point.Predicted, point.Observed, 0.06);
        }
    }

    private static IEnumerable<double> Draw(int count, Func<double> draw) =>
        Enumerable.Range(0, count).Select(_ => draw());

    private static void Check(Sample sample, double within)
    {
        double exact = Evaluator.ExactAuc(
            [.. sample.Positive.Select(score => (float)score), .. sample.Negative.Select(score => (float)score)],
            [.. sample.Positive.Select(_ => 1f), .. sample.Negative.Select(_ => 0f)])!.Value;
        AucEstimate estimate = sample.Histogram.Auc!.Value;
        Assert.InRange(exact, estimate.Value - estimate.HalfWidth - 1e-12, estimate.Value + estimate.HalfWidth + 1e-12);
        Assert.InRange(Math.Abs(exact - estimate.Value), 0, within);
    }

    private sealed record Sample(double[] Positive, double[] Negative)
    {
        public ScoreHistogram Histogram { get; } = new(Grid, Count(Positive), Count(Negative));

        private static long[] Count(double[] scores)
        {
            long[] counts = new long[Grid.Bins];
            foreach (double score in scores)
            {
                counts[Grid.BinOf((float)score)]++;
            }

            return counts;
        }
    }
}
