using SecureFL.Federated.Data;
using SecureFL.Federated.Models;

namespace SecureFL.Federated.Tests.Models;

public class MetricTests
{
    [Fact]
    public void Counters_of_sites_add_up_to_the_counters_of_the_union()
    {
        foreach (ModelSpec spec in new[] { ModelSpec.Logistic(4), ModelSpec.Softmax(4, 3), ModelSpec.Linear(4) })
        {
            Dataset[] sites = [TestData.Random(spec, 40, 1), TestData.Random(spec, 7, 2), TestData.Random(spec, 90, 3)];
            float[] weights = [.. Enumerable.Range(0, spec.CreateLayout().Length).Select(i => 0.3f * ((i % 5) - 1))];
            EvaluationCounts sum = new(new MetricLayout(spec.Task, spec.ClassCount));
            foreach (Dataset site in sites)
            {
                sum = sum.Add(Evaluator.Evaluate(spec, weights, site));
            }

            EvaluationCounts pooled = Evaluator.Evaluate(spec, weights, Dataset.Concatenate(sites));
            Assert.Equal(137, sum.Samples);
            Assert.Equal(pooled.Accuracy, sum.Accuracy);
            Assert.Equal(pooled.MeanLoss!.Value, sum.MeanLoss!.Value, 1e-5);
            Assert.Equal(pooled.Auc, sum.Auc);
            if (spec.Task == LearningTask.Regression)
            {
                Assert.Equal(pooled.RSquared!.Value, sum.RSquared!.Value, 1e-4);
            }
        }
    }

    [Fact]
    public void The_summed_AUC_encloses_the_exact_one()
    {
        ModelSpec spec = ModelSpec.Logistic(4);
        Dataset data = TestData.Random(spec, 500, 4);
        float[] weights = [1f, 0.2f, -0.3f, 0.1f, 0.05f];
        EvaluationCounts counts = Evaluator.Evaluate(spec, weights, data);
        double exact = Evaluator.ExactAuc(new FeedForwardModel(spec).Predict(weights, data), data.Labels)!.Value;
        AucEstimate estimate = counts.Auc!.Value;
        Assert.InRange(exact, estimate.Value - estimate.HalfWidth, estimate.Value + estimate.HalfWidth);
        Assert.InRange(estimate.HalfWidth, 1e-6, 0.01);
        Assert.InRange(exact, 0.8, 1);
    }

    [Theory]
    [InlineData(new float[] { 0.1f, 0.4f, 0.35f, 0.8f }, new float[] { 0, 0, 1, 1 }, 0.75)]
    [InlineData(new float[] { 1, 1, 1, 1 }, new float[] { 0, 1, 0, 1 }, 0.5)]
    [InlineData(new float[] { 3, 2, 1 }, new float[] { 1, 1, 0 }, 1.0)]
    public void Exact_AUC_of_small_cases(float[] scores, float[] labels, double expected) => Assert.Equal(expected, Evaluator.ExactAuc(scores, labels)!.Value, 1e-12);

    [Fact]
    public void AUC_needs_both_classes()
    {
        Assert.Null(Evaluator.ExactAuc([1, 2], [1, 1]));
        Assert.Null(Evaluator.Evaluate(ModelSpec.Logistic(1), [0, 0], new Dataset([1, 2], [1, 1], 1, LearningTask.Binary, 2)).Auc);
    }

    [Fact]
    public void The_confusion_matrix_counts_actual_by_predicted()
    {
        Dataset data = new([-1, -1, 1, 1, 1], [0, 1, 0, 1, 1], 1, LearningTask.Binary, 2);
        EvaluationCounts counts = Evaluator.Evaluate(ModelSpec.Logistic(1), [2, 0], data);
        Assert.Equal((1, 1, 1, 2), (counts.Confusion(0, 0), counts.Confusion(0, 1), counts.Confusion(1, 0), counts.Confusion(1, 1)));
        Assert.Equal(0.6, counts.Accuracy!.Value, 1e-12);
    }

    [Fact]
    public void A_diverged_model_saturates_its_loss_counter()
    {
        Dataset data = new([1e30f], [0], 1, LearningTask.Binary, 2);
        EvaluationCounts counts = Evaluator.Evaluate(ModelSpec.Logistic(1), [1e30f, 0], data);
        Assert.Equal((1L << MetricLayout.SumBits) - 1, counts.Values[1]);
    }

    [Fact]
    public void R_squared_of_the_mean_is_zero()
    {
        Dataset data = new([0, 0, 0], [1, 2, 6], 1, LearningTask.Regression, 0);
        Assert.Equal(0, Evaluator.Evaluate(ModelSpec.Linear(1), [0, 3], data).RSquared!.Value, 1e-4);
        Assert.Equal(1, Evaluator.Evaluate(ModelSpec.Linear(1), [1, 0], new Dataset([1, 2], [1, 2], 1, LearningTask.Regression, 0)).RSquared!.Value, 1e-4);
    }
}
