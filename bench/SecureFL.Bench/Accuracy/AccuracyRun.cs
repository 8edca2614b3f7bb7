using SecureFL.Bench.Measurement;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Simulation;

namespace SecureFL.Bench.Accuracy;

/// <summary>Final accuracy of one way to train: the median over the seeds.</summary>
/// <param name="Suite">float32 for plaintext floats, otherwise the suite.</param>
/// <param name="Bits">Of a quantised value; 32 for floats.</param>
/// <param name="Clip">Of an element of the update; 0 for floats.</param>
/// <param name="Accuracy">Of the test rows of all sites together.</param>
/// <param name="Lowest">Over the seeds.</param>
/// <param name="Highest">Over the seeds.</param>
/// <param name="Loss">Mean training loss, median over the seeds.</param>
/// <param name="SumsAreExact">Whether every opened sum of every round was exact; null for floats.</param>
internal sealed record AccuracyPoint(string Suite, int Bits, float Clip, double Accuracy, double Lowest, double Highest,
    double Loss, bool? SumsAreExact);

/// <summary>What the run goes through.</summary>
internal sealed record AccuracySettings(IReadOnlyList<int> Bits, IReadOnlyList<float> Clips, IReadOnlyList<ulong> Seeds,
    int Rounds, int Hidden)
{
    /// <summary>The suites that every point runs through.</summary>
    public IReadOnlyList<Suite> Suites { get; init; } = [Suite.OneTimeKey, Suite.JointKey];
}

/// <summary>
/// Trains the same network on the same generated hospitals in floats and through encrypted sums at several bits and
/// clips.
/// </summary>
internal sealed class AccuracyRun(AccuracySettings settings, Action<string> progress)
{
    internal const string Floats = "float32";

    internal async Task<IReadOnlyList<AccuracyPoint>> RunAsync()
    {
        List<IReadOnlyList<FederatedSite>> data = [];
        foreach (ulong seed in settings.Seeds)
        {
            data.Add(await GeneratedHospitals.CreateAsync(seed).ConfigureAwait(false));
        }

        progress("plaintext floats");
        List<AccuracyPoint> points = [
            await PointAsync(data, Floats, 32, 0, () => new PlaintextSum()).ConfigureAwait(false)];
        foreach (float clip in settings.Clips)
        {
            foreach ((Suite suite, int bits) in
                settings.Suites.SelectMany(suite => settings.Bits.Select(bits => (suite, bits))))
            {
                string name = SuiteTable.Find(suite)!.Name;
                progress($"{name}, {bits} bits, clip {clip}");
                EncryptedSumOptions options = new()
                { Suite = suite, RoundsPerKey = settings.Rounds, Sites = data[0].Count, Clip = clip, Bits = bits };
                points.Add(await PointAsync(data, name, bits, clip, () => new EncryptedSum(options))
                    .ConfigureAwait(false));
            }
        }

        return points;
    }

    private async Task<AccuracyPoint> PointAsync(List<IReadOnlyList<FederatedSite>> data, string suite, int bits,
        float clip, Func<ISecureSum> create)
    {
        Samples accuracies = new();
        Samples losses = new();
        List<double> all = [];
        bool? exact = null;
        for (int i = 0; i < data.Count; i++)
        {
            ISecureSum sum = create();
            using IDisposable? disposable = sum as IDisposable;
            TrainingOutcome outcome = await TrainAsync(data[i], sum, settings.Seeds[i]).ConfigureAwait(false);
            double accuracy = outcome.Test.Accuracy ?? double.NaN;
            accuracies.Add(accuracy);
            losses.Add(outcome.Train.MeanLoss ?? double.NaN);
            all.Add(accuracy);
            if (sum is EncryptedSum)
            {
                exact = (exact ?? true) && outcome.History.All(round => round.SumIsExact == true);
            }
        }

        return new AccuracyPoint(suite, bits, clip, accuracies.Median, all.Min(), all.Max(), losses.Median, exact);
    }

    private async Task<TrainingOutcome> TrainAsync(IReadOnlyList<FederatedSite> sites, ISecureSum sum, ulong seed)
    {
        GradientTrainer trainer = new(
            ModelSpec.For(sites[0].Train, settings.Hidden),
            new LocalTrainingOptions
            {
                Epochs = 2,
                BatchSize = 32,
                Optimizer = new LocalOptimizerOptions { LearningRate = 0.05f }
            });
        FederationOptions options = new()
        { Seed = seed, Stopping = new StoppingRules { Rounds = settings.Rounds }, MinimumContributors = 3 };
        return await new FederatedAveraging(options, sites, trainer, sum).RunAsync().ConfigureAwait(false);
    }
}
