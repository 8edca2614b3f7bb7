using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Limits;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Calls;

public sealed class LimitTests
{
    [Fact]
    public async Task A_request_above_the_servers_limit_names_size_and_limit()
    {
        EchoService echo = new();
        await using LoopbackServer server =
            await LoopbackServer.StartAsync(echo.Build(), new GrpcServerLimits { MaxReceiveMessageBytes = 1000 });
        using GrpcChannel channel = server.Connect();
        EchoMessage large = EchoService.Message(2_000_000);
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(
            () => channel.UnaryAsync(EchoService.Unary, large));
        Assert.Equal(StatusCode.ResourceExhausted, fault.StatusCode);
        Assert.Contains($"{large.CalculateSize()} bytes", fault.Detail, StringComparison.Ordinal);
        Assert.Contains("limit is 1000", fault.Detail, StringComparison.Ordinal);
        Assert.Equal(0, echo.Calls);
        await channel.UnaryAsync(EchoService.Unary, EchoService.Message(900));
    }

    [Fact]
    public async Task Every_side_refuses_to_send_or_to_take_more_than_its_limit()
    {
        await using LoopbackServer server =
            await LoopbackServer.StartAsync(new EchoService().Build(),
                new GrpcServerLimits { MaxSendMessageBytes = 5000 });
        using GrpcChannel sender = server.Connect(
            new GrpcChannelOptions { AllowInsecureLoopback = true, MaxSendMessageBytes = 800 });
        using GrpcChannel receiver = server.Connect(
            new GrpcChannelOptions { AllowInsecureLoopback = true, MaxReceiveMessageBytes = 800 });
        await AssertExhausted(() => sender.UnaryAsync(EchoService.Unary, EchoService.Message(900)), "limit is 800");
        await AssertExhausted(() => receiver.UnaryAsync(EchoService.Unary, EchoService.Message(900)), "limit is 800");
        await AssertExhausted(() => receiver.UnaryAsync(EchoService.Unary, EchoService.Message(6000)), "limit is 5000");
        await using GrpcDuplexCall<EchoMessage, EchoMessage> call = sender.Duplex(EchoService.Both);
        await AssertExhausted(() => call.Requests.WriteAsync(EchoService.Message(900)).AsTask(), "limit is 800");

        // Nothing of the refused message was sent: the stream goes on.
        await call.Requests.WriteAsync(EchoService.Message(100));
        await call.CompleteAsync();
        await StatusTests.DrainAsync(call.Responses, 1);
    }

    [Fact]
    public async Task Calls_above_the_limit_of_a_peer_or_of_all_are_refused_and_the_others_go_on()
    {
        EchoService echo = new();
        GrpcServerLimits limits = new() { Calls = new CallAdmission(3, 2) };
        await using LoopbackServer server = await LoopbackServer.StartAsync(echo.Build(), limits);
        using GrpcChannel first = server.Connect(), second = server.Connect();
        await using GrpcDuplexCall<EchoMessage, EchoMessage> a = await OpenAsync(first), b = await OpenAsync(first);
        await AssertExhausted(() => first.UnaryAsync(EchoService.Unary, new EchoMessage()),
            "2 calls of this peer are under way; the limit is 2");
        await using GrpcDuplexCall<EchoMessage, EchoMessage> c = await OpenAsync(second);
        await AssertExhausted(() => second.UnaryAsync(EchoService.Unary, new EchoMessage()),
            "3 calls are under way; the limit is 3");
        await a.CompleteAsync();
        await StatusTests.DrainAsync(a.Responses, 0);
        await c.CompleteAsync();
        await StatusTests.DrainAsync(c.Responses, 0);
        await second.UnaryAsync(EchoService.Unary, new EchoMessage());
        await b.CompleteAsync();
        await StatusTests.DrainAsync(b.Responses, 0);
        Assert.Equal(0, limits.Calls.Running);
    }

    [Fact]
    public async Task A_method_may_have_limits_of_its_own()
    {
        GrpcServerLimits narrow = new() { MaxReceiveMessageBytes = 100 };
        GrpcService service = new GrpcServiceBuilder(EchoService.Name)
            .Unary(EchoService.Unary, (request, _) => Task.FromResult(request),
                narrow with { MaxReceiveMessageBytes = 10_000 })
            .ClientStreaming(EchoService.Up, (_, _) => Task.FromResult(new EchoSummary())).Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(service, narrow);
        using GrpcChannel channel = server.Connect();
        await channel.UnaryAsync(EchoService.Unary, EchoService.Message(9000));
        Assert.Throws<ArgumentException>(() => new GrpcServiceBuilder(EchoService.Name).Unary(
            EchoService.Unary, (request, _) => Task.FromResult(request),
            new GrpcServerLimits { InFlight = new ByteBudget(1000, TimeSpan.Zero) }));
    }

    [Fact]
    public void Plaintext_is_for_loopback_and_for_those_who_ask()
    {
        Assert.Throws<ArgumentException>(
            () => new GrpcChannel(new Uri("http://127.0.0.1:1"), new GrpcChannelOptions()));
        Assert.Throws<ArgumentException>(
            () => new GrpcChannel(new Uri("http://192.0.2.1:1"),
                new GrpcChannelOptions { AllowInsecureLoopback = true }));
        Assert.Throws<ArgumentException>(
            () => new GrpcChannel(new Uri("https://localhost:1/path"), new GrpcChannelOptions()));
        Assert.Throws<ArgumentException>(() => new GrpcChannel(new Uri("ftp://localhost"), new GrpcChannelOptions()));
        using GrpcChannel permitted = new(new Uri("http://[::1]:1"),
            new GrpcChannelOptions { AllowInsecureLoopback = true });
    }

    private static async Task<GrpcDuplexCall<EchoMessage, EchoMessage>> OpenAsync(GrpcChannel channel)
    {
        GrpcDuplexCall<EchoMessage, EchoMessage> call = channel.Duplex(EchoService.Both);
        await call.Requests.WriteAsync(new EchoMessage());
        IAsyncEnumerator<EchoMessage> responses = call.Responses.GetAsyncEnumerator();
        Assert.True(await responses.MoveNextAsync());
        return call;
    }

    private static async Task AssertExhausted(Func<Task> call, string detail)
    {
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(call);
        Assert.Equal(StatusCode.ResourceExhausted, fault.StatusCode);
        Assert.Contains(detail, fault.Detail, StringComparison.Ordinal);
    }
}
