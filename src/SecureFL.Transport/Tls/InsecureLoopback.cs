using System.Net;
using SecureFL.Transport.Identity;

namespace SecureFL.Transport.Tls;

/// <summary>
/// Connections without TLS, for development: only where <c>--insecure-loopback</c> was given, only to loopback
/// addresses. The caller names itself in a header that counts nowhere else.
/// </summary>
public static class InsecureLoopback
{
    /// <summary>The header in which the caller names itself: <c>role/name</c>, the name percent-encoded.</summary>
    public const string Header = "securefl-peer";

    /// <summary>Refuses an address that is not loopback, or is one without the flag.</summary>
    /// <exception cref="ArgumentException">Says what would be accepted.</exception>
    public static void Require(Uri address, bool insecureLoopback)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Scheme == Uri.UriSchemeHttps)
        {
            return;
        }

        bool loopback = address.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6
            ? IPAddress.IsLoopback(IPAddress.Parse(address.Host)) : address.IsLoopback;
        if (address.Scheme != Uri.UriSchemeHttp || !loopback || !insecureLoopback)
        {
            throw new ArgumentException(
                $"{address} is not encrypted: use https, or http on a loopback address where insecure loopback is "
                + $"permitted", nameof(address));
        }
    }

    /// <summary>The header's value.</summary>
    public static string HeaderFor(PeerIdentity peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        return $"{PeerRoles.NameOf(peer.Role)}/{Uri.EscapeDataString(peer.Name)}";
    }

    /// <summary>
    /// The party that a header names; null where it names none, or the caller is not on this machine.
    /// </summary>
    public static PeerIdentity? Parse(string? header, string consortium, IPAddress? caller)
    {
        ArgumentNullException.ThrowIfNull(consortium);
        return header is not null && caller is not null && IPAddress.IsLoopback(caller)
            ? PeerIdentity.Parse($"securefl://{consortium}/{header}") : null;
    }
}
