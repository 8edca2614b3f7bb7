using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Health;
using SecureFL.Transport.Server.Health;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Calls;

public sealed class HealthTests
{
    [Fact]
    public async Task Check_tells_what_serves()
    {
        GrpcHealth health = new();
        health.Set("a", false);
        await using LoopbackServer server = await LoopbackServer.StartAsync(health.Build());
        using GrpcChannel channel = server.Connect();
        Assert.True(await HealthQuestion.AskAsync(channel));
        Assert.False(await HealthQuestion.AskAsync(channel, "a"));
        health.Set("a", true);
        Assert.True(await HealthQuestion.AskAsync(channel, "a"));
        Assert.Equal(StatusCode.NotFound,
            (await Assert.ThrowsAsync<GrpcException>(() => HealthQuestion.AskAsync(channel, "b"))).StatusCode);
    }

    [Fact]
    public async Task Watch_tells_every_change_once()
    {
        GrpcHealth health = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(health.Build());
        using GrpcChannel channel = server.Connect();
        List<HealthCheckResponse.Types.ServingStatus> seen = [];
        await foreach (HealthCheckResponse response in
            channel.ServerStreamingAsync(HealthQuestion.Watch, new HealthCheckRequest { Service = "a" }))
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
