using System.Text;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Health;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Health;
using SecureFL.Transport.Server.Limits;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Hostile;

/// <summary>
/// Clients that break HTTP/2, gRPC or everybody's patience, on raw sockets; an honest client goes on all the while.
/// </summary>
public sealed class HostileClientTests
{
    private const string Unary = "/securefl.test.v1.Echo/Unary";
    private const string Up = "/securefl.test.v1.Echo/Up";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly GrpcCallOptions StartedAgain = new()
    { Idempotent = true, Retry = new GrpcRetryPolicy { MaxAttempts = 50 } };

    public static TheoryData<string> BrokenConnections() =>
    [
        "47455420 2f20 48545450 2f312e31 0d0a 486f73743a 78 0d0a0d0a", // HTTP/1.1
        "1603010200010001fc0303", // the beginning of a TLS handshake
        "505249202a20", // half of a preface, and no more
        "S 000001 00 00 00000000 00", // DATA on the connection itself
        "S 000001 00 00 00000001 00", // DATA on a stream that nobody opened
        "S ffffff 00 00 00000001", // a frame of 16 MiB
        "S 000003 01 04 00000001 ffffff", // a header block that is no HPACK
        "S 000000 01 04 00000002", // HEADERS on an even stream
        "S 000001 09 04 00000001 00", // CONTINUATION of nothing
        "S 000004 08 00 00000000 00000000", // a window update of zero
        "S 000005 04 00 00000000 0000000000", // SETTINGS of five bytes
        "S 000006 04 00 00000000 0004ffffffff", // a window of 2^32 - 1
        "S 000007 06 00 00000000 00000000000000", // PING of seven bytes
        "S 000004 03 00 00000009 00000008", // a reset of an idle stream
    ];

    [Theory]
    [MemberData(nameof(BrokenConnections))]
    public async Task Broken_frames_end_their_connection_and_no_other(string script)
    {
        GrpcTransportLimits hasty = new() { IdleConnectionTimeout = TimeSpan.FromSeconds(2) };
        await using LoopbackServer server =
            await LoopbackServer.StartAsync(new EchoService().Build(), transport: hasty);
        using GrpcChannel honest = server.Connect();
        await honest.UnaryAsync(EchoService.Unary, new EchoMessage(), StartedAgain);
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Port, handshake: script[0] == 'S');
        await raw.SendAsync(
            Convert.FromHexString(script.TrimStart('S').Replace(" ", string.Empty, StringComparison.Ordinal)));
        Assert.True(await raw.ClosedAsync(Patience), "the server keeps a connection that broke HTTP/2");

