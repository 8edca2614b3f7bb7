using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Tests.Metrics;

public class FineGridTests
{
    private static readonly ScoreGrid Grid = new(MetricLayout.ScoreCounters / 2);

    /// <summary>
    /// A second count makes the bound itself smaller than a thousandth, rare outcomes, hardly told apart and a handful
    /// of distinct scores included.
    /// </summary>
    [Fact]
    public void A_second_count_is_within_a_thousandth_whatever_the_spread()
    {
        SeededRandom random = SeededRandom.For(21, "fine");
        foreach (double prevalence in new[] { 1e-4, 0.0014, 0.5 })
        {
            foreach (double spread in new[] { 0.05, 0.15, 1, 4 })
            {
                double centre = Math.Log(prevalence / (1 - prevalence));
                int positives = Math.Max(5, (int)(30_000 * prevalence));
                Check(
                    [.. Enumerable.Range(0, positives)
                        .Select(_ => (float)(centre + (spread * (random.NextGaussian() + 0.4))))],
                    [.. Enumerable.Range(positives, 30_000 - positives)
                        .Select(_ => (float)(centre + (spread * random.NextGaussian())))]);
            }
        }

        for (int i = 0; i < 20; i++)
        {
            float[] atoms = [.. Enumerable.Range(0, 5).Select(_ => (float)(12 * (random.NextDouble() - 0.5)))];
            float[] positive = [.. Enumerable.Range(0, 50).Select(_ => atoms[random.NextInt32(5)])];
            float[] negative = [.. Enumerable.Range(0, 90).Select(_ => atoms[random.NextInt32(5)])];
            Assert.Equal(Exact(positive, negative), Fine(positive, negative).Value, 1e-12);
        }
    }

    [Fact]
    public async Task A_run_ends_with_an_AUC_whose_bound_is_small_and_encloses_the_exact_one()
    {
        foreach (ModelSpec spec in new[] { ModelSpec.Logistic(4), ModelSpec.Softmax(4, 3) })
        {
            IReadOnlyList<FederatedSite> sites =
                [
                    .. Enumerable.Range(0, 3).Select(
                        i => new FederatedSite($"s{i}", TestData.Random(spec, 60, (ulong)(10 + i)),
                            TestData.Random(spec, 700, (ulong)(20 + i))))];
            FederationOptions options = new() { Stopping = new StoppingRules { Rounds = 2 } };
            TrainingOutcome outcome = await new FederatedAveraging(options, sites,
                new GradientTrainer(spec, new LocalTrainingOptions()), TestData.Quantised(3, 1f, 16))
                .RunAsync(cancellationToken: TestContext.Current.CancellationToken);
            Dataset test = Dataset.Concatenate([.. sites.Select(site => site.Test!)]);
            float[] shares = new FeedForwardModel(spec).Predict(outcome.Model.Values, test);
            for (int c = 0; c < outcome.Test.Layout.ScoredClasses; c++)
            {
                float[] own = spec.Outputs == 1 ? shares : [.. shares.Where((_, i) => i % spec.Outputs == c)];
                double exact = Evaluator.ExactAuc(own,
                    [.. test.Labels.Select(label => label == (spec.Outputs == 1 ? 1 : c) ? 1f : 0f)])!.Value;
                AucEstimate fine = outcome.Test.AucOf(c)!.Value;
                Assert.Equal(exact, fine.Value, fine.HalfWidth + 1e-5);
                Assert.InRange(fine.HalfWidth, 0, spec.Outputs == 1 ? 1e-3 : 3e-3);
            }

            Assert.True(outcome.Test.Auc!.Value.HalfWidth < outcome.History[^1].Test!.AucBound / 3);
            Assert.Equal(outcome.Test.Accuracy, outcome.History[^1].TestAccuracy);
        }
    }

    [Fact]
    public async Task Rows_of_other_sites_than_those_that_were_measured_refine_nothing()
    {
        ModelSpec spec = ModelSpec.Logistic(4);
        IReadOnlyList<FederatedSite> sites = TestData.Sites(spec, 30, 30, 30, 30);
        FederationOptions options = new()
        {
            SitesPerRound = 2,
            Stopping = new StoppingRules
            { Rounds = 20, Metric = RoundMetric.TrainLoss, Target = 10 }
        };
        TrainingOutcome outcome = await new FederatedAveraging(options, sites,
            new GradientTrainer(spec, new LocalTrainingOptions()), new PlaintextSum())
            .RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(StopReason.Target, outcome.Stopped);
        Assert.Equal(40, outcome.Test.Samples);
        Assert.Equal(outcome.History[^1].Test!.Auc, outcome.Test.Auc!.Value.Value);
    }

    private static void Check(float[] positive, float[] negative)
    {
        AucEstimate fine = Fine(positive, negative);
        double exact = Exact(positive, negative);
        Assert.InRange(exact, fine.Value - fine.HalfWidth - 1e-12, fine.Value + fine.HalfWidth + 1e-12);
        Assert.InRange(fine.HalfWidth, 0, 1e-3);
    }

    private static AucEstimate Fine(float[] positive, float[] negative)
    {
        long[] Count(float[] scores, int bins, Func<double, int> binOf)
        {
            long[] counts = new long[bins];
            Array.ForEach(scores, score => counts[binOf(score)]++);
            return counts;
        }

        ScoreHistogram first = new(Grid, Count(positive, Grid.Bins, Grid.BinOf),
            Count(negative, Grid.Bins, Grid.BinOf));
        FineGrid grid = FineGrid.Of(first, Grid.Bins);
        Assert.InRange(grid.Bins, 1, Grid.Bins);
        MetricLayout layout = new(LearningTask.Binary, 2);
        ImmutableArray<FineGrid> grids = [grid];
        return new EvaluationCounts(layout).WithFineScores(grids,
            [.. Count(positive, grid.Bins, grid.BinOf), .. Count(negative, grid.Bins, grid.BinOf)]).AucOf(0)!.Value;
    }

    private static double Exact(float[] positive, float[] negative) =>
        Evaluator.ExactAuc([.. positive, .. negative],
            [.. positive.Select(_ => 1f), .. negative.Select(_ => 0f)])!.Value;
}
