using SecureFL.Grpc.Health;
using SecureFL.Grpc.Tests.Hosting;

namespace SecureFL.Grpc.Tests.Calls;

public sealed class HealthTests
{
    [Fact]
    public async Task Check_tells_what_serves()
    {
        GrpcHealth health = new();
        health.Set("a", false);
        await using LoopbackServer server = await LoopbackServer.StartAsync(health.Build());
        using GrpcChannel channel = server.Connect();
        Assert.True(await GrpcHealth.CheckAsync(channel));
        Assert.False(await GrpcHealth.CheckAsync(channel, "a"));
        health.Set("a", true);
        Assert.True(await GrpcHealth.CheckAsync(channel, "a"));
        Assert.Equal(GrpcStatusCode.NotFound,
            (await Assert.ThrowsAsync<GrpcException>(() => GrpcHealth.CheckAsync(channel, "b"))).Status);
    }

    [Fact]
    public async Task Watch_tells_every_change_once()
    {
        GrpcHealth health = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(health.Build());
        using GrpcChannel channel = server.Connect();
        List<HealthCheckResponse.Types.ServingStatus> seen = [];
        await foreach (HealthCheckResponse response in
            channel.ServerStreamingAsync(GrpcHealth.WatchMethod, new HealthCheckRequest { Service = "a" }))
        {
            seen.Add(response.Status);
            health.Set("another", seen.Count % 2 == 0);
            if (seen.Count == 4)
            {
                break;
            }

            health.Set("a", seen.Count != 2);
        }

        Assert.Equal(
            [
                HealthCheckResponse.Types.ServingStatus.ServiceUnknown, HealthCheckResponse.Types.ServingStatus.Serving,
                HealthCheckResponse.Types.ServingStatus.NotServing, HealthCheckResponse.Types.ServingStatus.Serving,
            ],
            seen);
    }
}
