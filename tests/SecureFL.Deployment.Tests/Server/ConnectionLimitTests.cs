using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using SecureFL.Deployment.Tests.Identity;
using SecureFL.Server;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Tls;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>An enrolled party that opens connections and keeps them.</summary>
public sealed class ConnectionLimitTests
{
    [Fact]
    public async Task A_party_gets_its_share_of_the_connections_and_leaves_the_others_theirs()
    {
        using TestConsortium consortium = new();
        await using TestSession session = new(terms: null)
        { Tls = TlsSettings.ForServer(consortium.Party(PeerRole.Server, "aggregator")) };
        await session.StartServerAsync();
        int share = new ServerLimits().Transport.MaxConnectionsPerPeer;
        TlsSettings greedy = TlsSettings.ForClient(consortium.Party(PeerRole.Client, "a"), "aggregator");
        TlsSettings other = TlsSettings.ForClient(consortium.Party(PeerRole.Client, "b"), "aggregator");
        List<SslStream> open = [];
        for (int i = 0; i < share; i++)
        {
            open.Add(await ConnectAsync(session.Port, greedy));
            Assert.True(await IsServedAsync(open[^1]), $"connection {i + 1} of {share} was closed");
        }

        open.Add(await ConnectAsync(session.Port, greedy));
        Assert.False(await IsServedAsync(open[^1]), $"connection {share + 1} of {share} was served");
        open.Add(await ConnectAsync(session.Port, other));
        Assert.True(await IsServedAsync(open[^1]), "another party's connection was closed");
        foreach (SslStream connection in open)
        {
            await connection.DisposeAsync();
        }
    }

    private static async Task<SslStream> ConnectAsync(int port, TlsSettings tls)
    {
        TcpClient tcp = new();
        await tcp.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        SslStream stream = new(tcp.GetStream());
        SslClientAuthenticationOptions options = new()
        { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http2] };
        tls.Apply(options);
        await stream.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken);
        return stream;
    }

    // HTTP/2's preface with empty settings: who is served is answered with settings.
    private static async Task<bool> IsServedAsync(SslStream stream)
    {
        try
        {
            await stream.WriteAsync(
                (byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0],
                TestContext.Current.CancellationToken);
            return await stream.ReadAsync(new byte[9], TestContext.Current.CancellationToken) > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
