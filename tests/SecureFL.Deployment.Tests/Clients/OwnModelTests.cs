using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client.Logging;
using SecureFL.Client.Models;
using SecureFL.Consortium.Parties;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Server;
using SecureFL.Learning.Rounds;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Identity;

namespace SecureFL.Deployment.Tests.Clients;

/// <summary>
/// The model that a client makes itself, over restarts, damage and absence: the bits that training in the clear gives.
/// </summary>
public sealed class OwnModelTests : IDisposable
{
    private const int Positions = 400;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-own-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_client_that_is_started_anew_for_every_round_ends_with_the_same_bits()
    {
        TrainingTerms terms = Terms(averageDecay: 0.6);
        await using TestSession session = await StartAsync(terms);
        Task<RoundState>[] others = [.. Enumerable.Range(1, 3).Select(i => RunAsync(session, terms, i, Token))];
        AggregationClient role = session.Client(0).Role;
        int starts = 0;
        while (session.Host!.Engine.StateFor(-1) is { Phase: not RoundPhase.Ended } state)
        {
            // Cancelled wherever it stands when the round is over: the next one knows the folder alone.
            using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            Task<RoundState> running = RunAsync(session, terms, 0, stop.Token, role);
            await session.UntilAsync(now => now.Phase == RoundPhase.Ended || now.Round != state.Round);
            await stop.CancelAsync();
            await EndedAsync(running);
            starts++;
        }

        RoundState ended = await RunAsync(session, terms, 0, Token, role);
        Assert.True(starts >= terms.Stopping.Rounds, $"{starts} starts");
        await Task.WhenAll(others);
        await RequireSameBitsAsync(session, terms, ended, clear: true);

        // Who had all of it before and starts once more is told the same.
        RoundState again = await RunAsync(session, terms, 0, Token, role);
        Assert.False(again.Incomplete, again.Reason);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(0.6, true)]
    public async Task A_client_that_was_away_for_many_versions_joins_and_ends_with_the_same_bits(double averageDecay,
        bool isAdaptive)
    {
        TrainingTerms terms = Terms(averageDecay, rounds: 6) with
        { Rounds = new RoundPolicy { OpeningGraceSeconds = 0.05, Contributions = 3 } };
        terms = isAdaptive ? terms : terms with { ServerOptimizer = new ServerOptimizerOptions(new FedAvg()) };
        await using TestSession session = await StartAsync(terms);
        List<Task<RoundState>> running = [.. Enumerable.Range(0, 2).Select(i => RunAsync(session, terms, i, Token))];
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        AggregationClient role = session.Client(2).Role;
        Task<RoundState> leaving = RunAsync(session, terms, 2, stop.Token, role);
        await session.UntilAsync(state => state.ModelVersion >= 3);
        await stop.CancelAsync();
        await EndedAsync(leaving);

        // From here on no round closes without the one that was away; the one that left finds its way back at the end.
        EventNames heard = new();
        running.Add(RunAsync(session, terms, 3, Token, logger: heard));
        RoundState[] ended = await Task.WhenAll(running);
        await RunAsync(session, terms, 2, Token, role);

        Assert.Single(heard.Names, nameof(ClientLog.Joined));
        Assert.Contains("hospital 3", session.Host!.Engine.Status(0).Recent[^1].Contributors);
        await RequireSameBitsAsync(session, terms, ended[0], clear: false);
    }

    [Fact]
    public async Task A_damaged_course_is_noticed_and_named_and_without_it_the_client_joins_and_goes_on()
    {
        TrainingTerms terms = Terms(averageDecay: 0.6);
        await using TestSession session = await StartAsync(terms);
        Task<RoundState>[] others = [.. Enumerable.Range(1, 3).Select(i => RunAsync(session, terms, i, Token))];
        AggregationClient role = session.Client(0).Role;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        Task<RoundState> running = RunAsync(session, terms, 0, stop.Token, role);
        string course = Path.Combine(State(0), "course.sfl");
        await session.UntilAsync(state => state.ModelVersion >= 2);
        await stop.CancelAsync();
        await EndedAsync(running);
        await RequireEveryDamageIsNoticedAsync(course, session);

        byte[] damaged = await File.ReadAllBytesAsync(course, Token);
        damaged[^1] ^= 1;
        await File.WriteAllBytesAsync(course, damaged, Token);
        PartyException refusal =
            await Assert.ThrowsAsync<PartyException>(() => RunAsync(session, terms, 0, Token, role));
        RequireNamed(refusal, course);

        File.Delete(course);
        EventNames heard = new();
        RoundState ended = await RunAsync(session, terms, 0, Token, role, heard);
        Assert.Single(heard.Names, nameof(ClientLog.Joined));
        await Task.WhenAll(others);
        await RequireSameBitsAsync(session, terms, ended, clear: true);
    }

