using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Tests.Metrics;

public class EvaluationTests
{
    private static readonly ModelSpec[] Specs =
        [ModelSpec.Logistic(4), ModelSpec.Softmax(4, 3), ModelSpec.Softmax(4, 40), ModelSpec.Linear(4)];

    [Fact]
    public void Counters_of_sites_add_up_to_the_counters_of_the_union()
    {
        foreach (ModelSpec spec in Specs)
        {
            Dataset[] sites = [TestData.Random(spec, 40, 1), TestData.Random(spec, 7, 2), TestData.Random(spec, 90, 3)];
            float[] weights = Weights(spec);
            EvaluationCounts sum = sites.Select(site => Evaluator.Evaluate(spec, weights, site))
                .Aggregate((a, b) => a.Add(b));
            EvaluationCounts pooled = Evaluator.Evaluate(spec, weights, Dataset.Concatenate(sites));
            Assert.Equal(137, sum.Samples);
            Assert.Equal(pooled.Accuracy, sum.Accuracy);
            Assert.Equal(pooled.MeanLoss!.Value, sum.MeanLoss!.Value, 1e-12);
            Assert.Equal(pooled.Auc, sum.Auc);
            Assert.Equal(pooled.RSquared ?? 0, sum.RSquared ?? 0, 1e-12);
            Assert.Equal(pooled.Brier ?? 0, sum.Brier ?? 0, 1e-6);
            Assert.Equal(pooled.MeanLoss, pooled.ToBrief().MeanLoss);
            Assert.Equal(pooled.Accuracy, pooled.ToBrief().Accuracy);
            Assert.Equal(pooled.Layout.Length, pooled.Layout.DescribeCounters("x").Count());
            Assert.Equal(pooled.Layout.Brief.DescribeCounters("x"),
                pooled.Layout.DescribeCounters("x").Take(pooled.Layout.Brief.Length));
            Assert.All(pooled.Layout.DescribeCounters("x").Zip(pooled.Values.ToArray()),
                pair => Assert.InRange(pair.Second, -pair.First.MaxMagnitude, pair.First.MaxMagnitude));
        }
    }

    [Fact]
    public void Figures_of_classes_are_those_of_their_definitions()
    {
        ModelSpec spec = ModelSpec.Softmax(4, 3);
        Dataset data = TestData.Random(spec, 400, 9);
        float[] weights = Weights(spec);
        EvaluationCounts counts = Evaluator.Evaluate(spec, weights, data);
        float[] shares = new FeedForwardModel(spec).Predict(weights, data);
        int[] predicted = [.. Enumerable.Range(0, 400)
            .Select(row => Array.IndexOf(shares[(3 * row)..(3 * row + 3)], shares[(3 * row)..(3 * row + 3)].Max()))];
        double brier = 0;
        for (int row = 0; row < 400; row++)
        {
            for (int c = 0; c < 3; c++)
            {
                brier += Math.Pow(shares[(3 * row) + c] - (data.Labels[row] == c ? 1 : 0), 2) / 400;
            }
        }

        Assert.Equal(brier, counts.Brier!.Value, 1e-5);
        ConfusionMatrix confusion = counts.Confusion!;
        double macro = 0;
        for (int c = 0; c < 3; c++)
        {
            bool[] actual = [.. data.Labels.Select(label => label == c)];
            bool[] taken = [.. predicted.Select(label => label == c)];
            double hits = actual.Zip(taken).Count(pair => pair.First && pair.Second);
            double alarms = actual.Zip(taken).Count(pair => !pair.First && pair.Second);
            double missed = actual.Zip(taken).Count(pair => pair.First && !pair.Second);
            Assert.Equal(hits / (hits + missed), confusion.Sensitivity(c)!.Value, 1e-12);
            Assert.Equal(1 - (alarms / actual.Count(a => !a)), confusion.Specificity(c)!.Value, 1e-12);
            Assert.Equal(hits / (hits + alarms), confusion.Precision(c)!.Value, 1e-12);
            macro += 2 * hits / ((2 * hits) + alarms + missed) / 3;
            float[] scores = [.. Enumerable.Range(0, 400).Select(row => shares[(3 * row) + c])];
            double exact = Evaluator.ExactAuc(scores, [.. actual.Select(a => a ? 1f : 0f)])!.Value;
            AucEstimate estimate = counts.Scores[c].Auc!.Value;
            Assert.InRange(exact, estimate.Value - estimate.HalfWidth, estimate.Value + estimate.HalfWidth);
            Assert.Equal(exact, estimate.Value, 2e-3);
        }

        Assert.Equal(macro, confusion.MacroF1!.Value, 1e-12);
        Assert.Equal(counts.Accuracy!.Value, confusion.Accuracy!.Value, 1e-12);
        Assert.Equal(counts.Scores.Average(scores => scores.Auc!.Value.Value), counts.Auc!.Value.Value, 1e-12);
        double[] rows = [.. counts.Scores.Select(scores => (double)scores.Positives)];
        Assert.Equal(counts.Scores.Zip(rows).Sum(pair => pair.First.Auc!.Value.Value * pair.Second) / 400,
            counts.WeightedAuc!.Value.Value, 1e-12);
    }

