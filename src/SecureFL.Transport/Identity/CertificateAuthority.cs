using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureFL.Messages.Text;
using SecureFL.Transport.Formats;

namespace SecureFL.Transport.Identity;

/// <summary>
/// A consortium's certificate authority in a folder: <c>ca.key</c> (its operator's alone), <c>ca.crt</c>,
/// <c>ca.crl</c>, and a copy of every certificate under <c>issued</c>. ECDSA P-384. One process at a time.
/// </summary>
public sealed class CertificateAuthority : IDisposable
{
    private const string KeyName = "ca.key";
    private const string Issued = "issued";
    private const int MaxBytes = 1 << 20;
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    private readonly X509Certificate2 _certificate;
    private readonly TimeProvider _clock;

    private CertificateAuthority(string folder, string consortium, X509Certificate2 certificate, TimeProvider clock)
    {
        Folder = folder;
        Consortium = consortium;
        _certificate = certificate;
        _clock = clock;
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The consortium.</summary>
    public string Consortium { get; }

    /// <summary>The authority's certificate, PEM.</summary>
    public string CertificatePem => _certificate.ExportCertificatePem() + "\n";

    /// <summary>Where the revocation list is.</summary>
    public string RevocationListPath => Path.Combine(Folder, IdentityFolder.RevocationList);

    /// <summary>When the authority's certificate ends.</summary>
    public DateTimeOffset NotAfter => new(_certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);

    /// <summary>Creates an authority.</summary>
    /// <param name="folder">A folder that holds none yet.</param>
    /// <param name="consortium">The consortium's name.</param>
    /// <param name="validity">How long its certificate holds.</param>
    /// <param name="clock">The clock; null for the system's.</param>
    /// <exception cref="InvalidOperationException">There is one already.</exception>
    public static CertificateAuthority Create(string folder, string consortium, TimeSpan validity,
        TimeProvider? clock = null)
    {
        if (!PeerIdentity.IsConsortium(consortium))
        {
            throw new ArgumentException(
                $"a consortium's name has 1 to {PeerIdentity.MaxConsortiumLength} of a-z, 0-9, point and hyphen, "
                + $"not '{consortium}'", nameof(consortium));
        }

        if (File.Exists(Path.Combine(folder, KeyName)))
        {
            throw new InvalidOperationException(
                $"{folder} holds a certificate authority already; keys are never overwritten");
        }

        clock ??= TimeProvider.System;
        OwnerOnly.CreateDirectory(folder);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        X500DistinguishedNameBuilder subject = new();
        subject.AddOrganizationName(consortium);
        subject.AddCommonName("SecureFL consortium authority");
        CertificateRequest request = new(subject.Build(), key, HashAlgorithmName.SHA384);
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true,
                pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        DateTimeOffset now = clock.GetUtcNow();
        X509Certificate2 certificate = request.CreateSelfSigned(now - ClockTolerance, now + validity);
        KeyFile.Write(Path.Combine(folder, KeyName), key.ExportPkcs8PrivateKey());
        CertificateAuthority authority = new(folder, consortium, certificate, clock);
        WholeFile.Write(Path.Combine(folder, IdentityFolder.Authority),
            System.Text.Encoding.ASCII.GetBytes(authority.CertificatePem));
        Directory.CreateDirectory(Path.Combine(folder, Issued));
        authority.WriteRevocationList(new CertificateRevocationListBuilder(), 1);
        return authority;
    }

    /// <summary>Opens an authority.</summary>
    /// <exception cref="FormatException">Not one, or key and certificate that do not belong together.</exception>
    /// <exception cref="UnauthorizedAccessException">A key that others can read.</exception>
    public static CertificateAuthority Open(string folder, TimeProvider? clock = null)
    {
        byte[] key = KeyFile.Read(Path.Combine(folder, KeyName));
        try
        {
            using X509Certificate2 certificate =
                X509Certificate2.CreateFromPem(
                    System.Text.Encoding.ASCII.GetString(
                        WholeFile.Read(Path.Combine(folder, IdentityFolder.Authority), MaxBytes)));
            using ECDsa ecdsa = ECDsa.Create();
            ecdsa.ImportPkcs8PrivateKey(key, out _);
            string consortium = certificate.SubjectName.EnumerateRelativeDistinguishedNames()
                .FirstOrDefault(part => !part.HasMultipleElements
                    && part.GetSingleElementType().Value == "2.5.4.10")?.GetSingleElementValue() ?? "";
            return PeerIdentity.IsConsortium(consortium)
                ? new CertificateAuthority(folder, consortium, certificate.CopyWithPrivateKey(ecdsa),
                    clock ?? TimeProvider.System)
                : throw new FormatException($"{folder}: the authority's certificate names no consortium");
        }
        catch (Exception fault) when (fault is CryptographicException or ArgumentException)
        {
            throw new FormatException($"{folder} holds no certificate authority: {FaultText.Of(fault)}", fault);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Issues a certificate. Who runs this has compared the request's fingerprint with its sender's.</summary>
    /// <returns>The content of <c>issued.json</c>, for the party.</returns>
    /// <exception cref="InvalidOperationException">
    /// Another consortium's request, or role and name belong to another key already: a second party of one name would
    /// be the first one to everybody. Revoke the first.
    /// </exception>
    public byte[] Issue(PartyRequest request, TimeSpan validity)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Peer.Consortium != Consortium)
        {
            throw new InvalidOperationException(
                $"the request is for consortium {request.Peer.Consortium}, this authority is of {Consortium}");
        }

        RequireFreeName(request);
        DateTimeOffset now = _clock.GetUtcNow();
        DateTimeOffset end = now + validity < NotAfter ? now + validity : NotAfter;
        bool isServer = request.Peer.Role == PeerRole.Server;

        // Nothing of the request but its key and its alternative names goes into the certificate.
        CertificateRequest certificate =
            new(PartyRequest.SubjectOf(request.Peer), request.CertificateRequest.PublicKey, HashAlgorithmName.SHA384);
        certificate.CertificateExtensions.Add(NamesOf(request));
        certificate.CertificateExtensions
            .Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0,
                critical: true));
        certificate.CertificateExtensions
            .Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        certificate.CertificateExtensions
            .Add(new X509EnhancedKeyUsageExtension([new Oid(isServer ? "1.3.6.1.5.5.7.3.1" : "1.3.6.1.5.5.7.3.2")],
                critical: false));
        certificate.CertificateExtensions
            .Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, includeKeyIdentifier: true,
                includeIssuerAndSerial: false));
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        using X509Certificate2 issued = certificate.Create(_certificate, now - ClockTolerance, end, serial);
        string pem = issued.ExportCertificatePem() + "\n";
        string copy = Path.Combine(Folder, Issued, $"{Convert.ToHexStringLower(serial)}.crt");
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        WholeFile.Write(copy, System.Text.Encoding.ASCII.GetBytes(pem));
        return DeploymentJson.WriteIndented(
            new IssuedDocument
            {
                Certificate = pem,
                Authority = CertificatePem,
                RevocationList = OrdinaryFile.ReadText(RevocationListPath)
            });
    }

    /// <summary>Revokes all certificates of a party and writes the new list.</summary>
    /// <returns>The serial numbers that were revoked now.</returns>
    /// <exception cref="InvalidOperationException">None was issued, or all are revoked already.</exception>
    public IReadOnlyList<string> Revoke(PeerRole role, string name)
    {
        PeerIdentity peer = new(Consortium, role, name);
        IReadOnlyList<RevocationList> lists = CurrentLists();
        List<string> revoked = [];
        NumberedList next = LoadBuilder();
        foreach (X509Certificate2 certificate in CertificatesOf(peer))
        {
            using (certificate)
            {
                if (!lists.Any(list => list.Revokes(certificate)))
                {
                    next.Builder.AddEntry(certificate, _clock.GetUtcNow());
                    revoked.Add(certificate.SerialNumber.ToLowerInvariant());
                }
            }
        }

        if (revoked.Count == 0)
        {
            throw new InvalidOperationException($"no certificate of {peer} is left to revoke");
        }

        WriteRevocationList(next.Builder, next.Number + 1);
        return revoked;
    }

    /// <summary>Writes the list anew, so that its nextUpdate lies ahead again.</summary>
    public void RenewRevocationList()
    {
        NumberedList next = LoadBuilder();
        WriteRevocationList(next.Builder, next.Number + 1);
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    private static X509Extension NamesOf(PartyRequest request) =>
        request.CertificateRequest.CertificateExtensions.First(extension => extension.Oid?.Value == "2.5.29.17");

    private void RequireFreeName(PartyRequest request)
    {
        byte[] key = request.CertificateRequest.PublicKey.ExportSubjectPublicKeyInfo();
        IReadOnlyList<RevocationList> lists = CurrentLists();
        DateTimeOffset now = _clock.GetUtcNow();
        foreach (X509Certificate2 certificate in CertificatesOf(request.Peer))
        {
            using (certificate)
            {
                bool same = certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key);
                if (!same && certificate.NotAfter.ToUniversalTime() > now.UtcDateTime
                    && !lists.Any(list => list.Revokes(certificate)))
                {
                    throw new InvalidOperationException(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{request.Peer} has a certificate for another key until "
                        + $"{certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}: revoke that first"));
                }
            }
        }
    }

    private IEnumerable<X509Certificate2> CertificatesOf(PeerIdentity peer)
    {
        foreach (string path in Directory.EnumerateFiles(Path.Combine(Folder, Issued), "*.crt")
            .Order(StringComparer.Ordinal))
        {
            X509Certificate2 certificate =
                X509Certificate2.CreateFromPem(System.Text.Encoding.ASCII.GetString(WholeFile.Read(path, MaxBytes)));
            if (PeerIdentity.Of(certificate) == peer)
            {
                yield return certificate;
            }
            else
            {
                certificate.Dispose();
            }
        }
    }

    private IReadOnlyList<RevocationList> CurrentLists() =>
        RevocationList.ParsePem(OrdinaryFile.ReadText(RevocationListPath), [_certificate]);

    private NumberedList LoadBuilder()
    {
        CertificateRevocationListBuilder builder =
            CertificateRevocationListBuilder.LoadPem(OrdinaryFile.ReadText(RevocationListPath),
                out System.Numerics.BigInteger number);
        return new NumberedList(builder, number);
    }

    private void WriteRevocationList(CertificateRevocationListBuilder builder, System.Numerics.BigInteger number)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        byte[] list = builder.Build(_certificate, number, now + TimeSpan.FromDays(90), HashAlgorithmName.SHA384,
            thisUpdate: now - ClockTolerance);
        WholeFile.Write(RevocationListPath,
            System.Text.Encoding.ASCII.GetBytes(PemEncoding.WriteString("X509 CRL", list) + "\n"));
    }

    private sealed record NumberedList(CertificateRevocationListBuilder Builder, System.Numerics.BigInteger Number);
}
