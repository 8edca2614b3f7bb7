using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Tls;

namespace SecureFL.Transport.Connections;

/// <summary>Connections of clients, key holders and operators to the consortium's server.</summary>
internal static class ServerConnector
{
    // A plan or a certificate that names 2^16 clients fits.
    private const int LargestMessage = 64 << 20;

    /// <summary>
    /// A link over mutual TLS; plaintext only to a loopback address and only where it is permitted. Nothing is
    /// connected yet.
    /// </summary>
    /// <param name="address">https://host:port.</param>
    /// <param name="identity">Who calls.</param>
    /// <param name="serverName">The name in the server's certificate.</param>
    /// <param name="insecureLoopback">Permits http on loopback.</param>
    /// <param name="refused">Told why a server's certificate was refused.</param>
    /// <exception cref="ArgumentException">An address that is not permitted.</exception>
    internal static ServerLink Connect(Uri address, PartyIdentity identity, string serverName, bool insecureLoopback,
        Action<string>? refused = null)
    {
        InsecureLoopback.Require(address, insecureLoopback);
        if (address.Scheme != Uri.UriSchemeHttps)
        {
            Metadata headers = new() { { InsecureLoopback.Header, InsecureLoopback.HeaderFor(identity.Peer) } };
            return new ServerLink(address,
                new GrpcChannel(address, new GrpcChannelOptions
                { AllowInsecureLoopback = true, MaxReceiveMessageBytes = LargestMessage }), headers);
        }

        TlsSettings tls = TlsSettings.ForClient(identity, serverName);
        tls.Refused += refused;
        return new ServerLink(address,
            new GrpcChannel(address, new GrpcChannelOptions
            { ConfigureTls = tls.Apply, MaxReceiveMessageBytes = LargestMessage }), tls: tls);
    }
}
