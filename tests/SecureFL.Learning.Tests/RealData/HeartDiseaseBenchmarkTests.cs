using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Simulation;

namespace SecureFL.Learning.Tests.RealData;

/// <summary>
/// FLamby's Fed-Heart-Disease: 15 rounds of 100 SGD updates of batch 4, updates weighted by samples. Published: mean
/// over the four centres' test accuracies and five seeds (Ogier du Terrail et al. 2022, NeurIPS Datasets and
/// Benchmarks).
/// </summary>
public class HeartDiseaseBenchmarkTests(ITestOutputHelper output)
{
    private static readonly ulong[] Seeds = [42, 43, 44, 45, 46];

    [Theory]
    [InlineData("FedAvg", "fedAvg", 0.001f, 1.0, 0f, 0.685)]
    [InlineData("FedProx", "fedAvg", 0.001f, 1.0, 0.01f, 0.685)]
    [InlineData("FedAdam", "fedAdam", 0.01f, 0.01, 0f, 0.726)]
    [InlineData("FedYogi", "fedYogi", 0.003162f, 0.01, 0f, 0.731)]
    [InlineData("FedAdagrad", "fedAdagrad", 0.003162f, 0.316228, 0f, 0.731)]
    public async Task Reaches_the_published_accuracy(
        string name, string kind, float learningRate, double serverRate, float mu, double published)
    {
        IReadOnlyList<FederatedSite> sites = HeartDisease.Sites();
        Assert.Equal([199, 172, 30, 85], sites.Select(site => site.Train.Count));
        Assert.Equal([104, 89, 16, 45], sites.Select(site => site.Test!.Count));
        Assert.All(sites, site => Assert.Equal(13, site.Train.Width));
        double inTheClear = 0;
        double quantised = 0;
        foreach (ulong seed in Seeds)
        {
            inTheClear += await MeanAccuracyAsync(sites, new PlaintextSum(), kind, learningRate, serverRate, mu, seed)
                / Seeds.Length;
            QuantizedReferenceSum sum = TestData.Quantised(sites.Count, 4f, 16);
            quantised += await MeanAccuracyAsync(sites, sum, kind, learningRate, serverRate, mu, seed) / Seeds.Length;
        }

        output.WriteLine(
            $"{name}: {inTheClear:f4} in floats, {quantised:f4} in 16-bit integers, published {published:f3}");
        Assert.True(inTheClear >= published - 0.03, $"{name} reaches {inTheClear:f4}, published {published}");
        Assert.True(quantised >= published - 0.03, $"{name} reaches {quantised:f4} quantised, published {published}");
        Assert.True(Math.Abs(quantised - inTheClear) <= 0.005,
            $"{name}: quantised {quantised:f4} against {inTheClear:f4}");
    }

    private static async Task<double> MeanAccuracyAsync(
        IReadOnlyList<FederatedSite> sites, ISecureSum sum, string kind, float learningRate,
        double serverRate, float mu, ulong seed)
    {
        ModelSpec spec = ModelSpec.Logistic(13);
        GradientTrainer trainer = new(spec, new LocalTrainingOptions
        {
            BatchSize = 4,
            Steps = 100,
            ProximalMu = mu,
            Optimizer = new LocalOptimizerOptions { LearningRate = learningRate },
        });
        FederationOptions options = new()
        {
            Seed = seed,
            Stopping = new StoppingRules { Rounds = 15 },
            ServerOptimizer = new ServerOptimizerOptions(ServerMethods.Of(kind)) { LearningRate = serverRate },
        };
        TrainingOutcome outcome = await new FederatedAveraging(options, sites, trainer,
            sum).RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        return sites.Average(site => Evaluator.Evaluate(spec, outcome.Model.Values, site.Test!).Accuracy!.Value);
    }
}
