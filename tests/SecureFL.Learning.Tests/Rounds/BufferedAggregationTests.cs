using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Tests.Rounds;

/// <summary>Who contributes when, from which version, and whose rows the metrics are of.</summary>
public class BufferedAggregationTests
{
    private static readonly ModelSpec Spec = ModelSpec.Logistic(3);

    [Fact]
    public async Task Metrics_are_those_of_all_sites_whoever_arrived()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 30, 20, 50, 25);
        Trace trace = new();
        TrainingOutcome outcome = await RunAsync(sites, [1, 1, 9, 2],
            new BufferOptions { Arrivals = 2, EvaluateEvery = 1 }, 8, trace);
        Dataset train = Dataset.Concatenate([.. sites.Select(site => site.Train)]);
        Dataset test = Dataset.Concatenate([.. sites.Select(site => site.Test!)]);
        for (int round = 0; round < 8; round++)
        {
            float[] weights = trace.Checkpoints[round].Weights;
            RoundRecord record = outcome.History[round];
            Assert.Equal(2, record.Contributors.Length);
            Assert.Equal(80, record.Test!.Samples);
            Assert.Equal(125, record.Train!.Samples);
            Assert.Equal(Evaluator.Evaluate(Spec, weights, train).MeanLoss!.Value, record.TrainLoss!.Value, 1e-12);
            Assert.Equal(Evaluator.Evaluate(Spec, weights, test).Auc!.Value.Value, record.Test.Auc!.Value, 1e-12);
        }

        // The last version's AUC is counted again in finer bins.
        double exact = Evaluator.ExactAuc(Spec, outcome.Model.Values, test)!.Value;
        Assert.Equal(exact, outcome.Test.Auc!.Value.Value, outcome.Test.Auc.Value.HalfWidth + 1e-12);
        Assert.InRange(outcome.Test.Auc.Value.HalfWidth, 0, outcome.History[^1].Test!.AucBound!.Value / 4);
    }

    [Fact]
    public async Task A_slow_site_starts_again_at_once_from_the_newest_version()
    {
        // At 2.5 s the third site delivers what it trained from version 0 and goes on from version 2, which version 3
        // follows at 3 s.
        Trace trace = new();
        await RunAsync(TestData.Sites(Spec, 20, 20, 20), [1, 1, 2.5], new BufferOptions { Arrivals = 2 }, 7, trace);
        Assert.Equal([0, 2], trace.Bases(site: 2).Take(2));
    }

    /// <summary>
    /// A contribution to version v from version b is followed by one from v - 1, the newest at its delivery, or from v
    /// where b is the newest: never twice from one, never twice in a sum.
    /// </summary>
    [Fact]
    public async Task Every_site_goes_on_from_the_newest_version_and_contributes_once_for_each()
    {
        int deferred = 0;
        for (ulong seed = 1; seed <= 12; seed++)
        {
            SeededRandom random = SeededRandom.For(seed, "paces");
            double[] seconds =
                [.. Enumerable.Range(0, 6).Select(_ => 0.2 + (5 * random.NextDouble() * random.NextDouble()))];
            Trace trace = new();
            await RunAsync(TestData.Sites(Spec, 8, 8, 8, 8, 8, 8), seconds,
                new BufferOptions { Arrivals = 3, MaxStaleness = 1000 }, 25, trace);
            Assert.All(trace.Sums,
                sum => Assert.Equal(3, sum.Select(contribution => contribution.SiteIndex).Distinct().Count()));
            for (int site = 0; site < 6; site++)
            {
                (int Version, int Base)[] made = [.. trace.Sums.SelectMany((sum, i) =>
                    sum.Where(contribution => contribution.SiteIndex == site)
                    .Select(contribution => (i + 1, contribution.BaseVersion!.Value)))];
                for (int i = 0; i + 1 < made.Length; i++)
                {
                    (int version, int from) = made[i];
                    Assert.Equal(from < version - 1 ? version - 1 : version, made[i + 1].Base);
                    deferred += made[i + 1].Base < made[i + 1].Version - 1 ? 1 : 0;
                }
            }
        }

        Assert.True(deferred > 0, "no site was ever behind");
    }

    [Fact]
    public async Task Versions_between_evaluations_have_no_metrics_the_last_has_and_resuming_changes_nothing()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 20, 20, 20);
        BufferOptions buffer = new() { Arrivals = 2, EvaluateEvery = 3 };
        Trace trace = new();
        TrainingOutcome whole = await RunAsync(sites, [1, 1.3, 4, 0.4], buffer, 8, trace);
        Assert.Equal([3, 6, 8], whole.History.Where(record => record.Test is not null).Select(record => record.Round));
        Assert.Equal([3, 6, 8], trace.Told);
        foreach (TrainingCheckpoint checkpoint in trace.Checkpoints)
        {
            TrainingOutcome resumed = await RunAsync(sites, [1, 1.3, 4, 0.4], buffer, 8, new Trace(), checkpoint);
            Assert.Equal(whole.Model.Values, resumed.Model.Values);
            Assert.Equal(whole.History.Select(record => record.Test), resumed.History.Select(record => record.Test));
            Assert.Equal(whole.Checkpoint.InFlight, resumed.Checkpoint.InFlight);
        }

        Assert.Throws<ArgumentException>(() => new BufferedAggregation(
            Options(2, [1, 1, 1, 1]), buffer with { EvaluateEvery = 0 }, sites,
            new GradientTrainer(Spec, new LocalTrainingOptions()), new PlaintextSum()));
    }

    [Fact]
    public async Task Patience_counts_the_versions_that_were_measured()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 20, 20, 20);
        FederationOptions options = Options(40, [1, 1, 1, 1]);
        options = options with { Stopping = options.Stopping with { Metric = RoundMetric.TestLoss, Target = 0.68 } };
        TrainingOutcome outcome = await new BufferedAggregation(
            options, new BufferOptions { Arrivals = 4, EvaluateEvery = 2 }, sites,
            new GradientTrainer(Spec, new LocalTrainingOptions()), new PlaintextSum())
            .RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(StopReason.Target, outcome.Stopped);
        Assert.Equal(0, outcome.History.Length % 2);
        Assert.True(outcome.Test.MeanLoss <= 0.68);
    }

    private static FederationOptions Options(int rounds, double[] seconds) => new()
    {
        Stopping = new StoppingRules { Rounds = rounds },
        Timing = new ConstantTiming(seconds),
    };

    private static Task<TrainingOutcome> RunAsync(
        IReadOnlyList<FederatedSite> sites, double[] seconds, BufferOptions buffer, int rounds, Trace trace,
        TrainingCheckpoint? resume = null) =>
        new BufferedAggregation(Options(rounds, seconds), buffer, sites,
            new GradientTrainer(Spec, new LocalTrainingOptions { BatchSize = 8 }), trace)
            .RunAsync(resume, trace, TestContext.Current.CancellationToken);

    private sealed class Trace : ISecureSum, IRunObserver
    {
        private readonly PlaintextSum _sum = new();

        public float? Clip => null;

        public List<IReadOnlyList<SiteContribution>> Sums { get; } = [];

        public List<TrainingCheckpoint> Checkpoints { get; } = [];

        public List<int> Told { get; } = [];

        public IEnumerable<int> Bases(int site) =>
            Sums.SelectMany(sum => sum).Where(contribution => contribution.SiteIndex == site)
            .Select(contribution => contribution.BaseVersion!.Value);

        public ValueTask<SecureSumResult> AggregateAsync(SecureSumRequest request,
            CancellationToken cancellationToken = default)
        {
            if (request.Contributions[0].Update.Length > 0)
            {
                Sums.Add(request.Contributions);
            }

            return _sum.AggregateAsync(request, cancellationToken);
        }

        public ValueTask OnCheckpointAsync(TrainingCheckpoint checkpoint, CancellationToken cancellationToken)
        {
            Checkpoints.Add(checkpoint);
            return ValueTask.CompletedTask;
        }

        public ValueTask OnRoundAsync(RoundRecord record, CancellationToken cancellationToken)
        {
            Told.Add(record.Round);
            return ValueTask.CompletedTask;
        }
    }
}
