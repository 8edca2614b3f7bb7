using SecureFL.Transport.Identity;

namespace SecureFL.Deployment.Tests.Identity;

/// <summary>A certificate authority and parties in a temporary folder.</summary>
internal sealed class TestConsortium : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("securefl-identity").FullName;
    private readonly List<IDisposable> _loaded = [];

    internal TestConsortium(string name = "heart", TimeProvider? clock = null)
    {
        Name = name;
        Authority = CertificateAuthority.Create(Path.Combine(_root, "ca"), name, TimeSpan.FromDays(3650), clock);
    }

    internal string Name { get; }

    internal CertificateAuthority Authority { get; }

    internal string Folder(string name) => Path.Combine(_root, name);

    /// <summary>
    /// A party with a certificate; <paramref name="issuer"/> other than this consortium's authority for attacks.
    /// </summary>
    internal PartyIdentity Party(PeerRole role, string name, CertificateAuthority? issuer = null, string? folder = null,
        TimeSpan? validity = null)
    {
        string path = Folder(folder ?? name);
        PartyRequest request = PartyIdentity.Create(path, new PeerIdentity(Name, role, name),
            role == PeerRole.Server ? ["localhost", "127.0.0.1"] : []);
        PartyIdentity.ImportIssued(path, (issuer ?? Authority).Issue(request, validity ?? TimeSpan.FromDays(30)),
            "issued.json");
        return Load(path);
    }

    internal PartyIdentity Load(string path)
    {
        PartyIdentity party = PartyIdentity.Load(path);
        _loaded.Add(party);
        return party;
    }

    public void Dispose()
    {
        _loaded.ForEach(party => party.Dispose());
        Authority.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}

/// <summary>A clock that stands still.</summary>
internal sealed class StoppedClock(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
