using System.Diagnostics;
using Grpc.Core;
using SecureFL.Protocol.Roles;
using SecureFL.Server;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>Uploads that take all places and do not get on, and uploads that do not wait for theirs.</summary>
public sealed class SlowUploadTests
{
    private const int VectorLength = 300_000;
    private static readonly ServerLimits Limits = new()
    {
        WindowBytes = 1 << 16,
        CallsPerSecond = 1000,
        CallBurst = 1000,

        // One upload has its place, with twice its window of 96 KiB; a second one waits.
        BytesInFlight = 256 << 10,
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_upload_below_the_least_rate_frees_its_place_and_may_be_resumed()
    {
        await using TestSession session = await CollectingAsync(
            Limits with { MinUploadBytesPerSecond = 1 << 20, UploadGrace = TimeSpan.FromSeconds(1) });
        using TestClient slow = session.Client(0);
        using TestClient honest = session.Client(1);
        Contribution contribution = await slow.MakeAsync(State(session));
        Task<GrpcException> trickling = TrickleAsync(slow, contribution, TimeSpan.FromSeconds(0.8));
        await session.UntilAsync(_ => session.Host!.Engine.Status(0).Clients[0].Chunks > 0);

        // Its place is another's before the slow one has sent all.
        await honest.ContributeAsync(State(session));
        GrpcException refusal = await trickling;
        Assert.Equal(StatusCode.DeadlineExceeded, refusal.StatusCode);
        Assert.Contains("the least rate is 1048576 bytes a second", refusal.Detail, StringComparison.Ordinal);
        UploadState state = await slow.Link.GetUploadAsync(0, Token);
        Assert.InRange(state.NextChunk, 1UL, (ulong)contribution.Chunks.Length - 1);
        await slow.ContributeAsync(State(session));
        Assert.Equal(2U, session.Host!.Engine.StateFor(-1).Contributions);
    }

    [Fact]
    public async Task An_upload_that_has_had_its_turn_leaves_its_place_to_who_waits_and_to_nobody_else()
    {
        await using TestSession session = await CollectingAsync(Limits with { UploadTurn = TimeSpan.FromSeconds(1) });
        using TestClient first = session.Client(0);
        using TestClient second = session.Client(1);
        Contribution contribution = await first.MakeAsync(State(session));
        await second.MakeAsync(State(session));
        Stopwatch watch = Stopwatch.StartNew();
        Task<GrpcException> holding = TrickleAsync(first, contribution, TimeSpan.FromSeconds(0.5));
        await Task.Delay(TimeSpan.FromSeconds(1.8), Token);
        Assert.False(holding.IsCompleted, "nobody waited");
        await second.ContributeAsync(State(session));
        GrpcException refusal = await holding;
        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
        Assert.Contains("a turn is 1 s", refusal.Detail, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
        await first.ContributeAsync(State(session));
        Assert.Equal(2U, session.Host!.Engine.StateFor(-1).Contributions);
    }

    [Fact]
    public async Task Whoever_sends_before_it_is_let_in_is_refused_and_whoever_waits_is_let_in()
    {
        await using TestSession session = await CollectingAsync(Limits);
        using TestClient holding = session.Client(0);
        using TestClient early = session.Client(1);
        using TestClient waiting = session.Client(2);
        Contribution contribution = await holding.MakeAsync(State(session));
        await using GrpcDuplexCall<UploadPart, UploadState> call = holding.Link.Upload(Token);
        await call.Requests.WriteAsync(TestClient.Start(contribution, 0), Token);
        await using IAsyncEnumerator<UploadState> told = call.Responses.GetAsyncEnumerator(Token);
        Assert.True(await told.MoveNextAsync());

        Contribution eager = await early.MakeAsync(State(session));
        Task<GrpcException?> refused =
            early.SendPartsAsync([TestClient.Start(eager, 0), .. eager.Chunks.Select(TestClient.Part)]);
        Task patient = waiting.ContributeAsync(State(session));
        GrpcException refusal = Assert.IsType<GrpcException>(
            await refused.WaitAsync(TimeSpan.FromSeconds(10), Token));
        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
        Assert.Contains("before its start is answered", refusal.Detail, StringComparison.Ordinal);
        Assert.False(patient.IsCompleted);
        await call.CompleteAsync(Token);
        await patient;
        await early.ContributeAsync(State(session));
    }

    // Chunk after chunk with pauses: whole, well-formed, and never quiet for long.
    private static async Task<GrpcException> TrickleAsync(TestClient client, Contribution contribution, TimeSpan pause)
    {
        await using GrpcDuplexCall<UploadPart, UploadState> call = client.Link.Upload(Token);
        Task<GrpcException> told = Assert.ThrowsAsync<GrpcException>(async () =>
        {
            await foreach (UploadState state in call.Responses)
            {
                _ = state;
            }
        });
        await call.Requests.WriteAsync(TestClient.Start(contribution, 0), Token);
        for (int chunk = 0; !told.IsCompleted; chunk++)
        {
            await Task.WhenAny(told, Task.Delay(pause, Token));
            Assert.True(chunk < contribution.Chunks.Length, "the upload kept its place to the end");
            try
            {
                await call.Requests.WriteAsync(TestClient.Part(contribution.Chunks[chunk]), Token);
            }
            catch (Exception fault) when (fault is GrpcException or OperationCanceledException)
            {
                break;
            }
        }

        return await told.WaitAsync(TimeSpan.FromSeconds(30), Token);
    }

    private static RoundState State(TestSession session) => session.Host!.Engine.StateFor(-1);

    private static async Task<TestSession> CollectingAsync(ServerLimits limits)
    {
        TestSession session = new(null, vectorLength: VectorLength) { Limits = limits };
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        return session;
    }
}
