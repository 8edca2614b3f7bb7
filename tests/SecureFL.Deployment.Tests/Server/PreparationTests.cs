using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Plans;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Rlwe.Planning;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>
/// Rounds before the first one: scaling, target scaling, weight unit and clips from secure sums, in both suites, over
/// restarts.
/// </summary>
public sealed class PreparationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-preparation-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false, true, ScalingKind.Federated)]
    [InlineData(true, false, ScalingKind.Federated)]
    [InlineData(false, false, ScalingKind.MinMax)]
    public async Task A_prepared_session_gives_the_weights_of_the_simulated_one_bit_for_bit(bool jointKey, bool restart,
        ScalingKind scaling)
    {
        TrainingTerms terms = Terms(scaling);
        Assert.Equal(2, terms.Preparation.Steps.Length);
        await using TestSession session =
            new(terms, configure: settings => settings, jointKey: jointKey ? new JointKeyRequest(3, 2, 100) : null);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        ClientService[] clients = [.. Enumerable.Range(0, 4)
            .Select(i => session.Service(i, session.Source(terms, i), Path.Combine(_folder.FullName, $"c{i}")))];
        Task<RoundState[]> running = Task.WhenAll(
            clients.Select(client => client.RunAsync(only: null, once: false, Token)));
        if (restart)
        {
            await session.UntilAsync(
                state => state is { Round: 0, Kind: RoundKind.Preparation, Contributions: > 0 } or { Round: > 0 });
            await session.RestartAsync();
            await session.UntilAsync(state => state.Round >= 1);
            await session.RestartAsync();
        }

        RoundState[] ended = await running;
        (PreparedState prepared, TrainingOutcome clear) = await InTheClear.TrainAsync(session, terms);
        float[] values = await clients[0].FetchModelAsync(ended[0], Token);
        Assert.Equal(clear.Model.Values, VersionValues.Delivered(terms, values).Values);
        PreparedState told = VersionValues.Progress(terms, session.Plan, values).State;
        Assert.Equal(prepared.Shared!.Offset, told.Shared!.Offset);
        Assert.Equal(prepared.Shared.Factor, told.Shared.Factor);
        Assert.Equal(prepared.Targets, told.Targets);
        Assert.Equal(prepared.Clips!.Values, told.Clips!.Values);

        using FileStream file = File.OpenRead(Path.Combine(session.Folder, "model.safetensors"));
        ModelBundle bundle = ModelBundle.Read(file, "model");
        Assert.Equal(clear.Model.Values, bundle.Parameters.Values);
        Assert.Equal(prepared.Targets, bundle.Targets);
        Assert.Equal(prepared.Shared.Factor, bundle.ScalingFor(null)!.Factor);

        StatusReply status = session.Host!.Engine.Status(0);
        Assert.Equal([RoundKind.Preparation, RoundKind.Preparation],
            status.Recent.Where(round => round.Outcome == RoundPhase.Opened).Take(2).Select(round => round.Kind));
        Assert.All(status.Recent.Where(round => round.Outcome == RoundPhase.Opened),
            round => Assert.Equal(4, round.Contributors.Count));
        Assert.True(session.Verify().IsValid);
    }

    [Fact]
    public async Task A_client_refuses_to_train_before_the_preparation_and_to_prepare_after_it()
    {
        TrainingTerms terms = Terms(ScalingKind.Federated);
        await using TestSession session = new(terms);
        TrainingSource source = session.Source(terms, 0);
        float[] values = [.. terms.CreateBuiltInTrainer()!.CreateInitial(terms.Seed).Values,
            .. PreparationProgress.Of(terms.Preparation, []).ToValues()];
        SiteTask Task(RoundKind kind) => new(kind, ModelStamp.Of(0, values), values, _ => true);
        Assert.Equal(source.ModelLength, values.Length);
        await Assert.ThrowsAsync<ProtocolViolationException>(() => source.CreateAsync(Task(RoundKind.Training), Token));
        ContributionValues contribution = await source.CreateAsync(Task(RoundKind.Preparation), Token);
        Assert.All(contribution.Vector, value => Assert.Equal(0, value));
        values[^1] = 0.5f;
        values[terms.Layout.Length] = 2;
        await Assert.ThrowsAsync<ProtocolViolationException>(() => source.CreateAsync(Task(RoundKind.Training), Token));
    }

    /// <summary>Values of any totals read back, and other values are refused.</summary>
    [Fact]
    public void Progress_survives_the_values_of_a_version()
    {
        PreparationSteps steps = PreparationSteps.For(
            PreparationTerms.For(ScalingKind.Federated, null, 1, LearningTask.Regression, 0) with
            { Rows = true, Clips = new ModelLayout([("w", [1])]) }, 512);
        long[] totals = [3, 30, 25, -(1L << 61), 1L << 40, -5, 0, 7, 0, 0, 0, 0, 1L << 62];
        PreparationProgress progress = PreparationProgress.Of(steps, []).Advance(totals);
        PreparationProgress read = PreparationProgress.FromValues(steps, progress.ToValues());
        Assert.Equal(progress.Totals, read.Totals);
        Assert.Equal(1, read.Opened);
        Assert.False(read.IsComplete);
        Assert.Equal(progress.Totals, PreparationProgress.Of(steps, progress.Totals).Totals);
        float[] broken = progress.ToValues();
        broken[3] = 65536;
        Assert.Throws<ArgumentException>(() => PreparationProgress.FromValues(steps, broken));
        broken[0] = 5;
        Assert.Throws<ArgumentException>(() => PreparationProgress.FromValues(steps, broken));
        Assert.Throws<ArgumentException>(() => PreparationProgress.FromValues(steps, broken.AsSpan(1)));
    }

    private static TrainingTerms Terms(ScalingKind scaling)
    {
        ModelSpec spec = ModelSpec.Linear(PlanSamples.Schema.Width);
        return TestSession.Terms(rounds: 2) with
        {
            Model = ModelTerms.Of(spec),
            Stopping = new StoppingRules { Rounds = 2, Metric = RoundMetric.TestR2 },
            WeightUnit = null,
            Clips = [],
            Data = new DataTerms
            {
                Schema = PlanSamples.Schema with
                { Label = new LabelSchema { Name = "days", Task = LearningTask.Regression } },
                Scaling = scaling,
            },
        };
    }
}
