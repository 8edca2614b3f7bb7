using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using SecureFL.Bench.Rounds.Transport;
using SecureFL.Testing;

namespace SecureFL.Bench.Tests.Rounds;

/// <summary>An emulated line delivers every byte, in order, and never sooner than its rate and delay allow.</summary>
public class EmulatedLineTests
{
    [Theory]
    [InlineData(80, 10, 0, 1_000_000)]
    [InlineData(1000, 0, 0, 5_000_000)]
    [InlineData(200, 5, 0.02, 1_000_000)]
    public async Task Bytes_arrive_whole_and_not_too_soon(double megabits, double delayMilliseconds,
        double loss, int length)
    {
        CancellationToken token = TestContext.Current.CancellationToken;
        byte[] sent = RandomNumberGenerator.GetBytes(length);
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start();
        LinkSpec spec = new(megabits, TimeSpan.FromMilliseconds(delayMilliseconds), loss);
        await using EmulatedNetwork line = new(((IPEndPoint)server.LocalEndpoint).Port, spec.Profile);
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, line.Port, token);
        using TcpClient accepted = await server.AcceptTcpClientAsync(token);
        // Taken now: a socket that has shut down its sending side gives out no stream.
        NetworkStream stream = client.GetStream();
        Stopwatch clock = Stopwatch.StartNew();
        Task echo = EchoAsync(accepted);
        Task send = SendAsync(client, sent);
        byte[] received = new byte[length];
        await stream.ReadExactlyAsync(received, token);
        double seconds = clock.Elapsed.TotalSeconds;
        await Task.WhenAll(send, echo);
        Assert.Equal(sent, received);
        double least = (length * 8 / (megabits * 1e6)) + (2 * spec.Delay.TotalSeconds);
        // Timers may fire a little early.
        Assert.True(seconds >= (0.9 * least) - 0.005, $"{seconds} s, the line needs {least}");
    }

    private static async Task SendAsync(TcpClient client, byte[] bytes)
    {
        await client.GetStream().WriteAsync(bytes);
        client.Client.Shutdown(SocketShutdown.Send);
    }

    private static async Task EchoAsync(TcpClient client)
    {
        await client.GetStream().CopyToAsync(client.GetStream());
        client.Client.Shutdown(SocketShutdown.Send);
    }
}
