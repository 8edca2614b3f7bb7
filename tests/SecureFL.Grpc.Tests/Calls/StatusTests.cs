using SecureFL.Grpc.Tests.Contracts;
using SecureFL.Grpc.Tests.Hosting;

namespace SecureFL.Grpc.Tests.Calls;

public sealed class StatusTests
{
    [Theory]
    [InlineData(GrpcStatusCode.PermissionDenied, "plain")]
    [InlineData(GrpcStatusCode.Unauthenticated, "100 % grüße\r\ngrpc-status: 0 \u0001")]
    [InlineData(GrpcStatusCode.Aborted, "")]
    public async Task A_status_crosses_with_its_detail_and_its_trailers(GrpcStatusCode status, string detail)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        EchoMessage request = new() { Text = $"status:{(int)status}:{detail}", Number = 3 };

        // Without a message before it the status is the only block of headers; after messages it is a trailer.
        foreach (Func<Task> call in (Func<Task>[])
        [
            () => channel.UnaryAsync(EchoService.Unary, request),
            () => DrainAsync(channel.ServerStreamingAsync(EchoService.Down, request), 3),
            () => channel.ClientStreamingAsync(EchoService.Up, Once(request)),
        ])
        {
            GrpcException fault = await Assert.ThrowsAsync<GrpcException>(call);
            Assert.Equal((status, detail), (fault.Status, fault.Detail));
            Assert.Equal("asked", fault.Trailers.Get("why"));
            Assert.Equal([1, 2, 3], fault.Trailers.GetBinary("why-bin"));
        }
    }

    [Fact]
    public async Task A_crash_of_a_handler_says_nothing_of_its_cause()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(
            () => channel.UnaryAsync(EchoService.Unary, new EchoMessage { Text = "crash" }));
        Assert.Equal(GrpcStatusCode.Internal, fault.Status);
        Assert.DoesNotContain("secret", fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_crosses_both_ways()
    {
        EchoService echo = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(echo.Build());
        using GrpcChannel channel = server.Connect();
        GrpcMetadata? headers = null, trailers = null;
        byte[] binary = [0, 255, 10, 13];
        await channel.UnaryAsync(EchoService.Unary, new EchoMessage(), new GrpcCallOptions
        {
            Headers = new GrpcMetadata().Add("Custom", "value, with comma").Add("custom-bin", binary),
            OnHeaders = received => headers = received,
            OnTrailers = received => trailers = received,
        });
        Assert.Equal("value, with comma", echo.Seen.Custom);
        Assert.Equal(binary, echo.Seen.Binary);
        Assert.Equal("value, with comma", headers!.Get("answer"));
        Assert.Equal("value, with comma", trailers!.Get("last"));
        Assert.Equal(binary, trailers.GetBinary("last-bin"));
        Assert.Null(trailers.Get("grpc-status"));
    }

    [Fact]
    public async Task Unknown_methods_and_services_are_unimplemented()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        foreach (string service in (string[])[EchoService.Name, "securefl.test.v1.Nothing"])
        {
            GrpcMethod<EchoMessage, EchoMessage> unknown =
                new(service, "Nothing", EchoMessage.Parser, EchoMessage.Parser);
            Assert.Equal(GrpcStatusCode.Unimplemented,
                (await Assert.ThrowsAsync<GrpcException>(() => channel.UnaryAsync(unknown, new EchoMessage()))).Status);
        }
    }

    [Fact]
    public async Task A_guard_refuses_before_the_handler_sees_a_byte()
    {
        EchoService echo = new();
        GrpcService guarded = echo.Configure(new GrpcServiceBuilder(EchoService.Name)
            .Guard(call => call.Method.EndsWith("/Up", StringComparison.Ordinal)
                ? throw new GrpcException(GrpcStatusCode.PermissionDenied, "not you") : default)).Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(guarded);
        using GrpcChannel channel = server.Connect();

        // The stream never ends by itself: only the refusal ends it, and the caller hears of it although it still
        // sends.
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(
            () => channel.ClientStreamingAsync(EchoService.Up, Endless()));
        Assert.Equal((GrpcStatusCode.PermissionDenied, "not you"), (fault.Status, fault.Detail));
        Assert.Equal(0, echo.Calls);
        await channel.UnaryAsync(EchoService.Unary, new EchoMessage());
        Assert.Equal(1, echo.Calls);
    }

    [Fact]
    public async Task A_server_may_answer_before_it_has_read_all()
    {
        GrpcService eager = new GrpcServiceBuilder(EchoService.Name).ClientStreaming(EchoService.Up,
            async (requests, _) =>
        {
            await foreach (EchoMessage request in requests)
            {
                return new EchoSummary { Messages = 1, Bytes = request.Payload.Length };
            }

            return new EchoSummary();
        }).Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(eager);
        using GrpcChannel channel = server.Connect();
        for (int i = 0; i < 5; i++)
        {
            Assert.Equal(1, (await channel.ClientStreamingAsync(EchoService.Up, Endless())).Messages);
        }
    }

    [Fact]
    public async Task What_the_callers_own_stream_throws_reaches_the_caller()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        await Assert.ThrowsAsync<FormatException>(() => channel.ClientStreamingAsync(EchoService.Up, Failing()));
        Assert.Equal(1, (await channel.ClientStreamingAsync(EchoService.Up, Once(new EchoMessage()))).Messages);
    }

    internal static async IAsyncEnumerable<EchoMessage> Once(EchoMessage message)
    {
        await Task.Yield();
        yield return message;
    }

    internal static async IAsyncEnumerable<EchoMessage> Endless()
    {
        while (true)
        {
            await Task.Yield();
            yield return EchoService.Message(100_000);
        }
    }

    internal static async Task DrainAsync(IAsyncEnumerable<EchoMessage> messages, int? expected)
    {
        int received = 0;
        try
        {
            await foreach (EchoMessage _ in messages)
            {
                received++;
            }
        }
        finally
        {
            Assert.Equal(expected ?? received, received);
        }
    }

    private static async IAsyncEnumerable<EchoMessage> Failing()
    {
        yield return EchoService.Message(100);
        await Task.Yield();
        throw new FormatException("not a table");
    }
}
