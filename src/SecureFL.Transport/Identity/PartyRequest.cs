using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Transport.Formats;

namespace SecureFL.Transport.Identity;

/// <summary>
/// A party's public half, checked: both keys signed for each other, so that nobody is enrolled with a key that is not
/// theirs. Goes to the certificate authority and into plans. Immutable.
/// </summary>
public sealed class PartyRequest
{
    private const string Purpose = "party-request";
    private readonly RequestDocument _document;

    private PartyRequest(RequestDocument document, PeerIdentity peer, VerificationKey signingKey,
        CertificateRequest certificateRequest)
    {
        _document = document;
        Peer = peer;
        SigningKey = signingKey;
        CertificateRequest = certificateRequest;
        Fingerprint = FingerprintOf(peer, signingKey, certificateRequest.PublicKey.ExportSubjectPublicKeyInfo());
    }

    /// <summary>Who asks.</summary>
    public PeerIdentity Peer { get; }

    /// <summary>The key that signs the party's messages.</summary>
    public VerificationKey SigningKey { get; }

    /// <summary>
    /// SHA-256 over identity and both public keys; its spoken form is what two people compare before a certificate is
    /// issued.
    /// </summary>
    public Digest Fingerprint { get; }

    /// <summary>The fingerprint in words.</summary>
    public string SpokenForm => AggregationPlan.SpokenFormOf(Fingerprint);

    internal CertificateRequest CertificateRequest { get; }

    /// <summary>The party as a plan enrols it.</summary>
    public EnrolledParty ToEnrolledParty() => new(Peer.Name, SigningKey);

    /// <summary>Reads a request and checks both signatures.</summary>
    /// <exception cref="FormatException">Malformed, a signature that does not hold, or a certificate request that
    /// states another identity.</exception>
    public static PartyRequest Parse(ReadOnlySpan<byte> utf8, string source)
    {
        RequestDocument document = DeploymentJson.Read<RequestDocument>(utf8, source, RequestDocument.CurrentVersion);
        IdentityFolder.RequireFormat(document.Format, RequestDocument.FormatName, source);
        PeerIdentity peer = IdentityFolder.ParsePeer(document.Consortium, document.Role, document.Name, source);
        VerificationKey key = IdentityFolder.ParseKey(document.SigningKey, source);
        CertificateRequest request;
        try
        {
            request = CertificateRequest.LoadSigningRequest(
                document.CertificateRequest, HashAlgorithmName.SHA256,
                CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions, RSASignaturePadding.Pkcs1);
        }
        catch (CryptographicException fault)
        {
            throw new FormatException($"{source}: the certificate request is malformed or its signature does not hold",
                fault);
        }

        string[] uris = [.. PeerIdentity.UrisOf(request.CertificateExtensions)];
        if (uris.Length != 1 || uris[0] != peer.Uri)
        {
            throw new FormatException($"{source}: the certificate request does not state {peer.Uri} and nothing else");
        }

        return key.VerifyStatement(Purpose, document.CertificateRequest, document.Signature)
            ? new PartyRequest(document, peer, key, request)
            : throw new FormatException($"{source}: the signing key did not sign the certificate request");
    }

    /// <summary>Loads a request from a file, or from a party's folder.</summary>
    /// <exception cref="FormatException">As <see cref="Parse"/>.</exception>
    public static PartyRequest Load(string path)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, IdentityFolder.Request) : path;
        return Parse(WholeFile.Read(file, IdentityFolder.MaxBytes), file);
    }

    /// <summary>The file's content.</summary>
    public byte[] ToBytes() => DeploymentJson.WriteIndented(_document);

    internal static Digest FingerprintOf(PeerIdentity peer, VerificationKey signingKey, byte[] tlsKey) =>
        new(SHA256.HashData([.. System.Text.Encoding.UTF8.GetBytes(peer.Uri), 0, .. signingKey.ToArray(), .. tlsKey]));

    internal static PartyRequest Create(PeerIdentity peer, SigningIdentity signing, ECDsa tlsKey,
        IReadOnlyList<string> hosts)
    {
        CertificateRequest request = new(SubjectOf(peer), tlsKey, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddUri(new Uri(peer.Uri));
        foreach (string host in hosts)
        {
            if (IPAddress.TryParse(host, out IPAddress? address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        request.CertificateExtensions.Add(names.Build());
        byte[] der = request.CreateSigningRequest();
        RequestDocument document = new()
        {
            Consortium = peer.Consortium,
            Role = PeerRoles.NameOf(peer.Role),
            Name = peer.Name,
            SigningKey = signing.PublicKey.ToArray(),
            CertificateRequest = der,
            Signature = signing.SignStatement(Purpose, der),
        };
        return Parse(DeploymentJson.WriteIndented(document), "the new request");
    }

    internal string CertificateRequestPem() =>
        PemEncoding.WriteString("CERTIFICATE REQUEST", _document.CertificateRequest) + "\n";

    internal static X500DistinguishedName SubjectOf(PeerIdentity peer)
    {
        X500DistinguishedNameBuilder subject = new();
        subject.AddOrganizationName(peer.Consortium);
        subject.AddOrganizationalUnitName(PeerRoles.NameOf(peer.Role));
        subject.AddCommonName(peer.Name);
        return subject.Build();
    }
}
