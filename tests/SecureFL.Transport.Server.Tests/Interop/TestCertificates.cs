using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SecureFL.Transport.Server.Tests.Interop;

/// <summary>An authority of a day and the certificates it signs, as objects and as PEM files.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private int _serial = 1;

    public TestCertificates()
    {
        CertificateRequest request = new("CN=test authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        Server = Sign("server");
        Client = Sign("client");
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, "ca.pem"), Authority.ExportCertificatePem());
        Write("server", Server);
        Write("client", Client);
    }

    public string Folder { get; } = Path.Combine(Path.GetTempPath(), $"securefl-wire-{Guid.NewGuid():n}");

    public X509Certificate2 Authority { get; }

    public X509Certificate2 Server { get; }

    public X509Certificate2 Client { get; }

    /// <summary>Whether a chain ends at this authority.</summary>
    public bool Trusts(X509Certificate? certificate)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return certificate is X509Certificate2 subject && chain.Build(subject);
    }

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        Authority.Dispose();
        Server.Dispose();
        Client.Dispose();
        _key.Dispose();
    }

    private static void Write(string folder, string name, X509Certificate2 certificate)
    {
        File.WriteAllText(Path.Combine(folder, name + ".pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, name + ".key"),
            certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    private void Write(string name, X509Certificate2 certificate) => Write(Folder, name, certificate);

    private X509Certificate2 Sign(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using X509Certificate2 bare = request.Create(Authority, DateTimeOffset.UtcNow.AddHours(-1),
            DateTimeOffset.UtcNow.AddHours(20), [(byte)_serial++]);
        using X509Certificate2 whole = bare.CopyWithPrivateKey(key);

        // Some platforms' TLS wants a key that has been through a file.
        byte[] pkcs12 = whole.Export(X509ContentType.Pkcs12);
        return X509CertificateLoader.LoadPkcs12(pkcs12, null, X509KeyStorageFlags.Exportable);
    }
}
