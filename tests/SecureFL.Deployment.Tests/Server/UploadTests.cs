using Google.Protobuf;
using Grpc.Core;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Rlwe.Planning;
using SecureFL.Server;
using SecureFL.Server.Rounds;
using SecureFL.Server.Uploads;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>Uploads that break off, repeat, cheat, or meet a full disk.</summary>
public sealed class UploadTests
{
    // Several chunks, so that there is something between first and last.
    private const int VectorLength = 300_000;

    [Fact]
    public async Task An_upload_that_broke_off_is_resumed_where_it_stopped_also_after_a_restart()
    {
        await using TestSession session = await CollectingAsync();
        using TestClient client = session.Client(0);
        Contribution contribution = await client.MakeAsync(State(session));
        Assert.True(contribution.Chunks.Length > 3);
        UploadState first = await client.SendAsync(contribution, most: 2);
        Assert.False(first.Accepted);
        UploadState state = await client.Link.GetUploadAsync(0, TestContext.Current.CancellationToken);
        Assert.Equal((2UL, contribution.Header.Statement.Root), (state.NextChunk, new Digest(state.Root.Span)));

        await session.RestartAsync();
        state = await client.Link.GetUploadAsync(0, TestContext.Current.CancellationToken);
        Assert.Equal(2UL, state.NextChunk);
        UploadState end = await client.SendAsync(contribution);
        Assert.True(end.Accepted);

        // Repeating an accepted contribution is welcome, and changes nothing.
        Assert.Null(await client.SendPartsAsync(TestClient.Start(contribution, 0)));
        Assert.Equal(1U, session.Host!.Engine.StateFor(0).Contributions);
    }

