using Grpc.Core;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Transcripts;
using SecureFL.Server;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Health;
using SecureFL.Transport.Identity;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>Who may do what, operators' requests, and rounds that die.</summary>
public sealed class OperationTests
{
    [Theory]
    [InlineData(PeerRole.Client, "hospital 0", StatusCode.PermissionDenied)]
    [InlineData(PeerRole.KeyHolder, "board 0", StatusCode.PermissionDenied)]
    [InlineData(PeerRole.Server, "aggregator", StatusCode.PermissionDenied)]
    [InlineData(PeerRole.Operator, "anyone", StatusCode.OK)]
    public async Task Only_operators_operate(PeerRole role, string name, StatusCode status)
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        using GrpcChannel channel = session.Channel();
        Assert.Equal(status,
            await StatusAsync(
                () => channel.UnaryAsync(OperationMethods.GetStatus, new GetStatusRequest(),
                    TestSession.As(role, name))));
        Assert.Equal(status,
            await StatusAsync(
                () => channel.UnaryAsync(OperationMethods.StartRounds, new StartRoundsRequest(),
                    TestSession.As(role, name))));
    }

    [Theory]
    [InlineData(PeerRole.Client, "hospital 0", StatusCode.OK)]
    [InlineData(PeerRole.Client, "hospital 9", StatusCode.PermissionDenied)]
    [InlineData(PeerRole.KeyHolder, "board 0", StatusCode.PermissionDenied)]
    [InlineData(PeerRole.Operator, "ops", StatusCode.PermissionDenied)]
    public async Task Only_enrolled_clients_read_the_model(PeerRole role, string name, StatusCode status)
    {
        await using TestSession session = new(TestSession.Terms());
        await session.StartServerAsync();
        using GrpcChannel channel = session.Channel();
        GetModelRequest request = new() { ModelDigest = session.Host!.Engine.StateFor(-1).ModelDigest };
        Assert.Equal(status, await StatusAsync(async () =>
        {
            List<byte> bytes = [];
            await foreach (ModelPart part in
                channel.ServerStreamingAsync(AggregationMethods.GetModel, request, TestSession.As(role, name),
                    TestContext.Current.CancellationToken))
            {
                bytes.AddRange(part.Data);
            }

            Assert.Equal(4 * session.Plan.Parameters.FloatLength, bytes.Count);
            return bytes;
        }));
        Assert.Equal(
            status == StatusCode.OK ? StatusCode.FailedPrecondition : StatusCode.PermissionDenied,
            await StatusAsync(
                () => channel.UnaryAsync(AggregationMethods.GetInvitation, new GetInvitationRequest(),
                    TestSession.As(role, name))));
    }

    [Fact]
    public async Task Nobody_is_anybody_without_a_name_and_clients_hold_no_keys()
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        using GrpcChannel channel = session.Channel();
        Assert.Equal(StatusCode.Unauthenticated,
            await StatusAsync(() => channel.UnaryAsync(AggregationMethods.GetPlan, new GetPlanRequest())));
        await using GrpcDuplexCall<HolderMessage, HolderTask> call =
            channel.Duplex(KeyHoldingMethods.Attend, TestSession.As(PeerRole.Client, "hospital 0"));
        GrpcException refusal = await Assert.ThrowsAsync<GrpcException>(async () =>
        {
            try
            {
                await call.Requests.WriteAsync(new HolderMessage { Hello = new HolderHello() },
                    TestContext.Current.CancellationToken);
            }
            catch (Exception fault) when (fault is GrpcException or OperationCanceledException)
            {
                // The server has ended the call already; the responses say why.
            }

            await foreach (HolderTask task in call.Responses)
            {
                _ = task;
            }
        });
        Assert.Equal(StatusCode.PermissionDenied, refusal.StatusCode);
    }

    [Fact]
    public async Task A_holder_answers_for_itself_alone()
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        using GrpcChannel channel = session.Channel();
        await using GrpcDuplexCall<HolderMessage, HolderTask> call =
            channel.Duplex(KeyHoldingMethods.Attend, TestSession.As(PeerRole.KeyHolder, "board 0"));
        await call.Requests.WriteAsync(
            new HolderMessage
            { Hello = new HolderHello { PlanDigest = Google.Protobuf.ByteString.CopyFrom(new byte[32]) } },
                TestContext.Current.CancellationToken);
        GrpcException refusal = await Assert.ThrowsAsync<GrpcException>(async () =>
        {
            await foreach (HolderTask task in call.Responses)
            {
                _ = task;
            }
        });
        Assert.Equal(StatusCode.FailedPrecondition, refusal.StatusCode);
        Assert.Contains("202", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_calls_than_the_rate_are_refused_and_others_are_not()
    {
        await using TestSession session = new(null)
        { Limits = new ServerLimits { CallsPerSecond = 0.01, CallBurst = 3 } };
        await session.StartServerAsync();
        using GrpcChannel channel = session.Channel();
        List<StatusCode> statuses = [];
        for (int i = 0; i < 4; i++)
        {
            statuses.Add(
                await StatusAsync(
                    () => channel.UnaryAsync(AggregationMethods.GetPlan, new GetPlanRequest(),
                        TestSession.As(PeerRole.Client, "hospital 0"))));
        }

        Assert.Equal([StatusCode.OK, StatusCode.OK, StatusCode.OK, StatusCode.ResourceExhausted],
            statuses);
        Assert.Equal(StatusCode.OK,
            await StatusAsync(
                () => channel.UnaryAsync(AggregationMethods.GetPlan, new GetPlanRequest(),
                    TestSession.As(PeerRole.Client, "hospital 1"))));
    }

    [Theory]
    [InlineData(PeerRole.Client, "hospital 0")]
    [InlineData(PeerRole.Operator, "ops")]
    [InlineData(PeerRole.Server, "aggregator")]
    [InlineData(PeerRole.Client, "hospital 9")]
    public async Task Calls_that_are_refused_and_questions_for_health_count_like_others(PeerRole role, string name)
    {
        await using TestSession session = new(null)
        { Limits = new ServerLimits { CallsPerSecond = 0.01, CallBurst = 3 } };
        await session.StartServerAsync();
        using GrpcChannel channel = session.Channel();
        GrpcCallOptions caller = TestSession.As(role, name);
        Assert.Equal(StatusCode.PermissionDenied, await HeadsAsync());
        Assert.Equal(StatusCode.OK, await HealthAsync(caller));
        Assert.Equal(StatusCode.PermissionDenied, await HeadsAsync());
        Assert.Equal(StatusCode.ResourceExhausted, await HeadsAsync());
        Assert.Equal(StatusCode.ResourceExhausted, await HealthAsync(caller));
        Assert.Equal(StatusCode.OK, await HealthAsync(TestSession.As(PeerRole.Client, "hospital 1")));

        Task<StatusCode> HeadsAsync() => StatusAsync(async () =>
        {
            await using GrpcDuplexCall<HolderMessage, HolderTask> call =
                channel.Duplex(KeyHoldingMethods.Attend, caller);
            await foreach (HolderTask task in call.Responses)
            {
                _ = task;
            }

            return 0;
        });

        Task<StatusCode> HealthAsync(GrpcCallOptions options) => StatusAsync(
            () => channel.UnaryAsync(HealthQuestion.Check, new HealthCheckRequest(), options));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1UL << 40, false)]
    [InlineData(1UL << 40, true)]
    public async Task An_answer_to_what_was_never_asked_is_a_violation(ulong id, bool refuse)
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        using GrpcChannel channel = session.Channel();
        await using GrpcDuplexCall<HolderMessage, HolderTask> call =
            channel.Duplex(KeyHoldingMethods.Attend, TestSession.As(PeerRole.KeyHolder, "board 1"));
        await call.Requests.WriteAsync(new HolderMessage
        {
            Hello = new HolderHello
            { PlanDigest = Google.Protobuf.ByteString.CopyFrom(session.Plan.Digest.ToArray()) },
        }, TestContext.Current.CancellationToken);
        await call.Requests.WriteAsync(
            refuse ? new HolderMessage { Refusal = new HolderRefusal { Id = id } }
                : new HolderMessage { Answer = new HolderAnswer { Id = id } }, TestContext.Current.CancellationToken);
        GrpcException refusal = await Assert.ThrowsAsync<GrpcException>(async () =>
        {
            await foreach (HolderTask task in call.Responses)
            {
                _ = task;
            }
        });
        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Contains($"[{(int)ViolationCode.OutOfRange}", refusal.Detail, StringComparison.Ordinal);
        Assert.Contains($"task {id}, which was never asked", refusal.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_starts_rounds_is_told_of_the_one_that_begins()
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        session.StartHolders();
        StatusReply first = await session.StartRoundsAsync();
        Assert.NotEqual(RoundPhase.Waiting, first.Current.Phase);
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        GrpcException twice = await Assert.ThrowsAsync<GrpcException>(() => session.StartRoundsAsync());
        Assert.Contains("round 0 is under way", twice.Detail, StringComparison.Ordinal);
        foreach (TestClient client in session.Clients())
        {
            await client.ContributeAsync(state);
        }

        await session.UntilAsync(state => state.Phase == RoundPhase.Waiting);
        StatusReply second = await session.StartRoundsAsync();
        Assert.Equal(1UL, second.Current.Round);
        Assert.True(second.Current.Phase is RoundPhase.Opening or RoundPhase.Collecting, $"{second.Current}");
    }

    [Fact]
    public async Task A_dead_round_frees_its_contributors_for_the_next()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1));
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient[] clients = session.Clients();
        await clients[0].ContributeAsync(state);
        await clients[1].ContributeAsync(state);
        Assert.Equal(
            StatusCode.FailedPrecondition,
            await StatusAsync(() => session.OperateAsync(OperationMethods.CloseRound, new RoundRequest { Round = 0 })));
        Assert.Equal(
            StatusCode.FailedPrecondition,
            await StatusAsync(() => session.OperateAsync(OperationMethods.AbortRound, new RoundRequest { Round = 7 })));
        await session.OperateAsync(OperationMethods.AbortRound, new RoundRequest { Round = 0 });
        state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting && state.Round == 1);
        await session.RestartAsync();

        foreach (TestClient client in clients)
        {
            if (client.Index < 2)
            {
                await Assert.ThrowsAsync<ProtocolViolationException>(() => client.MakeAsync(state));
                GetRoundDeathReply death = await client.Link
                    .GetRoundDeathAsync(0, TestContext.Current.CancellationToken);
                client.Role
                    .HandleRoundDeath(
                        RoundDeathCertificate.Parse(death.DeathCertificateMessage.Span, session.Plan.Limits));
            }

            await client.ContributeAsync(state);
        }

        state = await session.UntilAsync(
            state => state.Phase == RoundPhase.Collecting && state.Kind == RoundKind.Evaluation);
        foreach (TestClient client in clients)
        {
            await client.ContributeAsync(state);
        }

        await session.UntilAsync(state => state.Phase == RoundPhase.Ended);
        TranscriptReport report = session.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
        Assert.Equal([0UL], report.DeadRounds);
        Assert.Equal(RoundPhase.Dead, session.Host!.Engine.Status(0).Recent[0].Outcome);
        Assert.Equal(
            StatusCode.NotFound,
            await StatusAsync(() => clients[0].Link.GetRoundDeathAsync(1, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Rounds_start_when_asked_and_pause_when_asked()
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        session.StartHolders();
        Assert.Equal(RoundPhase.Waiting, session.Host!.Engine.StateFor(-1).Phase);
        await session.StartRoundsAsync(3);
        Assert.Equal(StatusCode.FailedPrecondition, await StatusAsync(() => session.StartRoundsAsync()));
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        StatusReply paused = await session.OperateAsync(OperationMethods.PauseRounds, new PauseRoundsRequest());
        Assert.All(paused.Clients, client => Assert.Equal("its contribution", client.WaitingFor));
        foreach (TestClient client in session.Clients())
        {
            await client.ContributeAsync(session.Host.Engine.StateFor(-1));
        }

        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Waiting);
        Assert.Contains("operator", state.Reason, StringComparison.Ordinal);
        Assert.Equal(1UL, session.Host.Engine.Status(0).RoundsOpened);
    }

    [Fact]
    public async Task One_absent_holder_does_not_stop_a_round()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1));
        await session.StartServerAsync();
        session.StartHolders(0, 2);
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        foreach (TestClient client in session.Clients())
        {
            await client.ContributeAsync(state);
        }

        await session.UntilAsync(state => state.Round == 1);
        PartyStatus absent = session.Host!.Engine.Status(0).KeyHolders[1];
        Assert.False(absent.Connected);
        Assert.True(session.Verify().IsValid);
    }

    private static async Task<StatusCode> StatusAsync<T>(Func<Task<T>> call)
    {
        try
        {
            await call();
            return StatusCode.OK;
        }
        catch (GrpcException refusal)
        {
            return refusal.StatusCode;
        }
    }
}
