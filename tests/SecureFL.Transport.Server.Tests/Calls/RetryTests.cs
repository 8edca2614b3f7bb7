using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Calls;

public sealed class RetryTests
{
    private static readonly GrpcRetryPolicy Fast = new()
    { InitialBackoff = TimeSpan.FromMilliseconds(1), MaxBackoff = TimeSpan.FromMilliseconds(5) };

    [Theory]
    [InlineData(StatusCode.Unavailable, true, 3, 3)]
    [InlineData(StatusCode.Unavailable, true, 9, 5)]
    [InlineData(StatusCode.Unavailable, false, 3, 1)]
    [InlineData(StatusCode.Internal, true, 3, 1)]
    [InlineData(StatusCode.ResourceExhausted, true, 3, 1)]
    public async Task Only_idempotent_calls_and_only_after_unavailable(StatusCode status, bool idempotent,
        int succeedsAt, int expectedAttempts)
    {
        int attempts = 0;
        GrpcService flaky = new GrpcServiceBuilder(EchoService.Name)
            .Unary(EchoService.Unary, (request, _) => ++attempts < succeedsAt
                ? throw new GrpcException(status, "not yet") : Task.FromResult(request))
            .ServerStreaming(EchoService.Down, async (request, responses, call) =>
            {
                if (++attempts < succeedsAt)
                {
                    throw new GrpcException(status, "not yet");
                }

                await responses.WriteAsync(request);
            }).Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(flaky);
        using GrpcChannel channel = server.Connect();
        GrpcCallOptions options = new() { Idempotent = idempotent, Retry = Fast };
        foreach (Func<Task> call in (Func<Task>[])
        [
            () => channel.UnaryAsync(EchoService.Unary, new EchoMessage(), options),
            () => StatusTests.DrainAsync(channel.ServerStreamingAsync(EchoService.Down, new EchoMessage(), options),
                succeedsAt == expectedAttempts ? 1 : 0),
        ])
        {
            attempts = 0;
            Exception? fault = await Record.ExceptionAsync(call);
            Assert.Equal(expectedAttempts, attempts);
            Assert.Equal(succeedsAt == expectedAttempts ? null : status, (fault as GrpcException)?.StatusCode);
        }
    }

    [Fact]
    public async Task A_stream_that_has_begun_is_not_begun_again()
    {
        int attempts = 0;
        GrpcService broken = new GrpcServiceBuilder(EchoService.Name).ServerStreaming(EchoService.Down,
            async (request, responses, call) =>
        {
            attempts++;
            await responses.WriteAsync(request);
            throw new GrpcException(StatusCode.Unavailable, "after the first");
        }).Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(broken);
        using GrpcChannel channel = server.Connect();
        await Assert.ThrowsAsync<GrpcException>(() => StatusTests.DrainAsync(
            channel.ServerStreamingAsync(EchoService.Down, new EchoMessage(),
                new GrpcCallOptions { Idempotent = true, Retry = Fast }), 1));
        Assert.Equal(1, attempts);
    }

    [Theory]
    [InlineData("-1", 1)]
    [InlineData("soon", 1)]
    [InlineData("2", 3)]
    public async Task A_server_may_forbid_or_delay_the_repetition(string pushback, int expectedAttempts)
    {
        int attempts = 0;
        GrpcService flaky = new GrpcServiceBuilder(EchoService.Name).Unary(EchoService.Unary, (request, call) =>
        {
            call.Trailers.Add("grpc-retry-pushback-ms", pushback);
            return ++attempts < 3 ? throw new GrpcException(StatusCode.Unavailable, "not yet")
                : Task.FromResult(request);
        }).Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(flaky);
        using GrpcChannel channel = server.Connect();
        await Record.ExceptionAsync(
            () => channel.UnaryAsync(EchoService.Unary, new EchoMessage(),
                new GrpcCallOptions { Idempotent = true, Retry = Fast }));
        Assert.Equal(expectedAttempts, attempts);
    }

    [Fact]
    public async Task The_deadline_covers_all_attempts()
    {
        int attempts = 0;
        GrpcService flaky = new GrpcServiceBuilder(EchoService.Name)
            .Unary(EchoService.Unary,
                (_, _) => throw new GrpcException(StatusCode.Unavailable, $"attempt {++attempts}")).Build();
        await using LoopbackServer server = await LoopbackServer.StartAsync(flaky);
        using GrpcChannel channel = server.Connect();
        GrpcCallOptions options = new()
        {
            Idempotent = true,
            Timeout = TimeSpan.FromSeconds(2),
            Retry = new GrpcRetryPolicy { MaxAttempts = int.MaxValue, InitialBackoff = TimeSpan.FromMilliseconds(20) },
        };
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(
            () => channel.UnaryAsync(EchoService.Unary, new EchoMessage(), options));
        Assert.True(fault.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded, fault.ToString());
        Assert.True(attempts >= 1);
    }

    [Fact]
    public void Delays_grow_to_the_bound_and_are_spread()
    {
        GrpcRetryPolicy policy = new()
        { InitialBackoff = TimeSpan.FromMilliseconds(100), MaxBackoff = TimeSpan.FromSeconds(1), Multiplier = 2 };
        Assert.Equal([100.0, 200.0, 400.0, 800.0, 1000.0, 1000.0],
            Enumerable.Range(1, 6).Select(attempt => policy.BoundAfter(attempt).TotalMilliseconds));
        Assert.Equal(1000.0, policy.BoundAfter(100_000).TotalMilliseconds);

        // 200 uniform delays all in one half: probability 2^-199.
        TimeSpan[] delays = [.. Enumerable.Range(0, 200).Select(_ => policy.DelayAfter(3))];
        Assert.All(delays, delay => Assert.InRange(delay.TotalMilliseconds, 0, 400));
        Assert.Contains(delays, delay => delay.TotalMilliseconds < 200);
        Assert.Contains(delays, delay => delay.TotalMilliseconds >= 200);
    }

    [Fact]
    public void The_clock_takes_the_earlier_of_timeout_and_deadline()
    {
        Assert.Null(CallClock.Start(new GrpcCallOptions()).Left);
        Assert.Null(CallClock.Start(new GrpcCallOptions { Timeout = TimeSpan.MaxValue }).Left);
        Assert.InRange(
            CallClock.Start(new GrpcCallOptions
            {
                Timeout = TimeSpan.FromHours(1),
                Deadline = DateTimeOffset.UtcNow.AddHours(2)
            }).Left!.Value.TotalMinutes, 50, 60);
        Assert.InRange(
            CallClock.Start(new GrpcCallOptions
            {
                Timeout = TimeSpan.FromHours(3),
                Deadline = DateTimeOffset.UtcNow.AddHours(2)
            }).Left!.Value.TotalMinutes, 110, 120);
    }
}