    [Fact]
    public async Task Acknowledgements_follow_every_window()
    {
        await using TestSession session =
            await CollectingAsync(new ServerLimits { WindowBytes = 1 << 16, CallsPerSecond = 1000, CallBurst = 1000 });
        using TestClient client = session.Client(0);
        Contribution contribution = await client.MakeAsync(State(session));
        await using GrpcDuplexCall<UploadPart, UploadState> call =
            client.Link.Upload(TestContext.Current.CancellationToken);
        await call.Requests.WriteAsync(TestClient.Start(contribution, 0), TestContext.Current.CancellationToken);
        await using IAsyncEnumerator<UploadState> told =
            call.Responses.GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await told.MoveNextAsync());
        Assert.Equal(0UL, told.Current.NextChunk);
        for (ulong chunk = 0; chunk < 3; chunk++)
        {
            await call.Requests.WriteAsync(TestClient.Part(contribution.Chunks[(int)chunk]),
                TestContext.Current.CancellationToken);
            Assert.True(await told.MoveNextAsync());
            Assert.Equal(chunk + 1, told.Current.NextChunk);
        }
    }

    [Fact]
    public async Task Nobody_uploads_for_another()
    {
        await using TestSession session = await CollectingAsync();
        using TestClient mine = session.Client(0);
        using TestClient other = session.Client(1);
        Contribution stolen = await other.MakeAsync(State(session));
        GrpcException? refusal = await mine.SendPartsAsync(TestClient.Start(stolen, 0),
            TestClient.Part(stolen.Chunks[0]));
        Assert.Equal(StatusCode.PermissionDenied, refusal?.StatusCode);
        Assert.Contains("client 0", refusal!.Detail, StringComparison.Ordinal);
        await other.ContributeAsync(State(session));
        Assert.Equal(1U, session.Host!.Engine.StateFor(-1).Contributions);
    }

    [Fact]
    public async Task Chunks_come_in_order_once_and_of_their_size()
    {
        await using TestSession session = await CollectingAsync();
        using TestClient client = session.Client(0);
        Contribution contribution = await client.MakeAsync(State(session));
        UploadPart first = TestClient.Part(contribution.Chunks[0]);
        UploadPart third = TestClient.Part(contribution.Chunks[2]);
        Assert.Equal(StatusCode.FailedPrecondition,
            (await client.SendPartsAsync(TestClient.Start(contribution, 0), first, third))?.StatusCode);
        Assert.Equal(StatusCode.FailedPrecondition,
            (await client.SendPartsAsync(TestClient.Start(contribution, 1), first))?.StatusCode);
        Assert.Equal(StatusCode.FailedPrecondition,
            (await client.SendPartsAsync(TestClient.Start(contribution, 0)))?.StatusCode);

        byte[] shorter = contribution.Chunks[1].Encode()[..^1];
        Assert.Equal(
            StatusCode.InvalidArgument,
            (await client.SendPartsAsync(TestClient.Start(contribution, 1),
                new UploadPart { ChunkMessage = ByteString.CopyFrom(shorter) }))?.StatusCode);
        byte[] larger = new byte[8 << 20];
        GrpcException? oversized = await client.SendPartsAsync(TestClient.Start(contribution, 1),
            new UploadPart { ChunkMessage = ByteString.CopyFrom(larger, 0, (4 << 20) - 64) });
        Assert.Equal(StatusCode.ResourceExhausted, oversized?.StatusCode);
        Assert.Equal(StatusCode.InvalidArgument,
            (await client.SendPartsAsync(TestClient.Part(contribution.Chunks[1])))?.StatusCode);

        // None of that harmed the upload.
        await client.ContributeAsync(State(session));
    }

    [Fact]
    public async Task A_malformed_ciphertext_is_refused_before_it_is_stored()
    {
        await using TestSession session = await CollectingAsync();
        using TestClient client = session.Client(0);
        Contribution contribution = await client.MakeAsync(State(session));
        byte[] bad = contribution.Chunks[0].Encode();
        bad.AsSpan(bad.Length - 64).Fill(0xFF);
        GrpcException? refusal = await client.SendPartsAsync(TestClient.Start(contribution, 0),
            new UploadPart { ChunkMessage = ByteString.CopyFrom(bad) });
        Assert.Equal(StatusCode.InvalidArgument, refusal?.StatusCode);
        Assert.Contains($"[{(int)ViolationCode.MalformedCiphertext}", refusal!.Detail, StringComparison.Ordinal);
        Assert.Equal(0UL, (await client.Link.GetUploadAsync(0, TestContext.Current.CancellationToken)).NextChunk);
    }

    [Fact]
    public async Task A_second_contribution_is_refused_and_a_forged_header_starts_anew()
    {
        await using TestSession session = await CollectingAsync();
        using TestClient client = session.Client(0);
        Contribution first = await client.MakeAsync(State(session));
        using TestClient twin = session.Client(0);
        Contribution second = await twin.MakeAsync(State(session));
        await client.SendAsync(first, most: 1);
        Assert.Equal(StatusCode.AlreadyExists, (await twin.SendPartsAsync(TestClient.Start(second, 0)))?.StatusCode);

        byte[] forged = first.Header.Encode();
        forged[^1] ^= 1;
        List<UploadPart> parts = [TestClient.Start(first, 1), .. first.Chunks.Skip(1).Select(TestClient.Part),
            new UploadPart { HeaderMessage = ByteString.CopyFrom(forged) }];
        Assert.NotNull(await client.SendPartsAsync(parts));
        Assert.False(session.Host!.Engine.StateFor(0).Yours);
        await client.ContributeAsync(State(session));
        Assert.Equal(StatusCode.AlreadyExists, (await twin.SendPartsAsync(TestClient.Start(second, 0)))?.StatusCode);
    }

    [Fact]
    public async Task A_contribution_of_a_former_round_is_refused_in_the_next()
    {
        await using TestSession session = new(null);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync(2);
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient[] clients = session.Clients();
        foreach (TestClient client in clients)
        {
            await client.ContributeAsync(state);
        }

        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting && state.Round == 1);
        Contribution old = await clients[0].MakeAsync(state);
        UploadPart start = TestClient.Start(old, 0);
        start.Start.Round = 1;
        Assert.Equal(StatusCode.FailedPrecondition,
            (await clients[0].SendPartsAsync(start, TestClient.Part(old.Chunks[0])))?.StatusCode);
        Assert.Equal(StatusCode.FailedPrecondition,
            (await clients[0].SendPartsAsync(TestClient.Start(old, 0)))?.StatusCode);
    }

    [Fact]
    public async Task Whoever_withdraws_is_out_of_the_round()
    {
        await using TestSession session = await CollectingAsync();
        TestClient[] clients = session.Clients();
        await clients[0].ContributeAsync(State(session));
        await clients[0].Link.WithdrawAsync(0, TestContext.Current.CancellationToken);
        await session.RestartAsync();
        Assert.Equal(0U, session.Host!.Engine.StateFor(-1).Contributions);
        Contribution mine = await clients[0].MakeAsync(State(session));
        Assert.Equal(StatusCode.FailedPrecondition,
            (await clients[0].SendPartsAsync(TestClient.Start(mine, 0)))?.StatusCode);
        foreach (TestClient client in clients.Skip(1))
        {
            await client.ContributeAsync(State(session));
        }

        await session.OperateAsync(OperationMethods.CloseRound, new RoundRequest { Round = 0 });
        await session.UntilAsync(state => state.Phase == RoundPhase.Waiting);
        Assert.Equal(["hospital 1", "hospital 2", "hospital 3"], session.Host!.Engine.Status(0).Recent[0].Contributors);
        GrpcException late = await Assert.ThrowsAsync<GrpcException>(
            () => clients[1].Link.WithdrawAsync(0, TestContext.Current.CancellationToken));
        Assert.Equal(StatusCode.FailedPrecondition, late.StatusCode);
    }

    [Fact]
    public async Task Whoever_comes_to_a_full_round_is_let_in_once_another_withdraws()
    {
        await using TestSession session = new(null, configure: settings => settings with
        {
            Parameters = AggregationPlanner.Plan(new PlanningRequest(100, 16, 8f, 3, 0, 3)),
        });
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);

        // Without receipts the round is not closed.
        for (int holder = 0; holder < 3; holder++)
        {
            await session.StopHolderAsync(holder);
        }

        TestClient[] clients = session.Clients();
        foreach (TestClient client in clients[..3])
        {
            await client.ContributeAsync(State(session));
        }

        Contribution late = await clients[3].MakeAsync(State(session));
        GrpcException refusal = await Assert.ThrowsAsync<GrpcException>(() => clients[3].SendAsync(late));
        Assert.Contains("at most 3 contributions", refusal.Detail, StringComparison.Ordinal);
        await clients[0].Link.WithdrawAsync(0, TestContext.Current.CancellationToken);
        Assert.True((await clients[3].SendAsync(late)).Accepted);
    }

    [Fact]
    public async Task A_full_disk_is_said_and_survived()
    {
        bool full = false;
        await using TestSession session = new(null, vectorLength: VectorLength)
        {
            Options = new EngineOptions
            { OpenStore = folder => round => new FullStore(folder.Round(round), () => full) },
        };
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient[] clients = session.Clients();
        Contribution contribution = await clients[0].MakeAsync(state);
        await clients[0].SendAsync(contribution, most: 2);
        full = true;
        GrpcException? refusal = await clients[0].SendPartsAsync(TestClient.Start(contribution, 2),
            TestClient.Part(contribution.Chunks[2]));
        Assert.Equal(StatusCode.ResourceExhausted, refusal?.StatusCode);
        Assert.Contains("disk", refusal!.Detail, StringComparison.Ordinal);
        full = false;
        Assert.Equal(2UL, (await clients[0].Link.GetUploadAsync(0, TestContext.Current.CancellationToken)).NextChunk);
        foreach (TestClient client in clients)
        {
            await client.ContributeAsync(state);
        }

        await session.UntilAsync(
            state => state.Phase == RoundPhase.Waiting && state.Reason.Contains("operator", StringComparison.Ordinal));
        Assert.Equal(1UL, session.Host!.Engine.Status(0).RoundsOpened);
    }

    [Fact]
    public async Task A_newer_stream_of_a_client_takes_over_from_one_that_hangs()
    {
        await using TestSession session = await CollectingAsync();
        using TestClient client = session.Client(0);
        Contribution contribution = await client.MakeAsync(State(session));
        await using GrpcDuplexCall<UploadPart, UploadState> hanging =
            client.Link.Upload(TestContext.Current.CancellationToken);
        await hanging.Requests.WriteAsync(TestClient.Start(contribution, 0), TestContext.Current.CancellationToken);
        await hanging.Requests.WriteAsync(TestClient.Part(contribution.Chunks[0]),
            TestContext.Current.CancellationToken);
        await using IAsyncEnumerator<UploadState> told =
            hanging.Responses.GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await told.MoveNextAsync());

        UploadState end = default!;
        for (int attempt = 0; attempt < 5 && !(end?.Accepted ?? false); attempt++)
        {
            try
            {
                end = await client.SendAsync(contribution);
            }
            catch (GrpcException fault) when (fault.StatusCode == StatusCode.FailedPrecondition)
            {
                // The hanging stream stored another chunk between question and start.
            }
        }

        Assert.True(end!.Accepted);
        GrpcException evicted = await Assert.ThrowsAsync<GrpcException>(async () => await told.MoveNextAsync());
        Assert.Equal(StatusCode.Aborted, evicted.StatusCode);
    }

    private static RoundState State(TestSession session) => session.Host!.Engine.StateFor(-1);

    private static async Task<TestSession> CollectingAsync(ServerLimits? limits = null)
    {
        TestSession session = limits is null ? new(null, vectorLength: VectorLength)
            : new(null, vectorLength: VectorLength) { Limits = limits };
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        return session;
    }

    private sealed class FullStore(string directory, Func<bool> full) : UploadStore(directory)
    {
        public override void Write(int client, long chunk, ReadOnlySpan<byte> packed)
        {
            if (full())
            {
                throw new IOException("No space left on device");
            }

            base.Write(client, chunk, packed);
        }
    }
}