    [Fact]
    public void Figures_of_a_binary_task_are_those_of_their_definitions()
    {
        ModelSpec spec = ModelSpec.Logistic(4);
        Dataset data = TestData.Random(spec, 500, 4);
        float[] weights = [1f, 0.2f, -0.3f, 0.1f, 0.05f];
        EvaluationCounts counts = Evaluator.Evaluate(spec, weights, data);
        float[] scores = new FeedForwardModel(spec).Predict(weights, data);
        Assert.Equal(scores.Zip(data.Labels).Average(pair => Math.Pow(pair.First - pair.Second, 2)),
            counts.Brier!.Value, 1e-5);
        double exact = Evaluator.ExactAuc(scores, data.Labels)!.Value;
        AucEstimate estimate = counts.Auc!.Value;
        Assert.InRange(exact, estimate.Value - estimate.HalfWidth, estimate.Value + estimate.HalfWidth);
        Assert.InRange(estimate.HalfWidth, 1e-6, 0.005);
        Assert.InRange(exact, 0.8, 1);
        ConfusionMatrix confusion = counts.Confusion!;
        Assert.Equal(scores.Zip(data.Labels).Count(pair => pair.First > 0.5f && pair.Second == 1), confusion[1, 1]);
        Assert.Equal(scores.Zip(data.Labels).Count(pair => pair.First <= 0.5f && pair.Second == 1), confusion[1, 0]);
        Assert.Equal(scores.Zip(data.Labels).Count(pair => pair.First > 0.5f && pair.Second == 0), confusion[0, 1]);
        Assert.Equal(counts.Accuracy, confusion.Accuracy);
    }

    [Theory]
    [InlineData(new float[] { 0.1f, 0.4f, 0.35f, 0.8f }, new float[] { 0, 0, 1, 1 }, 0.75)]
    [InlineData(new float[] { 1, 1, 1, 1 }, new float[] { 0, 1, 0, 1 }, 0.5)]
    [InlineData(new float[] { 3, 2, 1 }, new float[] { 1, 1, 0 }, 1.0)]
    public void Exact_AUC_of_small_cases(float[] scores, float[] labels, double expected) =>
        Assert.Equal(expected, Evaluator.ExactAuc(scores, labels)!.Value, 1e-12);

    [Fact]
    public void AUC_needs_both_classes()
    {
        Assert.Null(Evaluator.ExactAuc([1, 2], [1, 1]));
        Assert.Null(Evaluator.Evaluate(ModelSpec.Logistic(1), [0, 0],
            new Dataset([1, 2], [1, 1], 1, LearningTask.Binary, 2)).Auc);
    }

    [Fact]
    public void The_confusion_matrix_counts_actual_by_predicted_and_a_score_of_one_half_is_class_0()
    {
        Dataset data = new([-1, -1, 1, 1, 1, 0], [0, 1, 0, 1, 1, 0], 1, LearningTask.Binary, 2);
        EvaluationCounts counts = Evaluator.Evaluate(ModelSpec.Logistic(1), [2, 0], data);
        ConfusionMatrix confusion = counts.Confusion!;
        Assert.Equal((2L, 1L, 1L, 2L), (confusion[0, 0], confusion[0, 1], confusion[1, 0], confusion[1, 1]));
        Assert.Equal(4.0 / 6, counts.Accuracy!.Value, 1e-12);
    }

    [Theory]
    [InlineData(1e30f, 1e30f)]
    [InlineData(1e20f, 1e19f)]
    [InlineData(float.NaN, 1f)]
    public void A_diverged_model_is_flagged_and_has_no_loss(float weight, float feature)
    {
        foreach (LearningTask task in new[] { LearningTask.Binary, LearningTask.Regression })
        {
            ModelSpec spec = task == LearningTask.Binary ? ModelSpec.Logistic(1) : ModelSpec.Linear(1);
            Dataset data = new([feature, 0], [0, 1], 1, task, spec.ClassCount);
            EvaluationCounts bad = Evaluator.Evaluate(spec, [weight, 0], data);
            if (task == LearningTask.Binary && float.IsFinite(weight * feature))
            {
                Assert.False(bad.IsDiverged);
                continue;
            }

            EvaluationCounts sum = bad.Add(Evaluator.Evaluate(spec, [0, 0], data));
            Assert.True(sum.IsDiverged);
            Assert.Null(sum.MeanLoss);
            Assert.True(MetricSummary.Of(sum, TargetUnits.Same).Diverged);
        }
    }

