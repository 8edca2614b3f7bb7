using SecureFL.Learning.Models;
using SecureFL.Learning.Privacy;
using SecureFL.Learning.Rounds;
using SecureFL.Rlwe.Quantization;
using SecureFL.Simulation;

namespace SecureFL.Learning.Tests.Rounds;

/// <summary>
/// What quantisation takes is not lost: exact sums, a lower loss at few bits, and the same weights in every way to run
/// it.
/// </summary>
public sealed class ErrorFeedbackTests
{
    private const int FewestBits = 4;
    private static readonly ModelSpec Spec = ModelSpec.Logistic(6);
    private static readonly LocalTrainingOptions Local = new()
    { BatchSize = 0, Steps = 5, Optimizer = new LocalOptimizerOptions { LearningRate = 0.05f } };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// Updates of which each is a whole number of units, some beyond the clip: sums of doubles up to 2^53 of them are
    /// exact.
    /// </summary>
    [Theory]
    [InlineData(Rounding.Nearest)]
    [InlineData(Rounding.Stochastic)]
    public void What_was_sent_and_what_is_left_add_up_to_the_updates_exactly(Rounding rounding)
    {
        const int Length = 300;
        const float Clip = 7;
        SeededRandom random = SeededRandom.For(8, "feedback");
        ErrorFeedback feedback = new(step: 1);
        long[] residual = [];
        double[] updates = new double[Length];
        long[] sent = new long[Length];
        bool clipped = false;
        for (int round = 1; round <= 50; round++)
        {
            float[] update = [.. Enumerable.Range(0, Length)
                .Select(_ => (float)Math.ScaleB(Math.Round((random.NextDouble() - 0.5) * (1 << 23)), -19))];
            long[] intended = feedback.Intend(update, residual)!;
            Quantizer quantizer = new(FewestBits, Clip, rounding, (ulong)round);
            int[] integers = new int[Length];
            quantizer.Quantize(feedback.ToValues(intended), integers);
            residual = ErrorFeedback.Left(intended, integers);
            for (int i = 0; i < Length; i++)
            {
                updates[i] += update[i];
                sent[i] += integers[i];
                clipped |= Math.Abs(update[i]) > Clip;
            }
        }

        Assert.True(clipped);
        Assert.All(Enumerable.Range(0, Length),
            i => Assert.Equal(updates[i], sent[i] + Math.ScaleB(residual[i], -ErrorFeedback.FractionBits)));
    }

