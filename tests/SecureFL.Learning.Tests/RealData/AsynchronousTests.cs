using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Simulation;

namespace SecureFL.Learning.Tests.RealData;

/// <summary>
/// One site ten times slower than the others: buffered aggregation must not wait for it and must not lose its data
/// either.
/// </summary>
public class AsynchronousTests(ITestOutputHelper output)
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task Reaches_synchronous_accuracy_in_less_than_half_the_simulated_time()
    {
        (Dataset train, Dataset test) = Digits.Read();
        IReadOnlyList<FederatedSite> sites = Digits.SkewedSites(train, 10, 0.3, 1);
        double[] seconds = [10, 1, 1, 1, 1, 1, 1, 1, 1, 1];
        ModelSpec spec = ModelSpec.For(train, 64);
        GradientTrainer trainer = new(spec, new LocalTrainingOptions
        {
            BatchSize = 32,
            Epochs = 3,
            Optimizer = new LocalOptimizerOptions { LearningRate = 0.1f },
        });
        FederationOptions options = new()
        { Stopping = new StoppingRules { Rounds = 60 }, Timing = new ConstantTiming(seconds) };
        QuantizedReferenceSum sum = TestData.Quantised(sites.Count, 4f, 16);
        CancellationToken token = TestContext.Current.CancellationToken;
        TrainingOutcome synchronous = await new FederatedAveraging(options, sites, trainer,
            sum).RunAsync(cancellationToken: token);
        double target = Evaluator.Evaluate(spec, synchronous.Model.Values, test).Accuracy!.Value;
        double time = synchronous.Checkpoint.SimulatedSeconds;
        Assert.Equal(600, time, 1e-9);

        FederationOptions longer = options with { Stopping = new StoppingRules { Rounds = 240 } };
        BufferOptions buffer = new() { Arrivals = 5, EvaluateEvery = 1 };
        TrainingOutcome buffered = await new BufferedAggregation(longer, buffer, sites, trainer,
            sum).RunAsync(cancellationToken: token);
        double accuracy = Evaluator.Evaluate(spec, buffered.Model.Values, test).Accuracy!.Value;
        output.WriteLine(
            $"synchronous {target:f4} after {time} s, buffered {accuracy:f4} after "
            + $"{buffered.Checkpoint.SimulatedSeconds} s");
        Assert.True(buffered.Checkpoint.SimulatedSeconds < time / 2);
        Assert.True(accuracy >= target - 0.01, $"buffered {accuracy:f4}, synchronous {target:f4}");
        Assert.Contains(buffered.History, record => record.Contributors.Contains("site0"));
        Assert.Contains(buffered.History, record => record.MeanStaleness > 0);
    }
}
