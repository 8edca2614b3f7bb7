using System.Diagnostics;
using System.Runtime.CompilerServices;
using Grpc.Core;
using SecureFL.Testing;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Limits;
using SecureFL.Transport.Server.Tests.Calls;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Network;

/// <summary>Calls over long, slow and broken networks.</summary>
public sealed class EmulatedNetworkTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public async Task An_upload_of_32_mebibytes_crosses_a_network_of_40_milliseconds()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        await using EmulatedNetwork network =
            new(server.Port, new LinkProfile { OneWayDelay = TimeSpan.FromMilliseconds(20) });
        using GrpcChannel channel = Connect(network);
        await channel.UnaryAsync(EchoService.Unary, new EchoMessage());
        Stopwatch clock = Stopwatch.StartNew();
        EchoSummary summary = await channel.UploadAsync(Messages(128, 256 << 10));
        TestContext.Current.TestOutputHelper?.WriteLine($"{32 / clock.Elapsed.TotalSeconds:0} MiB/s");
        Assert.Equal((128, 32L << 20), (summary.Messages, summary.Bytes));
        Assert.Equal(1, network.Connections);
    }

    [Fact]
    public async Task Delay_and_rate_are_at_least_what_the_profile_says()
    {
        await using LoopbackServer server = await LoopbackServer.StartAsync(new EchoService().Build());
        await using EmulatedNetwork network =
            new(server.Port, new LinkProfile
            { OneWayDelay = TimeSpan.FromMilliseconds(30), BytesPerSecond = 2_000_000 });
        using GrpcChannel channel = Connect(network);
        await channel.UnaryAsync(EchoService.Unary, new EchoMessage());

        // Lower bounds only: bytes cannot arrive before they are sent, however busy the machine is.
        Stopwatch clock = Stopwatch.StartNew();
        await channel.UnaryAsync(EchoService.Unary, new EchoMessage());
        Assert.True(clock.Elapsed >= TimeSpan.FromMilliseconds(57), $"{clock.Elapsed}");
        clock.Restart();
        await channel.UploadAsync(Messages(10, 100_000));
        Assert.True(clock.Elapsed >= TimeSpan.FromMilliseconds(500), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task A_cut_makes_a_call_unavailable_and_the_next_one_finds_a_new_connection()
    {
        EchoService echo = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(echo.Build());
        await using EmulatedNetwork network = new(server.Port, new LinkProfile { CutAfterBytes = 1_000_000 });
        using GrpcChannel channel = Connect(network);
        GrpcException cut = await Assert.ThrowsAsync<GrpcException>(
            () => channel.UploadAsync(Messages(30, 100_000)));
        Assert.True(cut.StatusCode == StatusCode.Unavailable, cut.ToString());
        network.Profile = new LinkProfile();
        Task<EchoMessage> waiting = channel.UnaryAsync(EchoService.Unary, new EchoMessage { Text = "wait" });
        await echo.Waiting.Task;
        network.Cut();
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<GrpcException>(() => waiting)).StatusCode);
        await echo.Cancelled.Task;
        await channel.UnaryAsync(EchoService.Unary, EchoService.Message(100_000),
            new GrpcCallOptions { Idempotent = true });
    }

    [Fact]
    [Trait("Category", "Slow")]
    public async Task A_silent_network_is_found_out_by_both_sides()
    {
        EchoService echo = new();
        GrpcTransportLimits alert = new()
        { KeepAlivePingDelay = TimeSpan.FromSeconds(1), KeepAlivePingTimeout = TimeSpan.FromSeconds(1) };
        await using LoopbackServer server = await LoopbackServer.StartAsync(echo.Build(), transport: alert);
        await using EmulatedNetwork network = new(server.Port, new LinkProfile());
        using GrpcChannel channel = Connect(network);
        Task<EchoMessage> waiting = channel.UnaryAsync(EchoService.Unary, new EchoMessage { Text = "wait" });
        await echo.Waiting.Task;
        network.Pause();
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(() => waiting);
        Assert.True(fault.StatusCode == StatusCode.Unavailable, fault.ToString());
        await echo.Cancelled.Task;
        network.Resume();
        await channel.UnaryAsync(EchoService.Unary, new EchoMessage(), new GrpcCallOptions { Idempotent = true });
    }

    private static GrpcChannel Connect(EmulatedNetwork network) =>
        new(new Uri($"http://127.0.0.1:{network.Port}"), new GrpcChannelOptions
        {
            AllowInsecureLoopback = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(1),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
        });

    private static async IAsyncEnumerable<EchoMessage> Messages(int count, int bytes,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        EchoMessage message = EchoService.Message(bytes);
        for (int i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return message;
        }
    }
}
