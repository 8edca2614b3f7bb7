using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Calls;

public sealed class StatusTests
{
    [Theory]
    [InlineData(StatusCode.PermissionDenied, "plain")]
    [InlineData(StatusCode.Unauthenticated, "100 % grüße\r\ngrpc-status: 0 \u0001")]
    [InlineData(StatusCode.Aborted, "")]
    public async Task A_status_crosses_with_its_detail_and_its_trailers(StatusCode status, string detail)
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        EchoMessage request = new() { Text = $"status:{(int)status}:{detail}", Number = 3 };

        // Without a message before it the status is the only block of headers; after messages it is a trailer.
        foreach (Func<Task> call in (Func<Task>[])
        [
            () => channel.UnaryAsync(EchoService.Unary, request),
            () => DrainAsync(channel.ServerStreamingAsync(EchoService.Down, request), 3),
            () => channel.UploadAsync(Once(request)),
        ])
        {
            GrpcException fault = await Assert.ThrowsAsync<GrpcException>(call);
            Assert.Equal((status, detail), (fault.StatusCode, fault.Detail));
            Assert.Equal("asked", fault.Trailers.GetValue("why"));
            Assert.Equal([1, 2, 3], fault.Trailers.GetValueBytes("why-bin"));
        }
    }

    [Fact]
    public async Task A_crash_of_a_handler_says_nothing_of_its_cause()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        using GrpcChannel channel = server.Connect();
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(
            () => channel.UnaryAsync(EchoService.Unary, new EchoMessage { Text = "crash" }));
        Assert.Equal(StatusCode.Internal, fault.StatusCode);
        Assert.DoesNotContain("secret", fault.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_crosses_both_ways()
    {
        EchoService echo = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(echo.Build());
        using GrpcChannel channel = server.Connect();
        byte[] binary = [0, 255, 10, 13];
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(() => channel.UnaryAsync(EchoService.Unary,
            new EchoMessage { Text = "status:5:not here" }, new GrpcCallOptions
            { Headers = new Metadata { { "Custom", "value, with comma" }, { "custom-bin", binary } } }));
        Assert.Equal("value, with comma", echo.Seen.Custom);
        Assert.Equal(binary, echo.Seen.Binary);
        Assert.Equal("value, with comma", fault.Trailers.GetValue("last"));
        Assert.Equal(binary, fault.Trailers.GetValueBytes("last-bin"));
        Assert.Equal("asked", fault.Trailers.GetValue("why"));
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
            Assert.Equal(StatusCode.Unimplemented,
                (await Assert.ThrowsAsync<GrpcException>(
                    () => channel.UnaryAsync(unknown, new EchoMessage()))).StatusCode);
        }
    }

    [Fact]
    public async Task A_guard_refuses_before_the_handler_sees_a_byte()
    {
        EchoService echo = new();
        GrpcService guarded = echo.Configure(new GrpcServiceBuilder(EchoService.Name)
            .Guard(call => call.Method.EndsWith("/Up", StringComparison.Ordinal)
                ? throw new GrpcException(StatusCode.PermissionDenied, "not you") : default)).Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(guarded);
        using GrpcChannel channel = server.Connect();

        // The stream never ends by itself: only the refusal ends it, and the caller hears of it although it still
        // sends.
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(
            () => channel.UploadAsync(Endless()));
        Assert.Equal((StatusCode.PermissionDenied, "not you"), (fault.StatusCode, fault.Detail));
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
            Assert.Equal(1, (await channel.UploadAsync(Endless())).Messages);
        }
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
}
