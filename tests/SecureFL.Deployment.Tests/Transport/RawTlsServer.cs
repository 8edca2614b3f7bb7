using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace SecureFL.Deployment.Tests.Transport;

/// <summary>A TLS server that shows whatever certificate and version it likes: an attacker's.</summary>
internal sealed class RawTlsServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Task _work;

    private RawTlsServer(TcpListener listener, X509Certificate2 certificate, SslProtocols protocols)
    {
        _listener = listener;
        Address = new Uri($"https://localhost:{((IPEndPoint)listener.LocalEndpoint).Port}/");
        _work = Task.Run(async () =>
        {
            using TcpClient peer = await _listener.AcceptTcpClientAsync();
            await using SslStream stream = new(peer.GetStream());
            try
            {
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
                {
                    ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
                    EnabledSslProtocols = protocols,
                    ApplicationProtocols = [SslApplicationProtocol.Http2],
                });
                await stream.ReadExactlyAsync(new byte[1]);
            }
            catch (Exception fault) when (fault is AuthenticationException or IOException)
            {
                // The peer refused: what the tests ask for.
            }
        });
    }

    internal Uri Address { get; }

    internal static RawTlsServer Start(X509Certificate2 certificate, SslProtocols protocols = SslProtocols.Tls13)
    {
        TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return new RawTlsServer(listener, certificate, protocols);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await Task.WhenAny(_work, Task.Delay(TimeSpan.FromSeconds(5)));
    }
}
