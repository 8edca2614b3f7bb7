using System.Security.Cryptography.X509Certificates;
using SecureFL.Messages.Text;
using SecureFL.Transport.Identity;

namespace SecureFL.Transport.Tls;

/// <summary>
/// Judges a peer's certificate: chain to the consortium's authority and to nothing else, validity, revocation, purpose,
/// stated identity, role. Thread-safe.
/// </summary>
internal sealed class PeerVerifier
{
    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    private const string ClientPurpose = "1.3.6.1.5.5.7.3.2";

    private readonly TrustStore _trust;
    private readonly string _consortium;
    private readonly string? _serverName;
    private readonly TimeProvider _clock;

    /// <summary>A verifier of servers of the given name, or, where that is null, of everybody but servers.</summary>
    internal PeerVerifier(TrustStore trust, string consortium, string? serverName, TimeProvider clock)
    {
        _trust = trust;
        _consortium = consortium;
        _serverName = serverName;
        _clock = clock;
    }

    /// <summary>Why the certificate is refused; null where it is good.</summary>
    internal string? Refusal(X509Certificate2? certificate)
    {
        if (certificate is null)
        {
            return "it showed no certificate";
        }

        try
        {
            return Chain(certificate) ?? Purpose(certificate) ?? Identity(certificate);
        }
        catch (Exception fault) when (fault is FormatException or IOException or UnauthorizedAccessException)
        {
            return $"the revocation list cannot be read: {FaultText.Of(fault)}";
        }
    }

    private string? Chain(X509Certificate2 certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy = Policy();
        if (!chain.Build(certificate))
        {
            return
                $"its certificate does not stand: {string.Join(", ", chain.ChainStatus.Select(Describe).Distinct())}";
        }

        X509Certificate2[] issued = [.. chain.ChainElements.Select(element => element.Certificate).SkipLast(1)];
        return _trust.Lists.Any(list => issued.Any(list.Revokes)) ? "its certificate was revoked" : null;
    }

    /// <summary>Chains to the consortium's authorities, from certificates at hand: nothing is fetched.</summary>
    internal X509ChainPolicy Policy()
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationTime = _clock.GetUtcNow().UtcDateTime,
            VerificationTimeIgnored = false,
        };
        policy.CustomTrustStore.AddRange(_trust.Roots);
        policy.ExtraStore.AddRange(_trust.Intermediates);
        return policy;
    }

    private string? Purpose(X509Certificate2 certificate)
    {
        string needed = _serverName is null ? ClientPurpose : ServerPurpose;
        bool there = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>()
            .SelectMany(extension => extension.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>())
            .Any(purpose => purpose.Value == needed);
        return there ? null
            : $"its certificate is not for {(_serverName is null ? "clients" : "servers")} (extended key usage)";
    }

    private string? Identity(X509Certificate2 certificate)
    {
        if (PeerIdentity.Of(certificate) is not PeerIdentity peer)
        {
            return "its certificate states no identity of a consortium";
        }

        if (peer.Consortium != _consortium)
        {
            return $"its certificate is of consortium {peer.Consortium}, this is {_consortium}";
        }

        if ((peer.Role == PeerRole.Server) != (_serverName is not null))
        {
            return $"it is a {PeerRoles.NameOf(peer.Role)}, which has no business at this end";
        }

        return _serverName is null || peer.Name == _serverName ? null
            : $"it is the server {peer.Name}, expected is {_serverName}";
    }

    private static string Describe(X509ChainStatus status) => status.Status switch
    {
        X509ChainStatusFlags.NotTimeValid => "it is expired or not yet valid",
        X509ChainStatusFlags.UntrustedRoot
            or X509ChainStatusFlags.PartialChain => "it is not from the consortium's certificate authority",
        X509ChainStatusFlags.NotSignatureValid => "a signature does not hold",
        _ => status.Status.ToString(),
    };
}
