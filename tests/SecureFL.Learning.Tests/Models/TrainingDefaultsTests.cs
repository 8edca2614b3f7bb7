using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Tests.Models;

/// <summary>The default rate is below what the curvature allows, whatever the features.</summary>
public class TrainingDefaultsTests
{
    [Theory]
    [InlineData(LearningTask.Regression, 1, 0.25)]
    [InlineData(LearningTask.Binary, 3, 1.0)]
    [InlineData(LearningTask.MultiClass, 60, 0.0327)]
    public void Rates_follow_from_the_features_alone(LearningTask task, int inputs, double rate)
    {
        LocalTrainingOptions options =
            TrainingDefaults.For(new ModelSpec
            { Task = task, Inputs = inputs, Outputs = task == LearningTask.MultiClass ? 3 : 1 }, scaled: false);
        options.Check(task == LearningTask.Regression ? 0 : task == LearningTask.Binary ? 2 : 3);
        Assert.Equal(rate, options.Optimizer.LearningRate, 1e-6);
    }

    [Theory]
    [InlineData(TrainingDefaults.MaxPreconditioned, true, LocalOptimizerKind.Preconditioned)]
    [InlineData(TrainingDefaults.MaxPreconditioned + 1, true, LocalOptimizerKind.Momentum)]
    [InlineData(3, false, LocalOptimizerKind.Momentum)]
    public void Regressions_of_few_scaled_features_are_preconditioned(int inputs, bool scaled,
        LocalOptimizerKind kind) =>
        Assert.Equal(kind, TrainingDefaults.For(ModelSpec.Logistic(inputs), scaled).Optimizer.Kind);

    [Fact]
    public async Task Equal_columns_the_worst_that_there_is_are_fitted_and_not_diverged_on()
    {
        // Thirty copies of one standardised column: the largest eigenvalue is all of the bound.
        SeededRandom random = SeededRandom.For(3, "equal-columns");
        const int Width = 30;
        float[] column = [.. Enumerable.Range(0, 200).Select(_ => (float)random.NextGaussian())];
        float[] labels = [.. column.Select(x => (2 * x) + 1)];
        Dataset rows = new([.. column.SelectMany(x => Enumerable.Repeat(x, Width))], labels, Width,
            LearningTask.Regression, 0);
        ModelSpec spec = ModelSpec.Linear(Width);
        GradientTrainer trainer = new(spec, TrainingDefaults.For(spec, scaled: false));
        ModelParameters model = trainer.CreateInitial(1);
        for (int round = 1; round <= 10; round++)
        {
            LocalTrainingRequest request = new()
            { Global = model, Train = rows, Site = "a", SiteIndex = 0, Round = round, Seed = 1 };
            model = new ModelParameters(model.Layout,
                (await trainer.TrainAsync(request, TestContext.Current.CancellationToken)).Weights);
        }

        Assert.InRange(Evaluator.Evaluate(spec, model.Values, rows).MeanLoss!.Value, 0, 1e-4);
    }
}
