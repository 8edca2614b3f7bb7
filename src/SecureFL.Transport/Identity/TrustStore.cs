using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureFL.Messages.Text;
using SecureFL.Transport.Formats;

namespace SecureFL.Transport.Identity;

/// <summary>
/// The certificate authorities of a party's folder (<c>ca.crt</c>: roots, and intermediates of one's own authority) and
/// the revocation lists beside them (<c>ca.crl</c>), read again whenever that file changes. Nothing of the system's
/// trust store counts. Thread-safe.
/// </summary>
internal sealed class TrustStore
{
    private const int MaxBytes = 1 << 20;

    private readonly string _listPath;
    private readonly Lock _lock = new();
    private (DateTime Written, long Length)? _stamp;
    private IReadOnlyList<RevocationList> _lists = [];

    private TrustStore(X509Certificate2Collection roots, X509Certificate2Collection intermediates, string listPath)
    {
        Roots = roots;
        Intermediates = intermediates;
        _listPath = listPath;
    }

    internal X509Certificate2Collection Roots { get; }

    internal X509Certificate2Collection Intermediates { get; }

    /// <summary>The current lists; none where there is no file.</summary>
    /// <exception cref="FormatException">The file is there and no list: then nobody is to be trusted.</exception>
    internal IReadOnlyList<RevocationList> Lists
    {
        get
        {
            lock (_lock)
            {
                FileInfo file = new(_listPath);
                (DateTime, long)? stamp = file.Exists ? (file.LastWriteTimeUtc, file.Length) : null;
                if (stamp != _stamp)
                {
                    _lists = stamp is null
                        ? []
                        : RevocationList.ParsePem(System.Text.Encoding.ASCII
                            .GetString(WholeFile.Read(_listPath, RevocationList.MaxBytes)),
                            Roots.Concat(Intermediates));
                    _stamp = stamp;
                }

                return _lists;
            }
        }
    }

    /// <summary>Reads the authorities of a file.</summary>
    /// <exception cref="FormatException">No authority in it.</exception>
    internal static TrustStore Load(string authoritiesPath, string listPath) =>
        Parse(System.Text.Encoding.ASCII.GetString(WholeFile.Read(authoritiesPath, MaxBytes)),
            authoritiesPath, listPath);

    internal static TrustStore Parse(string pem, string source, string listPath)
    {
        X509Certificate2Collection all = [];
        try
        {
            all.ImportFromPem(pem);
        }
        catch (CryptographicException fault)
        {
            throw new FormatException($"{source} holds no certificate: {FaultText.Of(fault)}", fault);
        }

        X509Certificate2Collection roots = [];
        X509Certificate2Collection intermediates = [];
        foreach (X509Certificate2 certificate in all)
        {
            if (certificate.Extensions.OfType<X509BasicConstraintsExtension>()
                .FirstOrDefault()?.CertificateAuthority != true)
            {
                throw new FormatException($"{source}: {certificate.Subject} is not a certificate authority");
            }

            (certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData) ? roots
                : intermediates).Add(certificate);
        }

        return roots.Count > 0 ? new TrustStore(roots, intermediates, listPath)
            : throw new FormatException($"{source} holds no root certificate");
    }
}
