using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Planning;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Identity;

namespace SecureFL.Bench.Network;

/// <summary>
/// A consortium in a folder: authority and server by the deployment's own identities; the clients' and holders'
/// certificates, a thousand perhaps, are signed here with the authority's key, as a consortium's own authority would.
/// </summary>
internal sealed class NetworkConsortium : IDisposable
{
    private const string Name = "bench";
    private const string ServerName = "server";
    private readonly X509Certificate2 _authority;

    internal NetworkConsortium(string folder, int clients, long parameters, int holders)
    {
        Folder = folder;
        using (CertificateAuthority authority =
            CertificateAuthority.Create(Path.Combine(folder, "authority"), Name, TimeSpan.FromDays(2)))
        {
            PartyRequest request = PartyIdentity.Create(Path.Combine(folder, ServerName),
                new PeerIdentity(Name, PeerRole.Server, ServerName), ["localhost", "127.0.0.1"]);
            PartyIdentity.ImportIssued(Path.Combine(folder, ServerName), authority.Issue(request, TimeSpan.FromDays(1)),
                "the issued certificate");
        }

        _authority = X509Certificate2.CreateFromPemFile(Path.Combine(folder, "authority", "ca.crt"),
            Path.Combine(folder, "authority", "ca.key"));
        using PartyIdentity server = PartyIdentity.Load(Path.Combine(folder, ServerName));
        SigningIdentity signer = SigningIdentity.Create();
        Clients = [.. Enumerable.Range(0, clients).Select(_ => SigningIdentity.Create())];
        Holders = [.. Enumerable.Range(0, holders).Select(_ => SigningIdentity.Create())];
        PlanSettings settings = new()
        {
            Parameters = AggregationPlanner.Plan(new PlanningRequest(parameters, 16, 1f, clients, 0, holders)),
            MinClients = 3,
            Threshold = 2,
            ColludingKeyHolders = 1,
            Session = SessionId.Create(SystemEntropy.Instance),
            Enrolment = new Enrolment(
                signer.PublicKey,
                server.Signing.PublicKey,
                [.. Clients.Select((identity, i) => new EnrolledParty($"client {i}", identity.PublicKey))],
                [.. Holders.Select((identity, i) => new EnrolledParty($"holder {i}", identity.PublicKey))]),
        };
        PlanFile file = PlanFile.Draft(Name, ServerName, settings, null).Sign(signer);
        file.Save(Path.Combine(folder, "plan.json"));
        Plan = file.RequireSigned();
    }

    internal string Folder { get; }

    internal AggregationPlan Plan { get; }

    internal IReadOnlyList<SigningIdentity> Clients { get; }

    internal IReadOnlyList<SigningIdentity> Holders { get; }

    /// <summary>A connection of its own for a party.</summary>
    internal ServerLink Connect(Uri server, PeerRole role, string name)
    {
        X509Certificate2 certificate = Issue(new PeerIdentity(Name, role, name));
        return new ServerLink(server, new GrpcChannel(server, new GrpcChannelOptions
        {
            ConfigureTls = tls =>
            {
                tls.ClientCertificates = [certificate];
                tls.CertificateChainPolicy = new X509ChainPolicy
                {
                    TrustMode = X509ChainTrustMode.CustomRootTrust,
                    RevocationMode = X509RevocationMode.NoCheck,
                    CustomTrustStore = { _authority }
                };
            },
        }));
    }

    public void Dispose() => _authority.Dispose();

    private X509Certificate2 Issue(PeerIdentity peer)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={peer.Name}", key, HashAlgorithmName.SHA384);
        SubjectAlternativeNameBuilder names = new();
        names.AddUri(new Uri(peer.Uri));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        DateTimeOffset now = DateTimeOffset.UtcNow;
        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x3F) | 0x40);
        using X509Certificate2 certificate = request.Create(_authority, now.AddMinutes(-4), now.AddHours(12), serial);
        using X509Certificate2 whole = certificate.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }
}
