using System.Net;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client.Models;
using SecureFL.Client.Questions;
using SecureFL.Client.Rounds;
using SecureFL.Client.Sources;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Plans;
using SecureFL.KeyHolder.Attending;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Counters;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Transcripts;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Planning;
using SecureFL.Server;
using SecureFL.Server.Hosting;
using SecureFL.Server.Rounds;
using SecureFL.Storage.Clients;
using SecureFL.Testing;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Tls;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>
/// A consortium on loopback: a server that can be stopped and started, key holders with ledgers in memory, clients that
/// the test plays.
/// </summary>
internal sealed class TestSession : IAsyncDisposable
{
    private const string Consortium = "heart";
    private readonly SigningIdentity _authority = SigningIdentity.Create();
    private readonly SigningIdentity _server = SigningIdentity.Create();
    private readonly SigningIdentity[] _clients;
    private readonly SigningIdentity[] _holders;
    private readonly CancellationTokenSource _ended = new();
    private readonly List<HolderProcess> _running = [];
    private readonly Dictionary<int, HolderStorage> _storages = [];
    private readonly int _port;

    public TestSession(TrainingTerms? terms, int clients = 4, int holders = 3, int vectorLength = 100,
        Func<PlanSettings, PlanSettings>? configure = null, JointKeyRequest? jointKey = null, int bits = 16,
        SumTerms? sums = null)
    {
        _clients = [.. Enumerable.Range(0, clients).Select(_ => SigningIdentity.Create())];
        _holders = [.. Enumerable.Range(0, holders).Select(_ => SigningIdentity.Create())];
        CounterLayout counters = terms?.Counters ?? CounterLayout.Empty;
        PlanSettings settings = new()
        {
            Suite = jointKey is null ? Suite.OneTimeKey : Suite.JointKey,
            Parameters = AggregationPlanner.Plan(
                new PlanningRequest(terms?.Layout.Length ?? vectorLength, bits, 8f, clients,
                    counters.ElementCount(bits), holders, jointKey)),
            Counters = counters,
            MinClients = 3,
            Threshold = 2,
            ColludingKeyHolders = 0,
            Insecure = true,
            Rounds = 64,
            Session = SessionId.Create(SystemEntropy.Instance),
            Terms = terms?.Digest ?? default,
            Enrolment = new Enrolment(
                _authority.PublicKey,
                _server.PublicKey,
                [.. _clients.Select((identity, i) => new EnrolledParty($"hospital {i}", identity.PublicKey))],
                [.. _holders.Select((identity, i) => new EnrolledParty($"board {i}", identity.PublicKey))]),
        };
        PlanFile = PlanFile.Draft(Consortium, "aggregator", configure is null ? settings : configure(settings), terms,
            sums).Sign(_authority);
        Folder = Directory.CreateTempSubdirectory("securefl-server-").FullName;
        using System.Net.Sockets.Socket probe =
            new(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _port = ((IPEndPoint)probe.LocalEndPoint!).Port;
    }

    public static TrainingTerms Terms(int rounds = 2) => PlanSamples.Terms with
    {
        Stopping = new StoppingRules { Rounds = rounds },
        Rounds = new RoundPolicy { OpeningGraceSeconds = 0.2 },
        WeightUnit = 10,
        Clips = [8],
        Data = PlanSamples.Terms.Data with
        { Scaling = ScalingKind.Fixed, FixedScaling = Unscaled(PlanSamples.Terms.Model.Inputs) },
    };

    public PlanFile PlanFile { get; }

    public AggregationPlan Plan => PlanFile.RequireSigned();

    public string Folder { get; }

    public ServerLimits Limits { get; init; } = new() { CallsPerSecond = 1000, CallBurst = 1000 };

    public EngineOptions Options { get; set; } = new();

    public bool KeepCiphertexts { get; init; }

    /// <summary>The weights that the terms name; null where they name none.</summary>
    public ModelParameters? InitialModel { get; init; }

    /// <summary>What lies between the server and the links that are made from now on; null for nothing.</summary>
    public EmulatedNetwork? Network { get; set; }

    /// <summary>The server's TLS; null for none, as everywhere but where TLS is the subject.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>The server's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>The key holders' clock.</summary>
    public TimeProvider HolderClock { get; init; } = TimeProvider.System;

    /// <summary>Where the server listens.</summary>
    public int Port => _port;

    public AggregationHost? Host { get; private set; }

    public async Task StartServerAsync()
    {
        ServerSettings settings = new()
        {
            StateFolder = Folder,
            Listen = [new IPEndPoint(IPAddress.Loopback, _port)],
            InsecureLoopback = Tls is null,
            KeepCiphertexts = KeepCiphertexts,
            InitialModel = InitialModel is { } given ? () => given : null,
            Limits = Limits,
        };
        Host = await AggregationHost.StartAsync(settings, PlanFile, _server, Tls, Options, Clock);
    }

    public async Task StopServerAsync()
    {
        if (Host is not null)
        {
            await Host.DisposeAsync();
            Host = null;
        }
    }

    public async Task RestartAsync()
    {
        await StopServerAsync();
        await StartServerAsync();
    }

    public void StartHolders(params int[] holders) => StartHolders(null, holders);

    public void StartHolders(Func<int, ILogger>? logger, params int[] holders)
    {
        foreach (int index in holders.Length > 0 ? holders : [.. Enumerable.Range(0, _holders.Length)])
        {
            if (!_storages.TryGetValue(index, out HolderStorage? storage))
            {
                _storages.Add(index, storage = HolderStorage.InMemory());
            }

            Protocol.Roles.KeyHolder holder = new(
                Plan, Plan.Digest, _holders[index], storage with { Sums = new InMemorySumStore() },
                HolderClock, SystemEntropy.Instance);
            ServerLink link = Link(PeerRole.KeyHolder, $"board {index}");
            var stopping = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
            _running.Add(
                new HolderProcess(index, holder, link,
                    new KeyHolderService(Plan, holder, link,
                        logger?.Invoke(index) ?? NullLogger.Instance).RunAsync(stopping.Token), stopping));
        }
    }

    /// <summary>
    /// Ends a key holder as a crash would: ledger, keys and key shares stay, memory and summed ciphertexts go.
    /// </summary>
    public async Task StopHolderAsync(int index)
    {
        HolderProcess process = _running.Single(process => process.Index == index);
        _running.Remove(process);
        await process.StopAsync();
    }

    /// <summary>The first key holder that ends by itself, by its fault.</summary>
    public async Task<(int Holder, Exception? Fault)> HolderEndsAsync()
    {
        HolderProcess[] running = [.. _running];
        Task first = await Task.WhenAny(running.Select(process => process.Running));
        return (running.Single(process => process.Running == first).Index, first.Exception?.InnerException);
    }

    public Protocol.Roles.KeyHolder Holder(int index) => _running.Single(process => process.Index == index).Holder;

    public TestClient Client(int index) => new(
        this, index, new AggregationClient(Plan, Plan.Digest, _clients[index], new InMemoryLedgerStorage(),
            SystemEntropy.Instance), Link(PeerRole.Client, $"hospital {index}"));

    /// <summary>
    /// A client whose program looks away where a counter is beyond the plan's magnitude, so long as its digits fit.
    /// </summary>
    public AggregationClient HostileRole(int index) => Testing.HostileRole.Of(Plan, _clients[index]);

    public SigningIdentity IdentityOf(int client) => _clients[client];

    public TestClient[] Clients() => [.. Enumerable.Range(0, _clients.Length).Select(Client)];

    public GrpcChannel Channel() =>
        new(new Uri($"http://127.0.0.1:{_port}"), new GrpcChannelOptions { AllowInsecureLoopback = true });

    public static GrpcCallOptions As(PeerRole role, string name)
    {
        Metadata headers = new();
        headers.Add(InsecureLoopback.Header, InsecureLoopback.HeaderFor(new PeerIdentity(Consortium, role, name)));
        return new GrpcCallOptions
        {
            Headers = headers,
            Timeout = TimeSpan.FromSeconds(20),
            Cancellation = TestContext.Current.CancellationToken
        };
    }

    public ServerLink Link(PeerRole role, string name)
    {
        Uri address = new($"http://127.0.0.1:{Network?.Port ?? Port}");
        return new ServerLink(address,
            new GrpcChannel(address, new GrpcChannelOptions { AllowInsecureLoopback = true }), As(role, name).Headers);
    }

    /// <summary>A client's runtime with its state in a folder.</summary>
    /// <param name="index">The client's number.</param>
    /// <param name="source">Where its contributions come from.</param>
    /// <param name="state">The folder.</param>
    /// <param name="role">Its role; null for an honest one.</param>
    /// <param name="logger">Its log.</param>
    /// <param name="questions">What its rows answered under other plans; null for nothing.</param>
    public ClientService Service(int index, IContributionSource source, string state, AggregationClient? role = null,
        ILogger? logger = null, QuestionGuard? questions = null)
    {
        role ??= Client(index).Role;
        ServerLink link = Link(PeerRole.Client, $"hospital {index}");
        logger ??= NullLogger.Instance;
        ModelDownload models = new(link, Path.Combine(state, "models"), NullLogger.Instance);
        return new ClientService(
            Plan,
            role,
            new DurableContributions(Plan, role, new FileContributionOutbox(Path.Combine(state, "outbox"))),
            source,
            link,
            models,
            OwnModel.For(Plan, PlanFile.Terms, role, link, models, Path.Combine(state, "course.sfl"),
                Path.Combine(state, "opened"), logger),
            logger, questions: questions);
    }

    /// <summary>
    /// The scaling that leaves numbers as they are: nothing is to be found out before the first round.
    /// </summary>
    public static FeatureScaling Unscaled(int inputs) =>
        FeatureScaling.Declared(new double[inputs], [.. Enumerable.Repeat(1.0, inputs)]);

    /// <summary>A source of contributions from <see cref="Site"/>.</summary>
    public TrainingSource Source(TrainingTerms terms, int index) =>
        new(Plan, terms, _ => terms.CreateBuiltInTrainer()!, Site(terms, index), index);

    /// <summary>Rows of a site, a function of its index.</summary>
    public static RawSite Site(TrainingTerms terms, int index)
    {
        Random random = new(100 + index);
        int rows = 20 + (5 * index);
        double[] features = [.. Enumerable.Range(0, rows * terms.Model.Inputs).Select(_ => random.NextDouble() - 0.5)];
        for (int row = 0; row < rows && terms.Data.Scaling != ScalingKind.Fixed; row++)
        {
            // The columns behind the first are those of one category.
            Span<double> categories = features.AsSpan(row * terms.Model.Inputs, terms.Model.Inputs)[1..];
            categories.Clear();
            categories[random.Next(categories.Length)] = 1;
        }

        double[] labels = [.. Enumerable.Range(0, rows).Select(row => terms.Model.Task == LearningTask.Regression
            ? 200_000 + (5 * features[row * terms.Model.Inputs]) + (random.NextDouble() / 10)
            : features[row * terms.Model.Inputs] > 0 ? 1.0 : 0)];
        return new RawSite($"hospital {index}",
            new RawDataset(features, labels, terms.Model.Inputs, terms.Model.Task, terms.Model.Classes), null);
    }

    public async Task<StatusReply> OperateAsync<TRequest>(GrpcMethod<TRequest, StatusReply> method, TRequest request)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>
    {
        using GrpcChannel channel = Channel();
        return await channel.UnaryAsync(method, request, As(PeerRole.Operator, "ops"));
    }

    public Task<StatusReply> StartRoundsAsync(uint rounds = 0) =>
        OperateAsync(OperationMethods.StartRounds, new StartRoundsRequest { Rounds = rounds });

    /// <summary>Waits until the session is in a state.</summary>
    public async Task<RoundState> UntilAsync(Func<RoundState, bool> reached)
    {
        using CancellationTokenSource patience =
            CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (true)
        {
            RoundState? state = Host?.Engine.StateFor(-1);
            if (state is not null && reached(state))
            {
                return state;
            }

            if (Host?.Completion.IsFaulted == true)
            {
                await Host.Completion;
            }

            if (patience.IsCancellationRequested)
            {
                throw new TimeoutException($"the session is at {state}; {Host?.Engine.Status(0)}");
            }

            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>What the transcript proves; once the session has ended, of the one that key holders have closed.
    /// </summary>
    public TranscriptReport Verify(bool ciphertexts = false)
    {
        for (int wait = 0; ; wait++)
        {
            bool ended = Host?.Engine.StateFor(-1).Phase == RoundPhase.Ended;
            TranscriptReport report = VerifyNow(ciphertexts);
            if (!ended || report.IsClosed || wait == 200)
            {
                return report;
            }

            Thread.Sleep(50);
        }
    }

    private TranscriptReport VerifyNow(bool ciphertexts)
    {
        using FileStream stream = new(Path.Combine(Folder, "transcript.sfl"), FileMode.Open, FileAccess.Read,
            FileShare.ReadWrite);
        return TranscriptVerifier.Verify(stream,
            ciphertexts ? new SecureFL.Storage.Rounds.CiphertextDirectory(Path.Combine(Folder, "rounds")) : null);
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        foreach (HolderProcess process in _running)
        {
            await process.StopAsync();
        }

        await StopServerAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private sealed record HolderProcess(int Index, Protocol.Roles.KeyHolder Holder, ServerLink Link, Task Running,
        CancellationTokenSource Stopping)
    {
        public async Task StopAsync()
        {
            await Stopping.CancelAsync();
            await Running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Link.Dispose();
            Holder.Dispose();
            Stopping.Dispose();
        }
    }
}
