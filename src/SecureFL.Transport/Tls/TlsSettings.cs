using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SecureFL.Transport.Identity;

namespace SecureFL.Transport.Tls;

/// <summary>
/// TLS 1.3 with certificates of the consortium on both sides. Nothing is resumed: every connection shows its
/// certificate anew, so that a revocation holds from the next handshake on. Thread-safe.
/// </summary>
public sealed class TlsSettings
{
    private readonly PartyIdentity _identity;
    private readonly PeerVerifier _verifier;
    private readonly bool _isServer;
    private readonly SslStreamCertificateContext _context;
    private readonly TimeProvider _clock;
    private volatile string? _lastRefusal;
    private volatile int _taken;

    private TlsSettings(PartyIdentity identity, string? expectedServer, TimeProvider clock)
    {
        _identity = identity;
        _isServer = expectedServer is null;
        _clock = clock;
        _verifier = new PeerVerifier(identity.Trust, identity.Peer.Consortium, expectedServer, clock);
        _context = SslStreamCertificateContext.Create(identity.Certificate, identity.Trust.Intermediates,
            offline: true);
    }

    /// <summary>
    /// Raised with a sentence when a peer is refused: about the peer, for the log. Comes on the connection's thread.
    /// </summary>
    public event Action<string>? Refused;

    /// <summary>
    /// Why the last peer was refused: what to tell people when a handshake fails. Null where none was.
    /// </summary>
    public string? LastRefusal => _lastRefusal;

    /// <summary>This party's own certificate, with its key.</summary>
    internal X509Certificate2 Certificate => _identity.Certificate;

    /// <summary>How many peers' certificates were taken.</summary>
    internal int Taken => _taken;

    /// <summary>The settings of a server: every client shows a certificate.</summary>
    /// <exception cref="ArgumentException">The identity is not a server's.</exception>
    public static TlsSettings ForServer(PartyIdentity identity, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(identity);
        return identity.Peer.Role == PeerRole.Server
            ? new TlsSettings(identity, null, clock ?? TimeProvider.System)
            : throw new ArgumentException($"{identity.Peer} is no server", nameof(identity));
    }

    /// <summary>
    /// The settings of anybody who calls the server called <paramref name="expectedServer"/> (the plan file's
    /// serverName).
    /// </summary>
    /// <exception cref="ArgumentException">The identity is a server's.</exception>
    public static TlsSettings ForClient(PartyIdentity identity, string expectedServer, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentException.ThrowIfNullOrEmpty(expectedServer);
        return identity.Peer.Role != PeerRole.Server
            ? new TlsSettings(identity, expectedServer, clock ?? TimeProvider.System)
            : throw new ArgumentException("a server's certificate opens no connections", nameof(identity));
    }

    /// <summary>Configures the accepting end of connections.</summary>
    /// <exception cref="InvalidOperationException">The settings are of the calling end.</exception>
    public void Apply(SslServerAuthenticationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require(_isServer);
        options.EnabledSslProtocols = SslProtocols.Tls13;
        options.ServerCertificate = null;
        options.ServerCertificateContext = _context;
        options.CertificateChainPolicy = _verifier.Policy();
        options.AllowTlsResume = false;
        options.AllowRenegotiation = false;
    }

    /// <summary>Configures the calling end of connections.</summary>
    public void Apply(SslClientAuthenticationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require(!_isServer);
        options.EnabledSslProtocols = SslProtocols.Tls13;
        options.ClientCertificateContext = _context;
        options.CertificateRevocationCheckMode = X509RevocationMode.NoCheck;
        options.CertificateChainPolicy = _verifier.Policy();
        options.AllowTlsResume = false;
        options.AllowRenegotiation = false;
        options.RemoteCertificateValidationCallback = (_, certificate, _, _) => Judge(certificate as X509Certificate2);
    }

    /// <summary>
    /// Why the certificate would be refused now; null where it is good. A server asks again at every call, so that a
    /// revocation ends connections that are open.
    /// </summary>
    public string? Refusal(X509Certificate2? certificate) => _verifier.Refusal(certificate);

    /// <summary>Why every peer would refuse this party's own certificate; null where nothing here says so.</summary>
    internal string? OwnRefusal() => OwnCertificate.Refusal(_identity, _clock);

    /// <summary>Whether the certificate of a peer that connects is taken; a refusal is told and counted.</summary>
    internal bool Judge(X509Certificate2? certificate)
    {
        if (_verifier.Refusal(certificate) is not string refusal)
        {
            Interlocked.Increment(ref _taken);
            return true;
        }

        string who = certificate is null ? "a peer" : PeerIdentity.Of(certificate)?.ToString() ?? "a peer";
        _lastRefusal = $"{who} was refused: {refusal}";
        Refused?.Invoke(_lastRefusal);
        return false;
    }

    private static void Require(bool side)
    {
        if (!side)
        {
            throw new InvalidOperationException("these settings are for the other end of connections");
        }
    }
}
