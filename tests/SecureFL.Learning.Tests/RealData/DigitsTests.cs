using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;

namespace SecureFL.Learning.Tests.RealData;

/// <summary>Digits over ten sites with label skew Dirichlet(0.3).</summary>
public class DigitsTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Perceptron_reaches_95_percent_in_16_bit_integers()
    {
        (Dataset train, Dataset test) = Digits.Read();
        Assert.Equal(3823, train.Count);
        Assert.Equal(1797, test.Count);
        double accuracy = await AccuracyAsync(train, test, TestData.Quantised(10, 2f, 16), 1);
        output.WriteLine($"perceptron 64-128-10, 60 rounds: {accuracy:f4}");
        Assert.True(accuracy >= 0.95, $"accuracy {accuracy:f4}");
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task Quantisation_costs_little_accuracy()
    {
        (Dataset train, Dataset test) = Digits.Read();
        double floats = 0;
        double sixteen = 0;
        double eight = 0;
        const int Runs = 5;
        for (ulong seed = 1; seed <= Runs; seed++)
        {
            floats += await AccuracyAsync(train, test, new PlaintextSum(), seed) / Runs;
            sixteen += await AccuracyAsync(train, test, TestData.Quantised(10, 2f, 16), seed) / Runs;
            eight += await AccuracyAsync(train, test, TestData.Quantised(10, 2f, 8), seed) / Runs;
        }

        output.WriteLine($"float32 {floats:f4}, 16 bits {sixteen:f4}, 8 bits stochastic {eight:f4}");
        Assert.True(floats >= 0.95, $"float32 reaches {floats:f4}");
        Assert.True(floats - sixteen < 0.002, $"16 bits cost {floats - sixteen:f4}");
        Assert.True(floats - eight < 0.01, $"8 bits cost {floats - eight:f4}");
    }

    private static async Task<double> AccuracyAsync(Dataset train, Dataset test, ISecureSum sum, ulong seed)
    {
        ModelSpec spec = ModelSpec.For(train, 128);
        GradientTrainer trainer = new(spec, new LocalTrainingOptions
        {
            BatchSize = 32,
            Epochs = 2,
            Optimizer = new LocalOptimizerOptions { LearningRate = 0.2f },
        });
        FederationOptions options = new()
        {
            Seed = seed,
            Stopping = new StoppingRules { Rounds = 60 },
            ServerOptimizer = new ServerOptimizerOptions(new FedYogi()) { LearningRate = 0.01 },
            Parallelism = 2,
        };
        IReadOnlyList<FederatedSite> sites = Digits.SkewedSites(train, 10, 0.3, seed);
        TrainingOutcome outcome = await new FederatedAveraging(options, sites, trainer,
            sum).RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        return Evaluator.Evaluate(spec, outcome.Model.Values, test).Accuracy!.Value;
    }
}
