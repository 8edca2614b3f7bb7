using SecureFL.Testing;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Hostile;

/// <summary>Peers that ask for much and take nothing.</summary>
[Collection(Alone.Name)]
public sealed class UnreadAnswerTests
{
    private const string Down = "/securefl.test.v1.Echo/Down";

    [Fact]
    public async Task A_peer_that_asks_and_never_reads_holds_little_memory_and_only_its_own_call()
    {
        EchoService echo = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(echo.Build());
        using GrpcChannel honest = server.Connect();
        await honest.UnaryAsync(EchoService.Unary, EchoService.Message(100_000));
        long before = GC.GetTotalMemory(true);
        List<RawHttp2> idlers = [];
        for (int i = 0; i < 20; i++)
        {
            // Each asks for a thousand messages of 60 KB over a window of nothing.
            RawHttp2 raw = await RawHttp2.ConnectAsync(server.Port, window: 0);
            idlers.Add(raw);
            byte[] request = [0x0a, 0xe0, 0xd4, 0x03, .. new byte[60_000], 0x10, 0xe8, 0x07];
            await raw.SendAsync(RawHttp2.Request(1, Down));
            byte[] frame = [0, 0, 0, (byte)(request.Length >> 8), (byte)request.Length, .. request];
            for (int at = 0; at < frame.Length; at += 16_000)
            {
                await raw.SendAsync(RawHttp2.Message(1, at + 16_000 >= frame.Length,
                    frame.AsSpan(at, Math.Min(16_000, frame.Length - at))));
            }
        }

        await Task.Delay(300);
        await honest.UnaryAsync(EchoService.Unary, EchoService.Message(100_000));
        Assert.InRange(GC.GetTotalMemory(true) - before, long.MinValue, 20 * 1_000_000);
        idlers.ForEach(raw => raw.Dispose());
    }
}
