using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;
using SecureFL.Transport.Formats;

namespace SecureFL.Transport.Identity;

/// <summary>
/// A party's folder: <c>identity.json</c> (public), <c>signing.key</c> and <c>tls.key</c> (its owner's alone),
/// <c>tls.crt</c>, <c>ca.crt</c>, perhaps <c>ca.crl</c>. The signing key signs the protocol's messages, the TLS key
/// opens connections; neither stands in for the other. Thread-safe.
/// </summary>
public sealed class PartyIdentity : IDisposable
{
    private PartyIdentity(string folder, PeerIdentity peer, SigningIdentity signing, X509Certificate2 certificate,
        TrustStore trust)
    {
        Folder = folder;
        Peer = peer;
        Signing = signing;
        Certificate = certificate;
        Trust = trust;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Consortium, role and name.</summary>
    public PeerIdentity Peer { get; }

    /// <summary>The name that plans enrol.</summary>
    public string Name => Peer.Name;

    /// <summary>The key that signs the party's messages.</summary>
    public SigningIdentity Signing { get; }

    /// <summary>The TLS certificate with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>The fingerprint that the party's request has.</summary>
    public Digest Fingerprint => PartyRequest.FingerprintOf(Peer, Signing.PublicKey,
        Certificate.PublicKey.ExportSubjectPublicKeyInfo());

    internal TrustStore Trust { get; }

    /// <summary>Creates a folder with fresh keys and the request for its certificate.</summary>
    /// <param name="folder">A folder that holds no identity yet.</param>
    /// <param name="peer">Who it is.</param>
    /// <param name="hosts">DNS names and addresses of a server, for callers that check them; empty for other
    /// roles.</param>
    /// <exception cref="InvalidOperationException">There is an identity already: keys are never
    /// overwritten.</exception>
    public static PartyRequest Create(string folder, PeerIdentity peer, IReadOnlyList<string> hosts)
    {
        ArgumentNullException.ThrowIfNull(peer);
        ArgumentNullException.ThrowIfNull(hosts);
        string signingPath = Path.Combine(folder, IdentityFolder.SigningKey);
        if (File.Exists(signingPath) || File.Exists(Path.Combine(folder, IdentityFolder.Document)))
        {
            throw new InvalidOperationException($"{folder} holds an identity already; keys are never overwritten");
        }

        OwnerOnly.CreateDirectory(folder);
        using SigningIdentity signing = SigningIdentity.Create(exportable: true);
        using ECDsa tlsKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        PartyRequest request = PartyRequest.Create(peer, signing, tlsKey, hosts);
        KeyFile.Write(signingPath, signing.ExportPrivateKey());
        KeyFile.Write(Path.Combine(folder, IdentityFolder.TlsKey), tlsKey.ExportPkcs8PrivateKey());
        WholeFile.Write(Path.Combine(folder, IdentityFolder.CertificateRequest),
            System.Text.Encoding.ASCII.GetBytes(request.CertificateRequestPem()));
        WholeFile.Write(Path.Combine(folder, IdentityFolder.Request), request.ToBytes());
        WholeFile.Write(Path.Combine(folder, IdentityFolder.Document), DeploymentJson.WriteIndented(new IdentityDocument
        {
            Consortium = peer.Consortium,
            Role = PeerRoles.NameOf(peer.Role),
            Name = peer.Name,
            SigningKey = signing.PublicKey.ToArray(),
        }));
        return request;
    }

    /// <summary>Puts an issued certificate into the folder, after checking that it is this party's.</summary>
    /// <param name="folder">The party's folder.</param>
    /// <param name="certificatePem">The certificate, and perhaps intermediates after it.</param>
    /// <param name="authorityPem">The certificate authority, with its intermediates.</param>
    /// <param name="revocationListPem">Its revocation list, null for none.</param>
    /// <exception cref="FormatException">A certificate of somebody else, for another key, or not from that
    /// authority.</exception>
    public static void Import(string folder, string certificatePem, string authorityPem, string? revocationListPem)
    {
        ReadDocument(folder, out PeerIdentity peer);
        TrustStore trust = TrustStore.Parse(authorityPem, "the authority",
            Path.Combine(folder, IdentityFolder.RevocationList));
        using X509Certificate2 certificate = ParseCertificate(certificatePem, "the certificate");
        byte[] key = KeyFile.Read(Path.Combine(folder, IdentityFolder.TlsKey));
        try
        {
            RequireOwn(certificate, peer, key, "the certificate");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }

        RequireChain(certificate, trust);
        if (revocationListPem is not null)
        {
            RevocationList.ParsePem(revocationListPem, trust.Roots.Concat(trust.Intermediates));
            WholeFile.Write(Path.Combine(folder, IdentityFolder.RevocationList),
                System.Text.Encoding.ASCII.GetBytes(revocationListPem));
        }

        WholeFile.Write(Path.Combine(folder, IdentityFolder.Authority),
            System.Text.Encoding.ASCII.GetBytes(authorityPem));
        WholeFile.Write(Path.Combine(folder, IdentityFolder.Certificate),
            System.Text.Encoding.ASCII.GetBytes(certificatePem));
    }

    /// <summary>Imports what <c>identity issue</c> wrote.</summary>
    /// <exception cref="FormatException">As <see cref="Import"/>, or no such document.</exception>
    public static void ImportIssued(string folder, ReadOnlySpan<byte> issued, string source)
    {
        IssuedDocument document = DeploymentJson.Read<IssuedDocument>(issued, source, IssuedDocument.CurrentVersion);
        IdentityFolder.RequireFormat(document.Format, IssuedDocument.FormatName, source);
        Import(folder, document.Certificate, document.Authority, document.RevocationList);
    }

    /// <summary>
    /// Replaces the revocation list of a party's folder; a running process takes it up at its next handshake.
    /// </summary>
    /// <exception cref="FormatException">Not signed by the folder's authority.</exception>
    public static void ImportRevocationList(string folder, string revocationListPem)
    {
        string path = Path.Combine(folder, IdentityFolder.RevocationList);
        TrustStore trust = TrustStore.Load(Path.Combine(folder, IdentityFolder.Authority), path);
        RevocationList.ParsePem(revocationListPem, trust.Roots.Concat(trust.Intermediates));
        WholeFile.Write(path, System.Text.Encoding.ASCII.GetBytes(revocationListPem));
    }

    /// <summary>Loads a folder.</summary>
    /// <exception cref="FormatException">Parts that are malformed or do not belong together, or no certificate
    /// yet.</exception>
    /// <exception cref="UnauthorizedAccessException">A key that others can read.</exception>
    public static PartyIdentity Load(string folder)
    {
        IdentityDocument document = ReadDocument(folder, out PeerIdentity peer);
        string certificatePath = Path.Combine(folder, IdentityFolder.Certificate);
        if (!File.Exists(certificatePath))
        {
            throw new FormatException(
                $"{folder} has no certificate yet: send request.json to the consortium's certificate authority, "
                + $"then run identity import");
        }

        TrustStore trust = TrustStore.Load(Path.Combine(folder, IdentityFolder.Authority),
            Path.Combine(folder, IdentityFolder.RevocationList));
        SigningIdentity signing = LoadSigning(folder, document);
        byte[] key = KeyFile.Read(Path.Combine(folder, IdentityFolder.TlsKey));
        try
        {
            using X509Certificate2 certificate =
                ParseCertificate(System.Text.Encoding.ASCII
                    .GetString(WholeFile.Read(certificatePath, IdentityFolder.MaxBytes)), certificatePath);
            RequireOwn(certificate, peer, key, certificatePath);
            return new PartyIdentity(Path.GetFullPath(folder), peer, signing, WithKey(certificate, key), trust);
        }
        catch
        {
            signing.Dispose();
            throw;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Loads only the signing key of a folder, which needs no certificate: what signs plans.</summary>
    /// <exception cref="FormatException">Malformed.</exception>
    /// <exception cref="UnauthorizedAccessException">A key that others can read.</exception>
    public static (PeerIdentity Peer, SigningIdentity Signing) LoadSigning(string folder)
    {
        IdentityDocument document = ReadDocument(folder, out PeerIdentity peer);
        return (peer, LoadSigning(folder, document));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Signing.Dispose();
        Certificate.Dispose();
    }

    /// <summary>The identity; nothing of its keys.</summary>
    public override string ToString() => Peer.ToString();

    private static SigningIdentity LoadSigning(string folder, IdentityDocument document)
    {
        string path = Path.Combine(folder, IdentityFolder.SigningKey);
        byte[] key = KeyFile.Read(path);
        try
        {
            SigningIdentity signing = SigningIdentity.Import(key);
            if (signing.PublicKey.ToArray().AsSpan().SequenceEqual(document.SigningKey))
            {
                return signing;
            }

            signing.Dispose();
            throw new FormatException($"{path} is not the key that {IdentityFolder.Document} names");
        }
        catch (ArgumentException fault)
        {
            throw new FormatException($"{path}: {FaultText.Of(fault)}", fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static IdentityDocument ReadDocument(string folder, out PeerIdentity peer)
    {
        string path = Path.Combine(folder, IdentityFolder.Document);
        if (!File.Exists(path))
        {
            throw new DirectoryNotFoundException(
                $"{folder} holds no identity: securefl identity new makes one");
        }

        IdentityDocument document = DeploymentJson.Read<IdentityDocument>(WholeFile.Read(path, IdentityFolder.MaxBytes),
            path, IdentityDocument.CurrentVersion);
        IdentityFolder.RequireFormat(document.Format, IdentityDocument.FormatName, path);
        peer = IdentityFolder.ParsePeer(document.Consortium, document.Role, document.Name, path);
        return document;
    }

    private static X509Certificate2 ParseCertificate(string pem, string source)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException fault)
        {
            throw new FormatException($"{source} is no certificate: {FaultText.Of(fault)}", fault);
        }
    }

    private static void RequireOwn(X509Certificate2 certificate, PeerIdentity peer, byte[] key, string source)
    {
        if (PeerIdentity.Of(certificate) != peer)
        {
            throw new FormatException(
                $"{source} states {PeerIdentity.Of(certificate)?.Uri ?? "no identity"}, this is {peer.Uri}");
        }

        using ECDsa own = ECDsa.Create();
        own.ImportPkcs8PrivateKey(key, out _);
        if (!certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan()
            .SequenceEqual(own.ExportSubjectPublicKeyInfo()))
        {
            throw new FormatException($"{source} is for another key than {IdentityFolder.TlsKey}");
        }
    }

    private static void RequireChain(X509Certificate2 certificate, TrustStore trust)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        chain.ChainPolicy.CustomTrustStore.AddRange(trust.Roots);
        chain.ChainPolicy.ExtraStore.AddRange(trust.Intermediates);
        if (!chain.Build(certificate))
        {
            throw new FormatException(
                $"the certificate is not from that authority: "
                + $"{string.Join(", ", chain.ChainStatus.Select(status => status.Status))}");
        }
    }

    private static X509Certificate2 WithKey(X509Certificate2 certificate, byte[] pkcs8)
    {
        using ECDsa key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        X509Certificate2 whole = certificate.CopyWithPrivateKey(key);
        if (!OperatingSystem.IsWindows())
        {
            return whole;
        }

        // SChannel uses no ephemeral keys.
        byte[] container = whole.Export(X509ContentType.Pkcs12);
        whole.Dispose();
        try
        {
            return X509CertificateLoader.LoadPkcs12(container, null);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(container);
        }
    }
}
