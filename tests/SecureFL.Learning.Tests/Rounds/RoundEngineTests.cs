using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Simulation;

namespace SecureFL.Learning.Tests.Rounds;

public class RoundEngineTests
{
    private static readonly ModelSpec Spec = ModelSpec.Logistic(6);

    private static readonly LocalTrainingOptions Local = new()
    { BatchSize = 8, Epochs = 2, Optimizer = new LocalOptimizerOptions { LearningRate = 0.05f } };

    private static FederationOptions Options(int rounds, string kind = "fedAvg") => new()
    {
        Seed = 3,
        Stopping = new StoppingRules { Rounds = rounds },
        ServerOptimizer = new ServerOptimizerOptions(ServerMethods.Of(kind))
        { LearningRate = kind == "fedAvg" ? 1 : 0.05 },
    };

    [Fact]
    public async Task One_round_is_the_weighted_mean_of_the_sites_models()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 10, 25, 60);
        foreach (Weighting weighting in Enum.GetValues<Weighting>())
        {
            TrainingOutcome outcome = await RunAsync(Options(1) with { Weighting = weighting }, sites,
                new PlaintextSum());
            double[] expected = new double[7];
            double total = 0;
            GradientTrainer trainer = new(Spec, Local);
            for (int s = 0; s < sites.Count; s++)
            {
                LocalTrainingResult result = await trainer.TrainAsync(
                    new LocalTrainingRequest
                    {
                        Global = trainer.CreateInitial(3),
                        Train = sites[s].Train,
                        Site = sites[s].Name,
                        SiteIndex = s,
                        Round = 1,
                        Seed = 3
                    },
                    TestContext.Current.CancellationToken);
                double weight = weighting == Weighting.Samples ? result.Samples : 1;
                total += weight;
                for (int i = 0; i < 7; i++)
                {
                    expected[i] += weight * result.Weights[i];
                }
            }

            Assert.All(expected.Zip(outcome.Model.Values), pair => Assert.Equal(pair.First / total, pair.Second, 1e-6));
        }
    }

    [Fact]
    public async Task Metrics_describe_the_model_after_each_round()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 30, 40);
        Recorder recorder = new();
        TrainingOutcome outcome = await RunAsync(Options(4), sites, new PlaintextSum(), observer: recorder);
        Assert.Equal(4, outcome.History.Length);
        Assert.Equal([1, 2, 3, 4], recorder.Rounds.Select(record => record.Round));
        Assert.Equal(4, recorder.Checkpoints.Count);
        for (int r = 0; r < 4; r++)
        {
            float[] weights = recorder.Checkpoints[r].Weights;
            EvaluationCounts test = Evaluator.Evaluate(Spec, weights,
                Dataset.Concatenate([.. sites.Select(site => site.Test!)]));
            EvaluationCounts train = Evaluator.Evaluate(Spec, weights,
                Dataset.Concatenate([.. sites.Select(site => site.Train)]));
            Assert.Equal(test.Accuracy, outcome.History[r].TestAccuracy);
            Assert.Equal(test.Auc!.Value.Value, outcome.History[r].Test!.Auc!.Value, 1e-12);
            Assert.Equal(train.MeanLoss!.Value, outcome.History[r].TrainLoss!.Value, 1e-4);
            Assert.Equal(40, outcome.History[r].Test!.Samples);
        }

        Assert.Equal(outcome.Test.Accuracy, outcome.History[^1].TestAccuracy);
    }

    [Fact]
    public async Task One_seed_repeats_every_weight_and_parallel_sites_change_nothing()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 30, 40, 50);
        FederationOptions options = Options(6, "fedAdam") with { SitesPerRound = 3 };
        QuantizedReferenceSum sum = TestData.Quantised(sites.Count, 1f, 12);
        float[] first = (await RunAsync(options, sites, sum)).Model.Values;
        Assert.Equal(first, (await RunAsync(options, sites, sum)).Model.Values);
        Assert.Equal(first, (await RunAsync(options with { Parallelism = 4 }, sites, sum)).Model.Values);
        Assert.NotEqual(first, (await RunAsync(options with { Seed = 4 }, sites, sum)).Model.Values);
    }

    [Theory]
    [InlineData("fedAvg")]
    [InlineData("fedAvgM")]
    [InlineData("fedYogi")]
    public async Task A_resumed_run_ends_with_the_same_weights(string kind)
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 30, 40);
        FederationOptions options = Options(7, kind) with
        { SitesPerRound = 2, AverageDecay = 0.5, Timing = new ConstantTiming(1, 2, 3) };
        QuantizedReferenceSum sum = TestData.Quantised(sites.Count, 1f, 10);
        Recorder recorder = new();
        TrainingOutcome whole = await RunAsync(options, sites, sum, observer: recorder);
        for (int round = 0; round < 7; round++)
        {
            MemoryStream file = new();
            CheckpointFormat.Write(file, recorder.Checkpoints[round]);
            TrainingCheckpoint checkpoint = CheckpointFormat.Read(new MemoryStream(file.ToArray()), "checkpoint");
            TrainingOutcome resumed = await RunAsync(options, sites, sum, checkpoint);
            Assert.Equal(whole.Model.Values, resumed.Model.Values);
            Assert.Equal(whole.Checkpoint.Weights, resumed.Checkpoint.Weights);
            Assert.Equal(whole.History.Select(Describe), resumed.History.Select(Describe));
        }
    }

    [Fact]
    public async Task Asynchronous_runs_repeat_and_resume()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 30, 40, 25);
        FederationOptions options = Options(12) with { Timing = new ConstantTiming(7.5, 1, 1.5, 2) };
        BufferOptions buffer = new() { Arrivals = 2, MaxStaleness = 3 };
        QuantizedReferenceSum sum = TestData.Quantised(sites.Count, 1f, 10);
        Recorder recorder = new();
        CancellationToken token = TestContext.Current.CancellationToken;
        TrainingOutcome whole = await Engine().RunAsync(observer: recorder, cancellationToken: token);
        Assert.Equal(whole.Model.Values, (await Engine().RunAsync(cancellationToken: token)).Model.Values);
        Assert.Contains(whole.History, record => record.MeanStaleness > 0);
        Assert.Contains(whole.History, record => record.LeftBehind.Contains("s0"));
        Assert.All(whole.History, record => Assert.Equal(2, record.Contributors.Distinct().Count()));
        for (int round = 0; round < 12; round++)
        {
            MemoryStream file = new();
            CheckpointFormat.Write(file, recorder.Checkpoints[round]);
            TrainingCheckpoint checkpoint = CheckpointFormat.Read(new MemoryStream(file.ToArray()), "checkpoint");
            TrainingOutcome resumed = await Engine().RunAsync(checkpoint, cancellationToken: token);
            Assert.Equal(whole.Model.Values, resumed.Model.Values);
            Assert.Equal(whole.History.Select(Describe), resumed.History.Select(Describe));
        }

        BufferedAggregation Engine() => new(options, buffer, sites, new GradientTrainer(Spec, Local), sum);
    }

    [Fact]
    public async Task With_all_sites_equally_fast_and_K_all_of_them_buffered_rounds_are_synchronous_ones()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 30, 40);
        FederationOptions options = Options(5) with { Timing = new ConstantTiming(2, 2, 2) };
        TrainingOutcome synchronous = await RunAsync(options, sites, new PlaintextSum());
        TrainingOutcome buffered = await new BufferedAggregation(options, new BufferOptions { Arrivals = 3 }, sites,
            new GradientTrainer(Spec, Local), new PlaintextSum())
            .RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(synchronous.Model.Values, buffered.Model.Values);
        Assert.Equal(10, buffered.Checkpoint.SimulatedSeconds, 1e-12);
    }

    [Fact]
    public async Task Old_updates_weigh_less()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 20);
        FederationOptions options = Options(4) with { Timing = new ConstantTiming(3.5, 1), WeightUnit = 20 };
        Capture capture = new();
        await new BufferedAggregation(options, new BufferOptions { Arrivals = 1 }, sites,
            new GradientTrainer(Spec, Local), capture)
            .RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        SiteContribution late = capture.Requests.Where(request => request.Contributions[0].Update.Length > 0)
            .Select(request => request.Contributions[0]).Single(contribution => contribution.SiteIndex == 0);
        GradientTrainer trainer = new(Spec, Local);
        LocalTrainingResult fresh = await trainer.TrainAsync(
            new LocalTrainingRequest
            {
                Global = trainer.CreateInitial(3),
                Train = sites[0].Train,
                Site = "s0",
                SiteIndex = 0,
                Round = 1,
                Seed = 3
            },
            TestContext.Current.CancellationToken);
        Assert.All(fresh.Weights.Zip(late.Update), pair => Assert.Equal(pair.First / 2, pair.Second, 1e-6f));
    }

    [Fact]
    public async Task Stragglers_are_left_behind_at_the_deadline()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 20, 20);
        FederationOptions options = Options(3) with
        { Timing = new ConstantTiming(1, 9, 2), DeadlineSeconds = 4, MinimumContributors = 2 };
        TrainingOutcome outcome = await RunAsync(options, sites, new PlaintextSum());
        Assert.All(outcome.History, record =>
        {
            Assert.Equal(["s0", "s2"], record.Contributors);
            Assert.Equal(["s1"], record.LeftBehind);
        });
        Assert.Equal(12, outcome.Checkpoint.SimulatedSeconds);
        TooFewContributorsException fault = await Assert.ThrowsAsync<TooFewContributorsException>(
            () => RunAsync(options with { MinimumContributors = 3 }, sites, new PlaintextSum()));
        Assert.Equal((1, 2, 3), (fault.Round, fault.Present, fault.Minimum));
    }

    [Fact]
    public async Task Training_stops_at_its_target_with_the_model_that_reached_it()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 50, 60);
        FederationOptions options = Options(50);
        TrainingOutcome full = await RunAsync(options, sites, new PlaintextSum());
        double target = full.History[2].TestAccuracy!.Value;
        int first = full.History.First(record => record.TestAccuracy >= target).Round;
        Recorder recorder = new();
        TrainingOutcome stopped = await RunAsync(
            options with { Stopping = options.Stopping with { Target = target } }, sites, new PlaintextSum(),
            observer: recorder);
        Assert.Equal(StopReason.Target, stopped.Stopped);
        Assert.Equal(first, stopped.History.Length);
        Assert.Equal(recorder.Checkpoints[^1].Weights, stopped.Model.Values);
        Assert.True(stopped.Test.Accuracy >= target);
    }

    [Fact]
    public async Task The_average_follows_its_recurrence_and_is_what_is_delivered()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 30);
        Recorder recorder = new();
        TrainingOutcome outcome = await RunAsync(Options(5) with { AverageDecay = 0.3 }, sites, new PlaintextSum(),
            observer: recorder);
        double[] average = new double[7];
        for (int t = 1; t <= 5; t++)
        {
            double k = Math.Min(0.3, (1.0 + t) / (10 + t));
            for (int i = 0; i < 7; i++)
            {
                average[i] = (k * average[i]) + ((1 - k) * recorder.Checkpoints[t - 1].Weights[i]);
            }
        }

        Assert.All(average.Zip(outcome.Model.Values), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.NotEqual(outcome.Checkpoint.Weights, outcome.Model.Values);
    }

    [Fact]
    public async Task Large_sites_can_be_capped_and_clipped_elements_are_counted()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 10, 1000);
        Capture capture = new() { Clip = 0.001f };
        TrainingOutcome outcome = await RunAsync(Options(1) with { WeightUnit = 100, MaxWeight = 2 }, sites, capture);
        SecureSumRequest round = capture.Requests.First(request => request.Contributions[0].Update.Length > 0);
        Assert.Equal([10L, 200L], round.Contributions.Select(contribution => contribution.Counters[0]));
        long expected = round.Contributions.Sum(contribution => UpdateClip.CountClipped(contribution.Update, 0.001f));
        Assert.InRange(expected, 1, 14);
        Assert.Equal(expected, outcome.History[0].ClippedElements);
    }

    [Fact]
    public async Task A_checkpoint_of_another_run_is_refused()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 30);
        Recorder recorder = new();
        await RunAsync(Options(2), sites, new PlaintextSum(), observer: recorder);
        await Assert.ThrowsAsync<ArgumentException>(
            () => RunAsync(Options(2) with { Seed = 9 }, sites, new PlaintextSum(), recorder.Checkpoints[0]));
        await Assert.ThrowsAsync<ArgumentException>(
            () => RunAsync(Options(2), TestData.Sites(Spec, 20, 31), new PlaintextSum(), recorder.Checkpoints[0]));
        Assert.Throws<DataFormatException>(() => CheckpointFormat.Read(new MemoryStream([1, 2, 3]), "x"));

        // More rounds than planned at first are the same run, continued.
        TrainingOutcome longer = await RunAsync(Options(4), sites, new PlaintextSum(), recorder.Checkpoints[1]);
        Assert.Equal((await RunAsync(Options(4), sites, new PlaintextSum())).Model.Values, longer.Model.Values);
    }

    [Fact]
    public void Options_that_cannot_work_are_refused()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 30);
        GradientTrainer trainer = new(Spec, Local);
        PlaintextSum sum = new();
        Assert.Throws<ArgumentException>(
            () => new FederatedAveraging(Options(1) with { SitesPerRound = 3 }, sites, trainer, sum));
        Assert.Throws<ArgumentException>(
            () => new FederatedAveraging(Options(1) with { MinimumContributors = 3 }, sites, trainer, sum));
        Assert.Throws<ArgumentException>(
            () => new FederatedAveraging(Options(1) with { DeadlineSeconds = 3 }, sites, trainer, sum));
        Assert.Throws<ArgumentException>(() => new FederatedAveraging(Options(1), [sites[0], sites[0]], trainer, sum));
        Assert.Throws<ArgumentException>(() => new FederatedAveraging(Options(1), [], trainer, sum));
        Assert.Throws<ArgumentException>(
            () => new BufferedAggregation(Options(1), new BufferOptions { Arrivals = 1 }, sites, trainer, sum));
        FederationOptions timed = Options(1) with { Timing = new ConstantTiming(1, 1) };
        Assert.Throws<ArgumentException>(
            () => new BufferedAggregation(timed, new BufferOptions { Arrivals = 3 }, sites, trainer, sum));
    }

    private static Task<TrainingOutcome> RunAsync(
        FederationOptions options, IReadOnlyList<FederatedSite> sites, ISecureSum sum,
        TrainingCheckpoint? resume = null, IRunObserver? observer = null) =>
        new FederatedAveraging(options, sites, new GradientTrainer(Spec, Local), sum).RunAsync(resume, observer,
            TestContext.Current.CancellationToken);

    private static string Describe(RoundRecord record) => System.Text.Json.JsonSerializer.Serialize(record);

    private sealed class Recorder : IRunObserver
    {
        public List<TrainingCheckpoint> Checkpoints { get; } = [];

        public List<RoundRecord> Rounds { get; } = [];

        public ValueTask OnCheckpointAsync(TrainingCheckpoint checkpoint, CancellationToken cancellationToken)
        {
            Checkpoints.Add(checkpoint);
            return ValueTask.CompletedTask;
        }

        public ValueTask OnRoundAsync(RoundRecord record, CancellationToken cancellationToken)
        {
            Rounds.Add(record);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Capture : ISecureSum
    {
        private readonly PlaintextSum _inner = new();

        public float? Clip { get; init; }

        public List<SecureSumRequest> Requests { get; } = [];

        public ValueTask<SecureSumResult> AggregateAsync(SecureSumRequest request,
            CancellationToken cancellationToken = default)
        {
            Requests.Add(request);
            return _inner.AggregateAsync(request, cancellationToken);
        }
    }
}
