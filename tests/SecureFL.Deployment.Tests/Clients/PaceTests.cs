using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Clients;

/// <summary>Asynchronous and sampled rounds with a real server on loopback.</summary>
public sealed class PaceTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-pace-");

    [Fact]
    public async Task Sampled_rounds_are_those_of_the_simulation_and_who_is_not_drawn_sits_out()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 4) with { SitesPerRound = 3 };
        await using TestSession session = new(terms);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        ClientService[] clients =
            [.. Enumerable.Range(0, 4).Select(i => session.Service(i, Source(session, terms, i), State(i)))];
        Task<RoundState[]> running = Task.WhenAll(
            clients.Select(client => client.RunAsync(only: null, once: false, Token)));
        await session.UntilAsync(state => state.ModelVersion >= 1);
        await session.RestartAsync();
        RoundState[] ended = await running;

        RoundSummary[] training =
            [.. session.Host!.Engine.Status(0).Recent.Where(round => round.Kind == RoundKind.Training)];
        for (int version = 0; version < 4; version++)
        {
            int[] drawn = ClientSampling.Choose(4, 3, terms.Seed, version + 1);
            Assert.Equal(drawn.Select(client => $"hospital {client}"), training[version].Contributors);
        }

        Assert.Equal(4, session.Host!.Engine.Status(0).Recent
            .Single(round => round.Kind == RoundKind.Evaluation).Contributors.Count);
        Assert.True(training.SelectMany(round => round.Contributors).Distinct().Count() > 3);
        (_, TrainingOutcome clear) = await InTheClear.TrainAsync(session, terms);
        Assert.Equal(clear.Model.Values,
            VersionValues.Delivered(terms, await clients[0].FetchModelAsync(ended[0], Token)).Values);
    }

    [Fact]
    public async Task A_client_that_is_not_drawn_cannot_upload()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1) with { SitesPerRound = 3 };
        await using TestSession session = new(terms);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        Assert.Equal(3U, state.Wanted);
        int left = Enumerable.Range(0, 4)
            .Single(client => !ClientSampling.Choose(4, 3, terms.Seed, 1).Contains(client));
        RequestRefusedException refusal = Assert.Throws<RequestRefusedException>(
            () => session.Host!.Engine.Contributions.Begin(left, new UploadStart
            {
                Round = state.Round,
                Root = Google.Protobuf.ByteString.CopyFrom(new byte[Digest.Size]),
                FirstChunk = 0
            }));
        Assert.Contains("not drawn", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("a round that it is drawn for", session.Host!.Engine.Status(0).Clients[left].WaitingFor);
    }

    [Fact]
    public async Task A_slow_site_trains_on_while_rounds_close_without_it_and_contributes_late_with_less_weight()
    {
        TrainingTerms terms = Asynchronous(rounds: 5, maxStaleness: 4);
        await using TestSession session =
            new(terms, configure: settings => settings with { BaseVersionWindow = terms.BaseVersionWindow });
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync(2);
        GatedTrainer slow = new(terms.CreateBuiltInTrainer()!);
        List<Task<RoundState>> running = [.. Enumerable.Range(0, 2).Select(i => RunAsync(session, terms, i))];
        AggregationClient role = session.Client(2).Role;
        using CancellationTokenSource stopped = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<RoundState> third = session.Service(2, Source(session, terms, 2), State(2), role)
            .RunAsync(only: null, once: false, stopped.Token);
        await using AsynchronousSource source = Paced(session, terms, slow, 3);
        running.Add(session.Service(3, source, State(3)).RunAsync(only: null, once: false, Token));
        await slow.Entered.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await session.UntilAsync(_ => Of(session, RoundKind.Evaluation).Length == 2);
        Assert.All(Of(session, RoundKind.Training), round => Assert.DoesNotContain("hospital 3", round.Contributors));
        Assert.All(Of(session, RoundKind.Evaluation), round => Assert.Equal(4, round.Contributors.Count));

        // The server comes back in between: the slow one's work is on version 0 all the while. One of the others is
        // away, so that the next round needs the slow one.
        await stopped.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        await session.RestartAsync();
        slow.Gate.SetResult();
        await session.StartRoundsAsync();
        await session.UntilAsync(state => state.ModelVersion >= 3);
        running.Add(session.Service(2, Source(session, terms, 2), State(2), role)
            .RunAsync(only: null, once: false, Token));
        RoundState[] ended = await Task.WhenAll(running);
        Assert.All(ended, state => Assert.False(state.Incomplete));
        Assert.Equal(1, slow.Rounds[0]);
        Assert.Equal(["hospital 0", "hospital 1", "hospital 3"], Of(session, RoundKind.Training)[2].Contributors);
        Assert.Equal(5, Of(session, RoundKind.Evaluation).Length);
        Assert.All(Of(session, RoundKind.Evaluation), round => Assert.Equal(4, round.Contributors.Count));
        Assert.True(session.Verify().IsValid);
        Assert.Equal(slow.Rounds.Distinct(), slow.Rounds);
    }

    [Fact]
    public async Task A_killed_client_starts_anew_from_the_newest_model()
    {
        TrainingTerms terms = Asynchronous(rounds: 4, maxStaleness: 4);
        await using TestSession session =
            new(terms, configure: settings => settings with { BaseVersionWindow = terms.BaseVersionWindow });
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync(1);
        List<Task<RoundState>> running = [.. Enumerable.Range(0, 3).Select(i => RunAsync(session, terms, i))];
        AggregationClient role = session.Client(3).Role;
        GatedTrainer first = new(terms.CreateBuiltInTrainer()!);
        using (CancellationTokenSource killed = CancellationTokenSource.CreateLinkedTokenSource(Token))
        await using (AsynchronousSource source = Paced(session, terms, first, 3))
        {
            Task<RoundState> run = session.Service(3, source, State(3), role)
                .RunAsync(only: null, once: false, killed.Token);
            await first.Entered.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
            await session.UntilAsync(_ => Of(session, RoundKind.Evaluation).Length == 1);
            await killed.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        }

        GatedTrainer second = new(terms.CreateBuiltInTrainer()!);
        second.Gate.SetResult();
        await using AsynchronousSource again = Paced(session, terms, second, 3);
        running.Add(session.Service(3, again, State(3), role).RunAsync(only: null, once: false, Token));
        await session.StartRoundsAsync();
        await Task.WhenAll(running);
        Assert.True(second.Rounds.Count == 0 || second.Rounds[0] >= 2, string.Join(", ", second.Rounds));
        Assert.True(session.Verify().IsValid);
    }

    [Fact]
    public async Task Staleness_weighs_the_update_before_it_is_rounded_and_too_old_ones_are_dropped()
    {
        TrainingTerms terms = Asynchronous(rounds: 9, maxStaleness: 2);
        await using TestSession session =
            new(terms, configure: settings => settings with { BaseVersionWindow = terms.BaseVersionWindow });
        FederatedSite site = Scaled(terms, 1);
        float[][] models = [.. Enumerable.Range(0, 6).Select(version => ValuesOf(terms, version))];
        SiteTask Task(int version, Func<Digest, bool>? isFree = null) =>
            new(RoundKind.Training, ModelStamp.Of(version, models[version]), models[version], isFree ?? (_ => true));

        GatedTrainer trainer = new(terms.CreateBuiltInTrainer()!);
        await using AsynchronousSource source = Paced(session, terms, trainer, 1);
        using (CancellationTokenSource closes = new())
        {
            Task<ContributionValues> left = source.CreateAsync(Task(0), closes.Token);
            await closes.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        }

        trainer.Gate.SetResult();
        ContributionValues late = await source.CreateAsync(Task(2), Token);
        SiteWork work = new(terms.CreateBuiltInTrainer()!, new SiteWorkOptions
        {
            Seed = terms.Seed,
            Weighting = terms.Weighting,
            Clip = session.Plan.Parameters.Clip,
            Clips = terms.ClipsFrom(PreparedState.Empty),
        });
        ModelParameters Model(int version) => VersionValues.Trained(terms, models[version]);
        SiteContribution due = await work.TrainAsync(site, 1, Model(0), evaluated: null, 1, terms.WeightUnit!.Value,
            Math.Pow(3, -0.5), cancellationToken: Token);
        Assert.Equal(ModelStamp.Of(0, models[0]).Digest, late.Base);
        Assert.Equal(due.Update, late.Vector);
        Assert.Equal(due.Counters, late.Counters);
        Assert.Equal([1], trainer.Rounds);

        // Not promised: the same update goes into the next round. Promised: training has begun anew, from the newest
        // model then.
        Assert.Equal(late.Base, (await source.CreateAsync(Task(2), Token)).Base);
        source.Committed();
        Assert.Equal(ModelStamp.Of(2, models[2]).Digest, (await source.CreateAsync(Task(3), Token)).Base);
        source.Committed();

        // Begun on version 3; at version 5 it may be used, and not if the window has lost it.
        Assert.Equal(ModelStamp.Of(3, models[3]).Digest, (await source.CreateAsync(Task(5), Token)).Base);
        Digest lost = ModelStamp.Of(3, models[3]).Digest;
        Assert.Equal(ModelStamp.Of(5, models[5]).Digest,
            (await source.CreateAsync(Task(5, digest => digest != lost), Token)).Base);

        GatedTrainer old = new(terms.CreateBuiltInTrainer()!);
        old.Gate.SetResult();
        await using AsynchronousSource other = Paced(session, terms, old, 1);
        Assert.Equal(ModelStamp.Of(0, models[0]).Digest, (await other.CreateAsync(Task(0), Token)).Base);
        Assert.Equal(ModelStamp.Of(3, models[3]).Digest, (await other.CreateAsync(Task(3), Token)).Base);
        Assert.Equal([1, 4], old.Rounds);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    public async Task Asynchronous_rounds_are_measured_and_stopped_as_in_the_simulation(int evaluateEvery, int stops)
    {
        // No version can be better than the first one measured by as much as this: the second ends the training.
        TrainingTerms terms = Asynchronous(rounds: 9, maxStaleness: 2) with
        {
            Asynchronous = new BufferOptions { Arrivals = 4, MaxStaleness = 2, EvaluateEvery = evaluateEvery },
            Stopping = new StoppingRules
            {
                Rounds = 9,
                Metric = RoundMetric.TrainLoss,
                Patience = 1,
                MinimumImprovement = 1e6
            },
        };
        await using TestSession session =
            new(terms, configure: settings => settings with { BaseVersionWindow = terms.BaseVersionWindow });
        await session.StartServerAsync();
        session.StartHolders();
        ClientService[] clients =
            [.. Enumerable.Range(0, 4).Select(i => session.Service(i, Source(session, terms, i), State(i)))];
        Task<RoundState[]> running = Task.WhenAll(
            clients.Select(client => client.RunAsync(only: null, once: false, Token)));
        await session.StartRoundsAsync();
        RoundState ended = (await running)[0];

        (_, TrainingOutcome clear) = await InTheClear.TrainAsync(session, terms);
        Assert.Equal(StopReason.NoImprovement, clear.Stopped);
        Assert.Equal("training has ended: no improvement", ended.Reason);
        Assert.Equal([stops, stops], [(int)ended.ModelVersion, clear.History.Length]);
        Assert.Equal(clear.Model.Values,
            VersionValues.Delivered(terms, await clients[0].FetchModelAsync(ended, Token)).Values);
        IEnumerable<Dictionary<string, double>> measured = clear.History.Where(record => record.Train is not null)
            .Select(record => RoundMetricInfo.Values(record.Train, record.Test));
        Assert.Equal(measured, Of(session, RoundKind.Evaluation).Select(round => round.Metrics.ToDictionary()));
        Assert.All(Of(session, RoundKind.Training), round => Assert.Empty(round.Metrics));
        Assert.Equal(2, Of(session, RoundKind.Evaluation).Length);
        Assert.True(session.Verify().IsValid);
    }

    [Fact]
    public async Task Training_of_which_nothing_can_come_any_more_is_ended_and_one_model_is_trained_at_a_time()
    {
        TrainingTerms terms = Asynchronous(rounds: 9, maxStaleness: 2);
        await using TestSession session =
            new(terms, configure: settings => settings with { BaseVersionWindow = terms.BaseVersionWindow });
        GatedTrainer trainer = new(terms.CreateBuiltInTrainer()!);
        AsynchronousSource source = Paced(session, terms, trainer, 1);
        await LeaveAsync(source, TaskOf(terms, 0), () => trainer.Rounds.Count == 1);
        await source.CreateAsync(TaskOf(terms, 2, RoundKind.Evaluation), Token);
        await LeaveAsync(source, TaskOf(terms, 2), () => trainer.Rounds.Count == 1);
        Assert.Empty(trainer.Stopped);

        // Beyond the staleness: any round ends it, and the next training round starts anew.
        await source.CreateAsync(TaskOf(terms, 3, RoundKind.Evaluation), Token);
        await UntilAsync(() => !trainer.Stopped.IsEmpty);
        await LeaveAsync(source, TaskOf(terms, 3), () => trainer.Rounds.Count == 2);
        await LeaveAsync(source, TaskOf(terms, 6), () => trainer.Rounds.Count == 3);
        Assert.Equal([1, 4, 7], trainer.Rounds);
        Assert.Equal([1, 4], trainer.Stopped);
        Assert.Equal(1, trainer.MostAtOnce);

        source.Ended();
        await source.DisposeAsync();
        Assert.Equal([1, 4, 7], trainer.Stopped);
    }

    [Fact]
    public async Task Nobody_trains_on_the_last_version()
    {
        TrainingTerms terms = Asynchronous(rounds: 1, maxStaleness: 2);
        await using TestSession session =
            new(terms, configure: settings => settings with { BaseVersionWindow = terms.BaseVersionWindow });
        GatedTrainer trainer = new(terms.CreateBuiltInTrainer()!);
        await using AsynchronousSource source = Paced(session, terms, trainer, 1);
        await LeaveAsync(source, TaskOf(terms, 0), () => trainer.Rounds.Count == 1);
        await source.CreateAsync(TaskOf(terms, 1, RoundKind.Evaluation), Token);
        await UntilAsync(() => !trainer.Stopped.IsEmpty);
    }

    [Fact]
    public void Who_takes_part_and_what_closes_a_round()
    {
        TrainingTerms terms = TestSession.Terms();
        PlanSettings plan = Plans.PlanSamples.Settings(terms).Settings;
        Assert.Equal((4, 4), Wanted(terms));
        Assert.Equal((3, 3), Wanted(terms with { Rounds = new RoundPolicy { Contributions = 3 } }));
        Assert.Equal((3, 4), Wanted(terms with { SitesPerRound = 3 }));
        Assert.Equal((3, 4), Wanted(Asynchronous(2, 3)));
        RoundParticipation all = new(null, plan);
        Assert.Equal([0, 1, 2, 3], all.Of(RoundKind.Sum, 0));
        Assert.True(all.Takes(RoundKind.Sum, 0, 3));

        (int Training, int Evaluation) Wanted(TrainingTerms some)
        {
            RoundParticipation participation = new(some, plan);
            return (participation.Wanted(RoundKind.Training), participation.Wanted(RoundKind.Evaluation));
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static TrainingTerms Asynchronous(int rounds, int maxStaleness) =>
        TestSession.Terms(rounds) with
        { Asynchronous = new BufferOptions { Arrivals = 3, MaxStaleness = maxStaleness, EvaluateEvery = 1 } };

    private static IContributionSource Source(TestSession session, TrainingTerms terms, int index) =>
        TrainingSource.For(session.Plan, terms, state => terms.TrainerUnder(state)!, TestSession.Site(terms, index),
            index, NullLogger.Instance);

    private static AsynchronousSource Paced(TestSession session, TrainingTerms terms, ILocalTrainer trainer,
        int index) =>
        new(new TrainingSource(session.Plan, terms, _ => trainer, TestSession.Site(terms, index), index), terms, index,
            NullLogger.Instance);

    // The version's weights, and the mark that all sites have evaluated it.
    private static float[] ValuesOf(TrainingTerms terms, int version) =>
        [.. terms.CreateBuiltInTrainer()!.CreateInitial((ulong)version + 1).Values, 1];

    private static RoundSummary[] Of(TestSession session, RoundKind kind) =>
        [.. session.Host!.Engine.Status(0).Recent.Where(round => round.Kind == kind)];

    private static SiteTask TaskOf(TrainingTerms terms, int version, RoundKind kind = RoundKind.Training)
    {
        float[] model = ValuesOf(terms, version);
        return new SiteTask(kind, ModelStamp.Of(version, model), model, _ => true);
    }

    // A round that closes while its client trains.
    private static async Task LeaveAsync(AsynchronousSource source, SiteTask task, Func<bool> until)
    {
        using CancellationTokenSource closes = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<ContributionValues> left = source.CreateAsync(task, closes.Token);
        await UntilAsync(until);
        await closes.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(Token);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(5, patience.Token);
        }
    }

    private static FederatedSite Scaled(TrainingTerms terms, int index) =>
        terms.Preparation.Read([], 0).Scale(terms.PreparationTerms, TestSession.Site(terms, index));

    private Task<RoundState> RunAsync(TestSession session, TrainingTerms terms, int index) =>
        session.Service(index, Source(session, terms, index), State(index)).RunAsync(only: null, once: false, Token);

    private string State(int client) => Path.Combine(_folder.FullName, $"client-{client}");

    /// <summary>Trains once its gate is open, and keeps what it was asked for.</summary>
    private sealed class GatedTrainer(ILocalTrainer inner) : ILocalTrainer
    {
        private int _running;

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Gate { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<int> Rounds { get; } = [];

        /// <summary>Rounds whose training was ended before its gate was open.</summary>
        public ConcurrentQueue<int> Stopped { get; } = [];

        public int MostAtOnce { get; private set; }

        public ModelLayout Layout => inner.Layout;

        public MetricLayout Metrics => inner.Metrics;

        public ModelParameters CreateInitial(ulong seed) => inner.CreateInitial(seed);

        public async ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request,
            CancellationToken cancellationToken = default)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref _running));
            Rounds.Add(request.Round);
            Entered.TrySetResult();
            try
            {
                await Gate.Task.WaitAsync(cancellationToken);
                return await inner.TrainAsync(request, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                Stopped.Enqueue(request.Round);
                throw;
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }

        public ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data,
            CancellationToken cancellationToken = default) =>
            inner.EvaluateAsync(model, data, cancellationToken);
    }
}
