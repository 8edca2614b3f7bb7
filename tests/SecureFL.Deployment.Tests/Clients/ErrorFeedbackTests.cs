using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client.Models;
using SecureFL.Client.Questions;
using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Parties;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Roles;
using SecureFL.Rlwe.Planning;
using SecureFL.Rlwe.Quantization;
using SecureFL.Simulation;
using SecureFL.Storage.Clients;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Identity;

namespace SecureFL.Deployment.Tests.Clients;

/// <summary>
/// Error feedback of deployed clients: the bits of the simulated run, whatever happens to rounds and clients on the
/// way.
/// </summary>
public sealed class ErrorFeedbackTests : IDisposable
{
    private const int FewestBits = 4;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-feedback-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false, Rounding.Stochastic)]
    [InlineData(false, Rounding.Nearest)]
    [InlineData(true, Rounding.Nearest)]
    public async Task Deployed_weights_are_those_of_the_simulation(bool jointKey, Rounding rounding)
    {
        TrainingTerms terms = Terms(4) with { Rounding = rounding };
        await using TestSession session =
            new(terms, bits: FewestBits, jointKey: jointKey ? new JointKeyRequest(3, 2, 100) : null);
        await StartAsync(session);
        RoundState[] ended = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => RunAsync(session, terms, i, Token)));
        float[] expected = await SimulateAsync(session, terms);
        Assert.Equal(expected, await WeightsAsync(session, terms, ended[0]));
        Assert.NotEqual(expected, await SimulateAsync(session, terms with { ErrorFeedback = false }));

        // What was held back is gone with the session.
        Assert.Empty(Enumerable.Range(0, 4).SelectMany(i => Directory.GetFiles(Path.Combine(State(i), "residual"))));
    }

    /// <summary>
    /// Rounds that die between, and after, contributions: what they left over is neither lost nor counted twice.
    /// </summary>
    [Fact]
    public async Task Rounds_that_died_change_nothing()
    {
        TrainingTerms terms = Terms(4);
        await using TestSession session = new(terms, bits: FewestBits);
        await StartAsync(session);
        Task<RoundState>[] running = [.. Enumerable.Range(0, 3).Select(i => RunAsync(session, terms, i, Token))];
        using (CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token))
        {
            Task<RoundState> fourth = RunAsync(session, terms, 3, stop.Token);
            await session.UntilAsync(state => state.ModelVersion >= 1);
            await stop.CancelAsync();
            await fourth.ContinueWith(_ => { }, TaskScheduler.Default);
        }

        // Three have contributed on a later model, with a residual each, and the round dies.
        RoundState due = await session.UntilAsync(
            state => state is { Phase: RoundPhase.Collecting, Contributions: >= 3, ModelVersion: >= 1 });
        await session.OperateAsync(OperationMethods.AbortRound, new RoundRequest { Round = due.Round });
        await session.UntilAsync(state => state.Round > due.Round);
        RoundState[] ended = await Task.WhenAll([.. running, RunAsync(session, terms, 3, Token, restart: true)]);
        Assert.Equal(await SimulateAsync(session, terms), await WeightsAsync(session, terms, ended[0]));
        Assert.Contains(session.Host!.Engine.Status(0).Recent, round => round.Outcome == RoundPhase.Dead);
    }

    /// <summary>
    /// A client that dies after its residual is on disk, before or after its contribution is, goes on with the same
    /// integers.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_killed_at_its_contribution_goes_on_with_the_same_bits(bool afterStoring)
    {
        TrainingTerms terms = Terms(4);
        await using TestSession session = new(terms, bits: FewestBits);
        await StartAsync(session);
        Task<RoundState>[] running = [.. Enumerable.Range(1, 3).Select(i => RunAsync(session, terms, i, Token))];
        int deaths = 0;
        while (deaths < 3)
        {
            // Every life ends at its second contribution.
            DyingSource dying = new(SourceOf(session, terms, 0), afterStoring);
            try
            {
                await PartyFaults.OfWorkAsync(() => session.Service(0, dying, State(0), Role(session, 0))
                    .RunAsync(only: null, once: false, Token));
                break;
            }
            catch (ClientDiedException)
            {
                deaths++;
            }
        }

        Assert.InRange(deaths, 2, 3);
        RoundState[] ended = await Task.WhenAll([.. running, RunAsync(session, terms, 0, Token, restart: true)]);
        Assert.Equal(await SimulateAsync(session, terms), await WeightsAsync(session, terms, ended[0]));
    }

    [Fact]
    public async Task What_a_contribution_leaves_counts_once_its_round_has_opened_with_it()
    {
        string folder = State(9);
        ResidualKeeper keeper = new(new DurableResidual(folder, 2), NullLogger.Instance);
        async Task ExpectAsync(long[] expected, ulong round, SumMembership membership)
        {
            SiteTask task = new(RoundKind.Training, ModelStamp.Of(0, []), [], _ => true)
            { Round = round, MembershipOf = (_, _) => Task.FromResult(membership) };
            long[] before = await keeper.BeforeAsync(task, Token);
            Assert.Equal(expected, before);
        }

        await ExpectAsync([], 3, SumMembership.Forgotten);
        keeper.Promise(3, [], [1, 2]);
        keeper = new ResidualKeeper(new DurableResidual(folder, 2), NullLogger.Instance);
        await ExpectAsync([], 3, SumMembership.InSum);
        await ExpectAsync([], 4, SumMembership.NotInSum);
        await ExpectAsync([1, 2], 4, SumMembership.InSum);
        keeper.Promise(4, [1, 2], [3, 4]);
        await ExpectAsync([1, 2], 6, SumMembership.NotInSum);
        await ExpectAsync([3, 4], 6, SumMembership.InSum);
        await ExpectAsync([], 60, SumMembership.Forgotten);
    }

    [Fact]
    public async Task The_server_says_whether_a_contribution_is_in_the_sum()
    {
        TrainingTerms terms = Terms(1);
        await using TestSession session = new(terms);
        await StartAsync(session);
        TestClient[] clients = session.Clients();
        RoundState first = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        await clients[0].ContributeAsync(first);
        UploadState state = await clients[0].Link.GetUploadAsync(first.Round, Token);
        Assert.Equal((true, false), (state.Accepted, state.InSum));
        await session.OperateAsync(OperationMethods.AbortRound, new RoundRequest { Round = first.Round });
        RoundState second = await session.UntilAsync(
            state => state.Round > first.Round && state.Phase == RoundPhase.Collecting);
        Assert.False((await clients[0].Link.GetUploadAsync(first.Round, Token)).InSum);
        foreach (TestClient client in clients[1..])
        {
            await client.ContributeAsync(second);
        }

        await session.OperateAsync(OperationMethods.CloseRound, new RoundRequest { Round = second.Round });
        await session.UntilAsync(state => state.Round > second.Round);
        Assert.True((await clients[1].Link.GetUploadAsync(second.Round, Token)).InSum);
        Assert.False((await clients[0].Link.GetUploadAsync(second.Round, Token)).InSum);
    }

    [Fact]
    public async Task Without_a_place_for_the_residual_there_is_no_source()
    {
        TrainingTerms terms = Terms(1);
        await using TestSession session = new(terms);
        Assert.Throws<ArgumentException>(() => session.Source(terms, 0));
    }

    private static TrainingTerms Terms(int rounds) => TestSession.Terms(rounds) with { ErrorFeedback = true };

    private static async Task StartAsync(TestSession session)
    {
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
    }

    private static async Task<float[]> SimulateAsync(TestSession session, TrainingTerms terms)
    {
        QuantizedReferenceSum sum = new(new EncryptedSumOptions
        {
            Sites = 4,
            Clip = session.Plan.Parameters.Clip,
            Bits = session.Plan.Parameters.Bits,
            Rounding = terms.Rounding,
            Suite = session.Plan.Settings.Suite,
            KeyHolders = 3,
            Threshold = 2,
        });
        RawSite[] raw = [.. Enumerable.Range(0, 4).Select(i => TestSession.Site(terms, i))];
        PreparedState prepared = await LocalPreparation.RunAsync(terms, state => terms.TrainerUnder(state)!, raw, sum,
            cancellationToken: Token);
        FederatedSite[] sites = [.. raw.Select(site => prepared.Scale(terms.PreparationTerms, site))];
        return
            (await new FederatedAveraging(terms.FederationOptionsFor(3, prepared), sites, terms.CreateBuiltInTrainer()!,
                sum).RunAsync(cancellationToken: Token)).Model.Values;
    }

    private static async Task<float[]> WeightsAsync(TestSession session, TrainingTerms terms, RoundState ended)
    {
        using ServerLink link = session.Link(PeerRole.Client, "hospital 0");
        string models = Directory.CreateTempSubdirectory("securefl-models-").FullName;
        float[] values = await new ModelDownload(link, models, NullLogger.Instance).FetchAsync(
            new ModelStamp((int)ended.ModelVersion, new Digest(ended.ModelDigest.Span)),
            VersionValues.LengthFor(terms), Token);
        Directory.Delete(models, recursive: true);
        return VersionValues.Delivered(terms, values).Values;
    }

    private string State(int index) => Path.Combine(_folder.FullName, $"c{index}");

    private readonly Dictionary<int, AggregationClient> _roles = [];

    // The journal of a test's client is in memory: whoever restarts has the same.
    private AggregationClient Role(TestSession session, int index) =>
        _roles.TryGetValue(index, out AggregationClient? role) ? role : _roles[index] = session.Client(index).Role;

    private TrainingSource SourceOf(TestSession session, TrainingTerms terms, int index) => new(
        session.Plan, terms, _ => terms.CreateBuiltInTrainer()!, TestSession.Site(terms, index), index,
        new ResidualKeeper(new DurableResidual(Path.Combine(State(index), "residual"), terms.Layout.Length),
            NullLogger.Instance));

    private Task<RoundState> RunAsync(TestSession session, TrainingTerms terms, int index, CancellationToken token,
        bool restart = false)
    {
        Assert.Equal(restart, _roles.ContainsKey(index));
        return session.Service(index, SourceOf(session, terms, index), State(index), Role(session, index))
            .RunAsync(only: null, once: false, token);
    }

    private sealed class ClientDiedException : Exception;

    /// <summary>
    /// Dies at its second training contribution: when the residual is on disk and nothing is promised, or when both
    /// are.
    /// </summary>
    private sealed class DyingSource(TrainingSource source, bool afterStoring) : IContributionSource
    {
        private int _made;

        public int ModelLength => source.ModelLength;

        public RoundTask? TaskOn(float[] model, int step) => source.TaskOn(model, step);

        public IReadOnlyList<DataQuestion> FirstQuestions => source.FirstQuestions;

        public IReadOnlyList<DataQuestion> QuestionsOf(SiteTask task) => source.QuestionsOf(task);

        public bool Takes(RoundKind kind) => source.Takes(kind);

        public string? LeftOut(RoundKind kind, int version) => source.LeftOut(kind, version);

        public async Task<ContributionValues> CreateAsync(SiteTask task, CancellationToken cancellationToken)
        {
            ContributionValues values = await source.CreateAsync(task, cancellationToken);
            _made += task.Kind == RoundKind.Training ? 1 : 0;
            return _made == 2 && !afterStoring ? throw new ClientDiedException() : values;
        }

        public void Committed()
        {
            if (_made == 2 && afterStoring)
            {
                throw new ClientDiedException();
            }
        }
    }
}
