using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using SecureFL.Transport.Identity;

namespace SecureFL.Transport.Tls;

/// <summary>Judges a party's own certificate as its peers would, before one of them does.</summary>
internal static class OwnCertificate
{
    /// <summary>Why it is no good now: a sentence without a full stop; null where nothing in the folder says
    /// so.</summary>
    internal static string? Refusal(PartyIdentity identity, TimeProvider clock) =>
        Ended(identity.Certificate, clock) is string ended ? ended
        : new PeerVerifier(identity.Trust, identity.Peer.Consortium,
            identity.Peer.Role == PeerRole.Server ? identity.Name : null, clock)
            .Refusal(identity.Certificate) is string refusal
        ? $"the certificate of {identity.Peer} is refused by everybody: {refusal}" : null;

    /// <summary>That the certificate's time is over, or has not come; null where it is good now.</summary>
    internal static string? Ended(X509Certificate2 certificate, TimeProvider clock)
    {
        DateTime now = clock.GetUtcNow().UtcDateTime;
        (DateTime from, DateTime to) =
            (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return now > to
            ? string.Create(CultureInfo.InvariantCulture, $"this party's certificate expired on {to:yyyy-MM-dd}")
            : now < from
            ? string.Create(CultureInfo.InvariantCulture,
                $"this party's certificate is good from {from:yyyy-MM-dd HH:mm} UTC on only; here it is "
                + $"{now:yyyy-MM-dd HH:mm} UTC")
            : null;
    }
}
