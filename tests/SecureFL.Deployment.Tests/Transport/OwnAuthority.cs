using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureFL.Transport.Identity;

namespace SecureFL.Deployment.Tests.Transport;

/// <summary>
/// A hospital's own authority: an RSA root, an intermediate that issues, both purposes in every certificate. It signs
/// the PKCS #10 request that <c>identity new</c> leaves.
/// </summary>
internal sealed class OwnAuthority : IDisposable
{
    private readonly RSA _rootKey = RSA.Create(2048);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;

    internal OwnAuthority()
    {
        CertificateRequest root = new("CN=Hospital Root", _rootKey, HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1);
        root.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _root = root.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1000));
        CertificateRequest intermediate = new("CN=Hospital Issuing", _key, HashAlgorithmName.SHA256);
        intermediate.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        using X509Certificate2 issued = intermediate.Create(
            _root.SubjectName, X509SignatureGenerator.CreateForRSA(_rootKey, RSASignaturePadding.Pkcs1),
            DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(900), [1, 2, 3]);
        _intermediate = issued.CopyWithPrivateKey(_key);
    }

    internal PartyIdentity Party(string folder, PeerRole role, string name)
    {
        PartyIdentity.Create(folder, new PeerIdentity("heart", role, name), []);
        CertificateRequest request = CertificateRequest.LoadSigningRequestPem(
            File.ReadAllText(Path.Combine(folder, "tls.csr")), HashAlgorithmName.SHA256,
            CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        using X509Certificate2 certificate = Issue(request);
        PartyIdentity.Import(folder, certificate.ExportCertificatePem(),
            _intermediate.ExportCertificatePem() + "\n" + _root.ExportCertificatePem(), null);
        return PartyIdentity.Load(folder);
    }

    internal X509Certificate2 Nameless()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate =
            Issue(new CertificateRequest("CN=client a", key, HashAlgorithmName.SHA256));
        return certificate.CopyWithPrivateKey(key);
    }

    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
        _rootKey.Dispose();
        _key.Dispose();
    }

    private X509Certificate2 Issue(CertificateRequest request)
    {
        request.CertificateExtensions.Add(
            new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        return request.Create(_intermediate, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(30),
            RandomNumberGenerator.GetBytes(8));
    }
}