        // The honest connection may have been idle for that long itself.
        await honest.UnaryAsync(EchoService.Unary, EchoService.Message(100_000), StartedAgain);
    }

    [Theory]
    [InlineData("00ffffffff", false, "8")]
    [InlineData("0000400001", false, "8")]
    [InlineData("000000000a0102", true, "13")]
    [InlineData("0000", true, "13")]
    [InlineData("", true, "13")]
    [InlineData("0100000000", false, "13")]
    [InlineData("00000000030a7f01", true, "13")]
    [InlineData("00000000000000000000", true, "13")]
    public async Task Broken_messages_get_a_status(string hex, bool end, string status)
    {
        EchoService echo = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(echo.Build());
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Port);
        await raw.SendAsync(
            (byte[])[.. RawHttp2.Request(1, Unary), .. RawHttp2.Message(1, end, Convert.FromHexString(hex))]);
        Assert.Equal(status, await raw.StatusAsync(1));
        Assert.Equal(0, echo.Calls);

        // The connection is still good.
        await raw.SendAsync((byte[])[.. RawHttp2.Request(3, Unary), .. RawHttp2.Message(3, true, 0, 0, 0, 0, 0)]);
        Assert.Equal("0", await raw.StatusAsync(3));
    }

    [Theory]
    [InlineData("grpc-encoding", "gzip", "12")]
    [InlineData("grpc-encoding", "identity", "0")]
    [InlineData("grpc-timeout", "soon", "13")]
    [InlineData("grpc-timeout", "0n", "4")]
    [InlineData("custom-bin", "*not base64*", "0")]
    public async Task Headers_are_read_carefully(string name, string value, string status)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Port);
        await raw.SendAsync(
            (byte[])[.. RawHttp2.Request(1, Unary, 4, (name, value)), .. RawHttp2.Message(1, true, 0, 0, 0, 0, 0)]);
        Assert.Equal(status, await raw.StatusAsync(1));
    }

    [Fact]
    public async Task What_is_not_grpc_is_not_served()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using SocketsHttpHandler handler = new();
        using HttpMessageInvoker http = new(handler);
        foreach ((HttpMethod method, string? type, int expected) in
            ((HttpMethod, string?, int)[])[(HttpMethod.Post, "application/json", 415), (HttpMethod.Post, null, 415),
                (HttpMethod.Get, null, 404)])
        {
            using HttpRequestMessage request = new(method, new Uri(server.Address, Unary))
            { Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
            if (type is not null)
            {
                request.Content = new StringContent("{}", Encoding.ASCII, type);
            }

            using HttpResponseMessage response = await http.SendAsync(request, default);
            Assert.Equal(expected, (int)response.StatusCode);
        }
    }

    [Fact]
    public async Task Header_blocks_above_the_limit_are_refused()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Port);
        byte[] block = RawHttp2.Block([.. Enumerable.Range(0, 20).Select(i => ($"x{i}", new string('y', 3000)))]);
        await raw.SendAsync((byte[])[
            .. RawHttp2.Request(1, Unary, 1), .. block.Chunk(16_000).SelectMany(part => RawHttp2.Frame(9, 0, 1, part)),
            .. RawHttp2.Frame(9, 4, 1, [])]);
        RawFrame? answer;
        do
        {
            answer = await raw.ReadAsync();
        }
        while (answer is not null and not { Type: RawFrame.Headers } and not { Type: RawFrame.Reset });

        Assert.Null(answer?.Header("grpc-status"));
        using GrpcChannel honest = server.Connect();
        await honest.UnaryAsync(EchoService.Unary, new EchoMessage());
    }

    [Fact]
    public async Task A_slow_loris_runs_out_of_time_whatever_it_trickles()
    {
        // The honest client calls a service that leaves it time: it must not lose any because this machine is slow.
        GrpcServerLimits hasty = new()
        {
            MessageTimeout = TimeSpan.FromSeconds(1.5),
            StreamIdleTimeout = TimeSpan.FromSeconds(1.5),
            MinReceiveBytesPerSecond = 1 << 20
        };
        GrpcHealth health = new();
        await using LoopbackServer server =
            await LoopbackServer.StartAsync(new EchoService().Build(), hasty,
                map: routes => routes.MapGrpc(health.Build(), new GrpcServerLimits()));
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Port);

        // No byte; a prefix a byte at a time; a message a byte at a time; one good message, then nothing.
        await raw.SendAsync((byte[])[
            .. RawHttp2.Request(1, Up), .. RawHttp2.Request(3, Up), .. RawHttp2.Request(5, Unary),
            .. RawHttp2.Message(5, false, 0, 0, 0, 0, 200),
            .. RawHttp2.Request(7, Up), .. RawHttp2.Message(7, false, 0, 0, 0, 0, 0)]);
        using CancellationTokenSource done = new();
        Task trickle = Task.Run(async () =>
        {
            try
            {
                while (!done.IsCancellationRequested)
                {
                    await raw.SendAsync((byte[])[.. RawHttp2.Message(5, false, 0)]);
                    await Task.Delay(100, done.Token);
                }
            }
            catch (Exception fault) when (fault is OperationCanceledException or IOException)
            {
            }
        });
        using GrpcChannel honest = server.Connect();
        Dictionary<int, string> statuses = [];
        while (statuses.Count < 4 && await raw.ReadAsync() is { } frame)
        {
            if (frame.Type == RawFrame.Headers && frame.Header("grpc-status") is { } status)
            {
                statuses[frame.Stream] = status;
                Assert.True(await HealthQuestion.AskAsync(honest));
            }
        }

        await done.CancelAsync();
        await trickle;
        Assert.Equal([(1, "4"), (3, "4"), (5, "4"), (7, "4")],
            statuses.OrderBy(s => s.Key).Select(s => (s.Key, s.Value)));
    }

    [Fact]
    public async Task A_connection_that_is_cut_within_a_message_cancels_its_handler()
    {
        TaskCompletionSource started = new(), cancelled = new();
        GrpcService service = new GrpcServiceBuilder(EchoService.Name).ClientStreaming(EchoService.Up,
            async (requests, call) =>
        {
            started.SetResult();
            try
            {
                await foreach (EchoMessage _ in requests)
                {
                }
            }
            catch (OperationCanceledException)
            {
                cancelled.SetResult();
                throw;
            }

            return new EchoSummary();
        }).Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(service);
        using (RawHttp2 raw = await RawHttp2.ConnectAsync(server.Port))
        {
            await raw.SendAsync(
                (byte[])[.. RawHttp2.Request(1, Up), .. RawHttp2.Message(1, false, 0, 0, 0, 4, 0, 1, 2, 3)]);
            await started.Task;
        }

        await cancelled.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task Streams_opened_and_reset_by_the_thousand_hurt_only_their_connection()
    {
        GrpcServerLimits limits = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build(), limits);
        using GrpcChannel honest = server.Connect();
        using RawHttp2 raw = await RawHttp2.ConnectAsync(server.Port);
        try
        {
            for (int stream = 1; stream < 20_000; stream += 2)
            {
                await raw.SendAsync((byte[])[.. RawHttp2.Request(stream, Up),
                    .. RawHttp2.Frame(RawFrame.Reset, 0, stream, [0, 0, 0, 8])]);
                if (stream % 1000 == 1)
                {
                    await honest.UnaryAsync(EchoService.Unary, new EchoMessage());
                }
            }
        }
        catch (IOException)
        {
            // The server had enough of it.
        }

        await honest.UnaryAsync(EchoService.Unary, EchoService.Message(100_000));
        raw.Dispose();
        for (int i = 0; i < 2400 && limits.Calls.Running > 0; i++)
        {
            await Task.Delay(50);
        }

        Assert.Equal((0, 0L), (limits.Calls.Running, limits.InFlight.InUse));
    }
}
