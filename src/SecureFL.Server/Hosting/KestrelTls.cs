using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using SecureFL.Transport.Tls;

namespace SecureFL.Server.Hosting;

/// <summary>The consortium's TLS in Kestrel: every client shows a certificate.</summary>
internal static class KestrelTls
{
    /// <summary>Configures the accepting end of connections.</summary>
    /// <exception cref="InvalidOperationException">The settings are of the calling end.</exception>
    internal static void Apply(this TlsSettings tls, HttpsConnectionAdapterOptions options)
    {
        options.ServerCertificate = tls.Certificate;
        options.SslProtocols = SslProtocols.Tls13;
        options.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
        options.CheckCertificateRevocation = false;
        options.ClientCertificateValidation = (certificate, _, _) => tls.Judge(certificate);
        options.OnAuthenticate = (_, connection) => tls.Apply(connection);
    }
}
