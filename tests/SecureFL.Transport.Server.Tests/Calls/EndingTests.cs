using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Calls;

/// <summary>Deadlines, cancellation and peers that vanish.</summary>
public sealed class EndingTests
{
    private static readonly EchoMessage Wait = new() { Text = "wait" };

    [Fact]
    public async Task A_deadline_ends_the_call_on_both_sides()
    {
        EchoService echo = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(echo.Build());
        using GrpcChannel channel = server.Connect();
        await channel.UnaryAsync(EchoService.Unary, new EchoMessage());

        // On a machine that needs longer to begin the call, the next deadline is twice as far away.
        for (TimeSpan timeout = TimeSpan.FromSeconds(0.5); !echo.Waiting.Task.IsCompleted; timeout *= 2)
        {
            GrpcException fault = await Assert.ThrowsAsync<GrpcException>(
                () => channel.UnaryAsync(EchoService.Unary, Wait, new GrpcCallOptions { Timeout = timeout }));
            Assert.Equal(StatusCode.DeadlineExceeded, fault.StatusCode);
        }

        await echo.Cancelled.Task;
        Assert.True(echo.Seen.HasDeadline);
    }

    [Fact]
    public async Task A_deadline_that_has_passed_ends_the_call_at_once()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(() =>
            channel.UnaryAsync(EchoService.Unary, new EchoMessage(),
                new GrpcCallOptions { Deadline = DateTimeOffset.UtcNow.AddSeconds(-1) }));
        Assert.Equal(StatusCode.DeadlineExceeded, fault.StatusCode);
    }

    [Fact]
    public async Task A_deadline_reaches_every_kind_of_stream()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        GrpcCallOptions soon = new() { Timeout = TimeSpan.FromMilliseconds(200) };
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<GrpcException>(() =>
            StatusTests.DrainAsync(channel.ServerStreamingAsync(EchoService.Down,
                new EchoMessage { Text = "wait", Number = 2 }, soon), null))).StatusCode);
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<GrpcException>(() =>
            channel.UploadAsync(StatusTests.Endless(), soon))).StatusCode);
        await using GrpcDuplexCall<EchoMessage, EchoMessage> duplex = channel.Duplex(EchoService.Both, soon);
        Assert.Equal(StatusCode.DeadlineExceeded,
            (await Assert.ThrowsAsync<GrpcException>(() => StatusTests.DrainAsync(duplex.Responses, 0))).StatusCode);
        Assert.Equal(StatusCode.DeadlineExceeded,
            (await Assert.ThrowsAsync<GrpcException>(
                () => duplex.Requests.WriteAsync(new EchoMessage()).AsTask())).StatusCode);
    }

    [Fact]
    public async Task A_call_that_is_refused_before_its_first_message_ends_with_the_refusal()
    {
        GrpcService closed = new EchoService().Configure(
            new GrpcServiceBuilder(EchoService.Name).Guard(
                _ => throw new GrpcException(StatusCode.PermissionDenied, "not for you"))).Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(closed);

        // A connection of its own for each hundred: Kestrel remembers a refused stream for five seconds, and ends a
        // connection with twice as many as may be open.
        GrpcChannel[] channels = [.. Enumerable.Range(0, 4).Select(_ => server.Connect())];

        // The refusal overtakes the request: sometimes before the transport asks for the body, sometimes while a
        // message is written, sometimes after it. Far from any deadline.
        GrpcCallOptions options = new() { Timeout = TimeSpan.FromMinutes(5) };
        await Parallel.ForEachAsync(Enumerable.Range(0, 400), new ParallelOptions { MaxDegreeOfParallelism = 20 },
            async (i, _) =>
        {
            await using GrpcDuplexCall<EchoMessage, EchoMessage> call =
                channels[i / 100].Duplex(EchoService.Both, options);
            if (i % 4 == 0)
            {
                await Task.Delay(1, CancellationToken.None);
            }

            for (int message = 0; message < i % 3; message++)
            {
                try
                {
                    await call.Requests.WriteAsync(EchoService.Message(1000), CancellationToken.None);
                }
                catch (GrpcException ended)
                {
                    Assert.True(ended.StatusCode is StatusCode.Unavailable or StatusCode.PermissionDenied,
                        $"{i}: {ended}");
                }
            }

            GrpcException refusal = await Assert.ThrowsAsync<GrpcException>(
                () => StatusTests.DrainAsync(call.Responses, 0));
            Assert.True(refusal is { StatusCode: StatusCode.PermissionDenied, Detail: "not for you" },
                $"{i}: {refusal}");
            GrpcException late = await Assert.ThrowsAsync<GrpcException>(
                () => call.Requests.WriteAsync(new EchoMessage(), CancellationToken.None).AsTask());
            Assert.Equal(StatusCode.PermissionDenied, late.StatusCode);
        });
        Array.ForEach(channels, channel => channel.Dispose());
    }

    [Fact]
    public async Task A_caller_that_cancels_is_heard_at_the_server()
    {
        EchoService echo = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(echo.Build());
        using GrpcChannel channel = server.Connect();
        using CancellationTokenSource cancel = new();
        Task<EchoMessage> call = channel.UnaryAsync(EchoService.Unary, Wait,
            new GrpcCallOptions { Cancellation = cancel.Token });
        await echo.Waiting.Task;
        await cancel.CancelAsync();
        OperationCanceledException fault = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(cancel.Token, fault.CancellationToken);
        await echo.Cancelled.Task;
    }

    [Fact]
    public async Task Leaving_a_stream_or_disposing_a_call_cancels_it_at_the_server()
    {
        EchoService down = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(down.Build());
        using GrpcChannel channel = server.Connect();
        await foreach (EchoMessage _ in
            channel.ServerStreamingAsync(EchoService.Down, new EchoMessage { Text = "wait", Number = 1 }))
        {
            await down.Waiting.Task;
            break;
        }

        await down.Cancelled.Task;

        EchoService both = new();
        await using LoopbackServer second = await LoopbackServer.StartAsync(both.Build());
        using GrpcChannel other = second.Connect();
        GrpcDuplexCall<EchoMessage, EchoMessage> call = other.Duplex(EchoService.Both);
        await call.Requests.WriteAsync(Wait);
        await both.Waiting.Task;
        call.Dispose();
        await both.Cancelled.Task;
    }

    [Fact]
    public async Task A_server_that_nobody_runs_is_unavailable()
    {
        Uri address;
        await using (LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build()))
        {
            address = server.Address;
        }

        using GrpcChannel channel = new(address, new GrpcChannelOptions { AllowInsecureLoopback = true });
        Assert.Equal(StatusCode.Unavailable,
            (await Assert.ThrowsAsync<GrpcException>(
                () => channel.UnaryAsync(EchoService.Unary, new EchoMessage()))).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<GrpcException>(() =>
            channel.UploadAsync(StatusTests.Endless()))).StatusCode);
        await using GrpcDuplexCall<EchoMessage, EchoMessage> duplex = channel.Duplex(EchoService.Both);
        Assert.Equal(StatusCode.Unavailable,
            (await Assert.ThrowsAsync<GrpcException>(
                () => duplex.Requests.WriteAsync(new EchoMessage()).AsTask())).StatusCode);
    }

    [Fact]
    public async Task A_server_that_goes_down_makes_its_calls_unavailable_and_a_new_one_is_found_again()
    {
        EchoService echo = new();
        LoopbackServer server = await LoopbackServer.StartAsync(echo.Build());
        using GrpcChannel channel = server.Connect();
        Task<EchoMessage> unary = channel.UnaryAsync(EchoService.Unary, Wait);
        Task stream = StatusTests.DrainAsync(
            channel.ServerStreamingAsync(EchoService.Down, new EchoMessage { Text = "wait", Number = 2 }), null);
        await echo.Waiting.Task;
        await server.DisposeAsync();
        GrpcException first = await Assert.ThrowsAsync<GrpcException>(() => unary);
        Assert.True(first.StatusCode == StatusCode.Unavailable, first.ToString());
        GrpcException second = await Assert.ThrowsAsync<GrpcException>(() => stream);
        Assert.True(second.StatusCode == StatusCode.Unavailable, second.ToString());
        await using LoopbackServer again =
            await LoopbackServer.StartAsync(new EchoService().Build(), port: server.Port);
        await channel.UnaryAsync(EchoService.Unary, new EchoMessage(), new GrpcCallOptions { Idempotent = true });
    }
}
