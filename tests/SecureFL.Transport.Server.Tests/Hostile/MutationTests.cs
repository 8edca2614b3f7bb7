using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Limits;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Hostile;

/// <summary>
/// Damaged streams, by the thousand: each gives whole messages, then an end or one of the statuses of the wire, and
/// nothing else.
/// </summary>
public sealed class MutationTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public Task A_hundred_thousand_damaged_streams() => CallAsync(100_000, 7);

    [Fact]
    public Task Two_thousand_damaged_streams() => CallAsync(2_000, 3);

    private static async Task CallAsync(int count, int seed)
    {
        // Texts of the service that crash or wait are out of a mutation's reach only by chance: a plain one takes its
        // place.
        GrpcService service = new GrpcServiceBuilder(EchoService.Name).Unary(EchoService.Unary,
            (request, _) => Task.FromResult(request)).Build();
        GrpcServerLimits limits = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(service, limits);
        using GrpcChannel honest = server.Connect();
        EchoMessage question = EchoService.Message(10_000);
        Mutator mutator = new(seed);
        Dictionary<string, int> statuses = [];
        RawHttp2 raw = await RawHttp2.ConnectAsync(server.Port, window: int.MaxValue);
        for (int i = 0; i < count; i++)
        {
            if (i % 100 == 0 && i > 0)
            {
                // A new connection; an honest call in between.
                raw.Dispose();
                raw = await RawHttp2.ConnectAsync(server.Port, window: int.MaxValue);
                Assert.Equal(question, await honest.UnaryAsync(EchoService.Unary, question));
            }

            int stream = (2 * (i % 100)) + 1;
            await raw.SendAsync((byte[])[.. RawHttp2.Request(stream, "/securefl.test.v1.Echo/Unary"),
                .. RawHttp2.Message(stream, true, mutator.Next())]);
            string? status = await raw.StatusAsync(stream);
            Assert.True(status is "0" or "8" or "13", $"mutation {i}: {status}");
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
        }

        raw.Dispose();
        Assert.Equal(3, statuses.Count);
        Assert.Equal(0, limits.InFlight.InUse);
    }
}