    [Fact]
    public async Task More_of_a_sum_than_there_is_is_dropped_and_fetched_anew()
    {
        TrainingTerms terms = Terms(averageDecay: 0);
        await using TestSession session = await StartAsync(terms);
        string left = Path.Combine(State(0), "opened", "1.sum.part");
        Directory.CreateDirectory(Path.GetDirectoryName(left)!);
        await File.WriteAllBytesAsync(left, new byte[OpenedSumLimits.FileBytes(session.Plan)], Token);

        RoundState[] ended =
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => RunAsync(session, terms, i, Token)));

        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(left)!));
        await RequireSameBitsAsync(session, terms, ended[0], clear: true);
    }

    [Fact]
    public async Task An_older_head_than_the_clients_own_is_refused_with_206()
    {
        TrainingTerms terms = Terms(averageDecay: 0);
        await using TestSession session = await StartAsync(terms);
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        using ServerLink link = session.Link(PeerRole.Client, "hospital 0");
        RoundInvitation first = RoundInvitation.Parse(
            (await link.GetInvitationAsync(0, Token)).InvitationMessage.Span, session.Plan.Limits);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(i => RunAsync(session, terms, i, Token)));

        ModelDownload models = new(link, Path.Combine(State(0), "models"), NullLogger.Instance);
        OwnModel own = OwnModel.For(session.Plan, terms, session.Client(0).Role, link, models,
            Path.Combine(State(0), "course.sfl"), Path.Combine(State(0), "opened"), NullLogger.Instance)!;
        ProtocolViolationException refusal =
            await Assert.ThrowsAsync<ProtocolViolationException>(() => own.FollowAsync(first.Head, Token));
        Assert.Equal((ViolationCode.WrongHead, Party.Server), (refusal.Code, refusal.Offender));
    }

    [Fact]
    public void An_end_with_a_version_that_there_cannot_be_is_the_servers_fault()
    {
        RoundState ended = new()
        {
            ModelVersion = 1UL << 31,
            ModelDigest = Google.Protobuf.ByteString.CopyFrom(new byte[Messages.Primitives.Digest.Size])
        };
        ProtocolViolationException refusal =
            Assert.Throws<ProtocolViolationException>(() => ModelDownload.StampOf(ended));
        Assert.Equal((ViolationCode.OutOfRange, Party.Server), (refusal.Code, refusal.Offender));
    }

    private static async Task RequireEveryDamageIsNoticedAsync(string course, TestSession session)
    {
        byte[] whole = await File.ReadAllBytesAsync(course, Token);
        string copy = course + ".damaged";
        CourseFile file = new(copy, session.Plan);
        await File.WriteAllBytesAsync(copy, whole, Token);
        Assert.NotNull(file.Read());
        Random random = new(1);
        foreach (int position in Enumerable.Range(0, Positions / 2)
            .Concat(Enumerable.Range(0, Positions / 2).Select(_ => random.Next(whole.Length))))
        {
            byte[] damaged = [.. whole];
            damaged[position] ^= (byte)random.Next(1, 256);
            await File.WriteAllBytesAsync(copy, damaged, Token);
            RequireNamed(Assert.Throws<PartyException>(() => file.Read()), copy);
        }

        foreach (int length in new[] { 0, 1, 31, 32, 100, whole.Length - 1 })
        {
            await File.WriteAllBytesAsync(copy, whole[..length], Token);
            RequireNamed(Assert.Throws<PartyException>(() => file.Read()), copy);
        }

        File.Delete(copy);
        Assert.Null(file.Read());
    }

    private static async Task EndedAsync(Task stopped) =>
        await stopped.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private static void RequireNamed(PartyException refusal, string path)
    {
        Assert.Equal(PartyRefusal.StateFolder, refusal.Code);
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("damaged", refusal.Message, StringComparison.Ordinal);
    }

    private static TrainingTerms Terms(double averageDecay, int rounds = 4) => TestSession.Terms(rounds) with
    {
        AverageDecay = averageDecay,
        ServerOptimizer = new ServerOptimizerOptions(new FedAdam()) { LearningRate = 0.05 },
    };

    private static async Task<TestSession> StartAsync(TrainingTerms terms)
    {
        TestSession session = new(terms);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        return session;
    }

    private Task<RoundState> RunAsync(TestSession session, TrainingTerms terms, int client, CancellationToken token,
        AggregationClient? role = null, ILogger? logger = null) => session
        .Service(client, session.Source(terms, client), State(client), role, logger)
        .RunAsync(only: null, once: false, token);

    // Where every sum has all clients: training in the clear is a function of the terms.
    private async Task RequireSameBitsAsync(TestSession session, TrainingTerms terms, RoundState ended, bool clear)
    {
        Assert.False(ended.Incomplete, ended.Reason);
        float[] published = await session.Service(1, session.Source(terms, 1), State(9))
            .FetchModelAsync(ended, Token);
        for (int client = 0; client < 4; client++)
        {
            // Kept by itself: no server is asked.
            byte[] own = await File.ReadAllBytesAsync(
                Path.Combine(State(client), "models", $"{ModelDownload.StampOf(ended).Digest}.f32"), Token);
            Assert.Equal(published, System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(own).ToArray());
        }

        if (clear)
        {
            (_, TrainingOutcome outcome) = await InTheClear.TrainAsync(session, terms);
            Assert.Equal(outcome.Model.Values, VersionValues.Delivered(terms, published).Values);
        }
    }

    private string State(int client) => Path.Combine(_folder.FullName, $"client-{client}");

    private sealed class EventNames : ILogger
    {
        public ConcurrentQueue<string> Names { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) => Names.Enqueue(eventId.Name!);
    }
}