    [Theory]
    [InlineData(1e-4)]
    [InlineData(1)]
    [InlineData(1e9)]
    [InlineData(1e12)]
    public void Errors_of_any_size_are_summed_exactly_and_do_not_saturate(double scale)
    {
        const int Rows = 1000;
        ModelSpec spec = ModelSpec.Linear(1);
        SeededRandom random = SeededRandom.For(5, "errors");
        float[] x = [.. Enumerable.Range(0, Rows).Select(_ => (float)random.NextGaussian())];
        float[] y = [.. x.Select(value => (float)(scale * (value + 3 + (0.3 * random.NextGaussian()))))];
        EvaluationCounts[] sites = [.. Enumerable.Range(0, 4).Select(site =>
            Evaluator.Evaluate(spec, [(float)scale, (float)(3 * scale)],
                new Dataset(x[(250 * site)..(250 * site + 250)], y[(250 * site)..(250 * site + 250)], 1,
                    LearningTask.Regression, 0)))];
        EvaluationCounts counts = sites.Aggregate((a, b) => a.Add(b));
        double[] predicted = [.. x.Select(value => (double)(((float)scale * value) + (float)(3 * scale)))];
        double squares = predicted.Zip(y).Sum(pair => Math.Pow(pair.First - pair.Second, 2));
        double mean = y.Average(value => (double)value);
        double expected = 1 - (squares / y.Sum(value => Math.Pow(value - mean, 2)));
        Assert.Equal(expected, counts.RSquared!.Value, 1e-5);
        Assert.Equal(1, Math.Sqrt(squares / Rows) / counts.RootMeanSquare!.Value, 1e-4);
        Assert.Equal(1, predicted.Zip(y).Average(pair => Math.Abs(pair.First - pair.Second))
            / counts.MeanAbsolute!.Value, 1e-4);

        // Scaled targets are told in their own units: scaled = (y - offset) * factor.
        TargetUnits units = new(7, -1 / scale);
        Assert.Equal(1, MetricSummary.Of(counts, units).Rmse!.Value / (scale * counts.RootMeanSquare.Value), 1e-12);
        Assert.Equal(1, MetricSummary.Of(counts, units).Mae!.Value / (scale * counts.MeanAbsolute.Value), 1e-12);
    }

    [Fact]
    public void R_squared_of_targets_far_from_zero_loses_no_digits()
    {
        double[] exact = [2000, 2001, 2002, 2003];
        Dataset data = new([0, 1, 2, 3], [.. exact.Select(year => (float)year)], 1, LearningTask.Regression, 0);
        Assert.Equal(1 - (4 * 0.25 / 5),
            Evaluator.Evaluate(ModelSpec.Linear(1), [1, 2000.5f], data).RSquared!.Value, 1e-9);
        Assert.Equal(0, Evaluator.Evaluate(ModelSpec.Linear(1), [0, 2001.5f], data).RSquared!.Value, 1e-9);
        Assert.Null(Evaluator.Evaluate(ModelSpec.Linear(1), [0, 3],
            new Dataset([1, 2], [3, 3], 1, LearningTask.Regression, 0)).RSquared);
    }

    [Fact]
    public void Totals_of_an_external_trainer_give_loss_and_accuracy_and_nothing_that_was_not_counted()
    {
        MetricLayout layout = new(LearningTask.Binary, 2);
        EvaluationCounts counts = EvaluationCounts.FromTotals(layout,
            new Dataset([1, 2, 3], [0, 1, 1], 1, LearningTask.Binary, 2), 1.5, 2);
        Assert.Equal((0.5, 2.0 / 3), (counts.MeanLoss, counts.Accuracy));
        Assert.Null(counts.Auc);
        Assert.Null(counts.Brier);
        Assert.Null(counts.Confusion);
        Dataset numbers = new([1, 2, 3], [1, 2, 6], 1, LearningTask.Regression, 0);
        EvaluationCounts regression = EvaluationCounts.FromTotals(new MetricLayout(LearningTask.Regression, 0),
            numbers, 7, 0);
        Assert.Equal(0.5, regression.RSquared!.Value, 1e-12);
        Assert.Null(regression.MeanAbsolute);
        Assert.True(EvaluationCounts.FromTotals(layout, numbers, double.NaN, 0).IsDiverged);
    }

    [Theory]
    [InlineData(2, 1024)]
    [InlineData(3, 340)]
    [InlineData(10, 102)]
    [InlineData(32, 32)]
    [InlineData(33, 0)]
    public void Score_histograms_share_their_counters_among_the_classes(int classes, int bins)
    {
        MetricLayout layout = new(classes == 2 ? LearningTask.Binary : LearningTask.MultiClass, classes);
        Assert.Equal(bins, layout.ScoreBins);
        Assert.InRange(layout.Length, 1, 3100);
    }

    private static float[] Weights(ModelSpec spec) =>
        [.. Enumerable.Range(0, spec.CreateLayout().Length).Select(i => 0.3f * ((i % 5) - 1))];
}