    [Fact]
    public void What_grows_without_bound_is_no_residual()
    {
        ErrorFeedback feedback = new(step: 0.5);
        Assert.Null(feedback.Intend([float.NaN], []));
        Assert.Null(feedback.Intend([float.PositiveInfinity], []));
        Assert.Null(feedback.Intend([1e9f], []));
        long[] most = [(1L << 61) - (1L << 31)];
        Assert.NotNull(feedback.Intend([0f], most));
        Assert.Null(feedback.Intend([0.5f], most));
        Assert.Throws<ArgumentException>(() => feedback.Intend([1f, 2f], most));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ErrorFeedback(0));
    }

    /// <summary>
    /// Four bits: seven steps on either side of zero, far above what an update becomes near the end. The mean over the
    /// last hundred rounds, since rounding at random makes each jump.
    /// </summary>
    [Theory]
    [InlineData(Rounding.Nearest, 0.1)]
    [InlineData(Rounding.Stochastic, 0.5, Traits = ["Category", "Slow"])]
    public async Task At_few_bits_the_loss_is_lower_and_near_that_of_floats(Rounding rounding, double share)
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 60, 80, 100);
        double floats = await LossAsync(new PlaintextSum(), feedback: true);
        double without = await LossAsync(Coarse(rounding), feedback: false);
        double with = await LossAsync(Coarse(rounding), feedback: true);
        Assert.True(without > floats + 0.002 && with < floats + (share * (without - floats)),
            $"{with} with error feedback, {without} without, {floats} in floats");

        async Task<double> LossAsync(ISecureSum sum, bool feedback) =>
            (await RunAsync(Options(200) with { ErrorFeedback = feedback }, sites, sum,
                local: Local with { Optimizer = new LocalOptimizerOptions { LearningRate = 0.1f } }))
                .History[^100..].Average(round => round.TrainLoss!.Value);
    }

    [Fact]
    public async Task Encrypted_clear_and_resumed_runs_have_the_same_weights_and_residuals()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 30, 40, 50);
        FederationOptions options = Options(6) with { ErrorFeedback = true, SitesPerRound = 3, WeightUnit = 35 };
        TrainingOutcome whole = await RunAsync(options, sites, Coarse());
        Assert.NotEqual(whole.Model.Values,
            (await RunAsync(options with { ErrorFeedback = false }, sites, Coarse())).Model.Values);
        Assert.Equal(whole.Model.Values,
            (await RunAsync(options with { Parallelism = 4 }, sites, Coarse())).Model.Values);
        Assert.Equal(4, whole.Checkpoint.Residuals.Count);
        Assert.Contains(whole.Checkpoint.Residuals.Values, residual => residual.Any(value => value != 0));

        using EncryptedSum encrypted = new(new EncryptedSumOptions { Sites = 4, Clip = 2f, Bits = FewestBits });
        AssertSame(whole, await RunAsync(options, sites, encrypted));

        // After two rounds, by a file.
        TrainingOutcome part = await RunAsync(options with { Stopping = new StoppingRules { Rounds = 2 } },
            sites, Coarse());
        using MemoryStream file = new();
        CheckpointFormat.Write(file, part.Checkpoint);
        file.Position = 0;
        AssertSame(whole, await RunAsync(options, sites, Coarse(), CheckpointFormat.Read(file, "checkpoint")));

        // A run that stops has opened one more sum, which is not applied and must leave no residual.
        RoundMetricInfo loss = RoundMetricInfo.Of(RoundMetric.TrainLoss);
        double target = loss.Read(whole.History[2])!.Value;
        TrainingOutcome stopped = await RunAsync(
            options with
            {
                Stopping = new StoppingRules
                { Rounds = 6, Metric = RoundMetric.TrainLoss, Target = target }
            }, sites, Coarse());
        Assert.Equal(StopReason.Target, stopped.Stopped);
        Assert.True(stopped.Checkpoint.Version < 6);
        AssertSame(whole, await RunAsync(options, sites, Coarse(), stopped.Checkpoint));
        await Assert.ThrowsAsync<ArgumentException>(
            () => RunAsync(options with { ErrorFeedback = false }, sites, Coarse(), stopped.Checkpoint));
    }

    [Fact]
    public async Task A_site_that_is_not_in_the_sum_keeps_what_it_had()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 30, 40);
        FederationOptions options = Options(3) with
        { ErrorFeedback = true, WeightUnit = 30, OnTrainerFault = TrainerFaultRule.LeaveOut };
        List<TrainingCheckpoint> checkpoints = [];
        FederatedAveraging run = new(options, sites,
            new FailingTrainer(new GradientTrainer(Spec, Local), request => request is { Site: "s1", Round: 2 }),
            Coarse());
        await run.RunAsync(observer: new Keeper(checkpoints), cancellationToken: Token);
        Assert.Equal(checkpoints[0].Residuals[1], checkpoints[1].Residuals[1]);
        Assert.NotEqual(checkpoints[1].Residuals[1], checkpoints[2].Residuals[1]);
        Assert.NotEqual(checkpoints[0].Residuals[0], checkpoints[1].Residuals[0]);
    }

    [Fact]
    public async Task Asynchronous_runs_resume_with_their_residuals()
    {
        IReadOnlyList<FederatedSite> sites = TestData.Sites(Spec, 20, 30, 40);
        FederationOptions options = Options(8) with
        { ErrorFeedback = true, WeightUnit = 30, Timing = new ConstantTiming(1, 2.5, 4) };
        BufferOptions pace = new() { Arrivals = 2 };
        Task<TrainingOutcome> Run(int rounds, TrainingCheckpoint? from = null) => new BufferedAggregation(
            options with { Stopping = new StoppingRules { Rounds = rounds } }, pace, sites,
            new GradientTrainer(Spec, Local), Coarse()).RunAsync(from, cancellationToken: Token);
        TrainingOutcome whole = await Run(8);
        AssertSame(whole, await Run(8, (await Run(3)).Checkpoint));
        Assert.Equal(3, whole.Checkpoint.Residuals.Count);
    }

    [Fact]
    public void Rows_with_a_bound_of_their_own_do_not_go_with_it()
    {
        RecordPrivacyTrainer trainer = new(Spec, 0.1, 0.5, 1);
        ArgumentException refused = Assert.Throws<ArgumentException>(
            () => new FederatedAveraging(Options(1) with { ErrorFeedback = true }, TestData.Sites(Spec, 20, 30),
                trainer, Coarse()));
        Assert.Contains("does not go with record privacy", refused.Message, StringComparison.Ordinal);
        _ = new FederatedAveraging(Options(1), TestData.Sites(Spec, 20, 30), trainer, Coarse());
    }

    private static QuantizedReferenceSum Coarse(Rounding rounding = Rounding.Stochastic) =>
        new(new EncryptedSumOptions { Sites = 4, Clip = 2f, Bits = FewestBits, Rounding = rounding });

    private static FederationOptions Options(int rounds) =>
        new() { Seed = 3, Stopping = new StoppingRules { Rounds = rounds } };

    private static Task<TrainingOutcome> RunAsync(FederationOptions options, IReadOnlyList<FederatedSite> sites,
        ISecureSum sum, TrainingCheckpoint? resume = null, LocalTrainingOptions? local = null) =>
        new FederatedAveraging(options, sites, new GradientTrainer(Spec, local ?? Local), sum).RunAsync(resume,
            cancellationToken: Token);

    private static void AssertSame(TrainingOutcome expected, TrainingOutcome actual)
    {
        Assert.Equal(expected.Model.Values, actual.Model.Values);
        Assert.Equal(expected.Checkpoint.Residuals.Keys, actual.Checkpoint.Residuals.Keys);
        Assert.All(expected.Checkpoint.Residuals,
            pair => Assert.Equal(pair.Value, actual.Checkpoint.Residuals[pair.Key]));
    }

    private sealed class Keeper(List<TrainingCheckpoint> checkpoints) : IRunObserver
    {
        public ValueTask OnRoundAsync(RoundRecord record, CancellationToken cancellationToken) =>
            ValueTask.CompletedTask;

        public ValueTask OnCheckpointAsync(TrainingCheckpoint checkpoint, CancellationToken cancellationToken)
        {
            checkpoints.Add(checkpoint);
            return ValueTask.CompletedTask;
        }
    }
}
