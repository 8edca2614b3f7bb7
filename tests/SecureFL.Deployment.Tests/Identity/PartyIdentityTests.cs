using System.Security.Cryptography;
using System.Text.Json.Nodes;
using SecureFL.Transport.Formats;
using SecureFL.Transport.Identity;

namespace SecureFL.Deployment.Tests.Identity;

public sealed class PartyIdentityTests : IDisposable
{
    private readonly TestConsortium _consortium = new();

    public void Dispose() => _consortium.Dispose();

    [Fact]
    public void A_party_is_created_issued_imported_and_loaded()
    {
        PartyIdentity party = _consortium.Party(PeerRole.KeyHolder, "Ethics Board, Zürich");
        Assert.Equal(new PeerIdentity("heart", PeerRole.KeyHolder, "Ethics Board, Zürich"), party.Peer);
        Assert.Equal(party.Peer, PeerIdentity.Of(party.Certificate));
        Assert.Equal("securefl://heart/key-holder/Ethics%20Board%2C%20Z%C3%BCrich", party.Peer.Uri);
        Assert.True(party.Certificate.HasPrivateKey);
        PartyRequest request = PartyRequest.Load(party.Folder);
        Assert.Equal(party.Fingerprint, request.Fingerprint);
        Assert.Equal(party.Signing.PublicKey, request.ToEnrolledParty().Key);
    }

    [Fact]
    public void Keys_are_their_owners_alone_and_open_ones_are_refused()
    {
        PartyIdentity party = _consortium.Party(PeerRole.Client, "a");
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("modes are a matter of Unix; the access list is set by the same class");
            return;
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(party.Folder));
        string[] keys = ["signing.key", "tls.key"];
        foreach (string key in keys)
        {
            string path = Path.Combine(party.Folder, key);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            UnauthorizedAccessException fault =
                Assert.Throws<UnauthorizedAccessException>(() => PartyIdentity.Load(party.Folder));
            Assert.Contains("0640", fault.Message, StringComparison.Ordinal);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Path.Combine(_consortium.Folder("ca"), "ca.key")));
    }

    [Fact]
    public void Keys_are_never_overwritten()
    {
        _consortium.Party(PeerRole.Client, "a");
        Assert.Throws<InvalidOperationException>(
            () => PartyIdentity.Create(_consortium.Folder("a"), new PeerIdentity("heart", PeerRole.Client, "a"), []));
        Assert.Throws<InvalidOperationException>(
            () => CertificateAuthority.Create(_consortium.Folder("ca"), "heart", TimeSpan.FromDays(1)));
    }

    [Fact]
    public void A_folder_without_certificate_says_what_to_do()
    {
        PartyIdentity.Create(_consortium.Folder("a"), new PeerIdentity("heart", PeerRole.Client, "a"), []);
        FormatException fault = Assert.Throws<FormatException>(() => PartyIdentity.Load(_consortium.Folder("a")));
        Assert.Contains("identity import", fault.Message, StringComparison.Ordinal);
        (PeerIdentity peer, SecureFL.Messages.Identity.SigningIdentity signing) =
            PartyIdentity.LoadSigning(_consortium.Folder("a"));
        Assert.Equal("a", peer.Name);
        signing.Dispose();
    }

    [Fact]
    public void Another_partys_certificate_is_not_imported()
    {
        PartyRequest a = PartyIdentity.Create(_consortium.Folder("a"),
            new PeerIdentity("heart", PeerRole.Client, "a"), []);
        PartyRequest b = PartyIdentity.Create(_consortium.Folder("b"),
            new PeerIdentity("heart", PeerRole.Client, "b"), []);
        PartyRequest other = PartyIdentity.Create(_consortium.Folder("a2"),
            new PeerIdentity("heart", PeerRole.Client, "a"), []);
        byte[] issued = _consortium.Authority.Issue(b, TimeSpan.FromDays(1));
        Assert.Contains("client/b",
            Assert.Throws<FormatException>(
                () => PartyIdentity.ImportIssued(_consortium.Folder("a"), issued, "x")).Message,
                StringComparison.Ordinal);
        byte[] forA = _consortium.Authority.Issue(a, TimeSpan.FromDays(1));
        Assert.Contains("another key",
            Assert.Throws<FormatException>(
                () => PartyIdentity.ImportIssued(_consortium.Folder("a2"), forA, "x")).Message,
                StringComparison.Ordinal);
        Assert.NotEqual(a.Fingerprint, other.Fingerprint);
    }

    [Fact]
    public void A_certificate_of_another_authority_is_not_imported()
    {
        using TestConsortium others = new();
        PartyRequest request = PartyIdentity.Create(_consortium.Folder("a"),
            new PeerIdentity("heart", PeerRole.Client, "a"), []);
        JsonObject issued = JsonNode.Parse(_consortium.Authority.Issue(request, TimeSpan.FromDays(1)))!.AsObject();
        issued["authority"] = others.Authority.CertificatePem;
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(issued.ToJsonString());
        Assert.Throws<FormatException>(() => PartyIdentity.ImportIssued(_consortium.Folder("a"), bytes, "x"));
    }

    /// <summary>The attack: enrol with somebody else's public key.</summary>
    [Theory]
    [InlineData("signingKey")]
    [InlineData("name")]
    [InlineData("role")]
    [InlineData("certificateRequest")]
    [InlineData("signature")]
    public void A_request_with_a_borrowed_part_is_refused(string field)
    {
        PartyRequest a = PartyIdentity.Create(_consortium.Folder("a"),
            new PeerIdentity("heart", PeerRole.Client, "a"), []);
        PartyRequest b = PartyIdentity.Create(_consortium.Folder("b"),
            new PeerIdentity("heart", PeerRole.KeyHolder, "b"), []);
        JsonObject forged = JsonNode.Parse(a.ToBytes())!.AsObject();
        forged[field] = JsonNode.Parse(b.ToBytes())![field]!.DeepClone();
        Assert.Throws<FormatException>(
            () => PartyRequest.Parse(System.Text.Encoding.UTF8.GetBytes(forged.ToJsonString()), "request.json"));
    }

    [Fact]
    public void Newer_files_are_refused_naming_both_versions()
    {
        PartyIdentity party = _consortium.Party(PeerRole.Client, "a");
        string path = Path.Combine(party.Folder, "identity.json");
        File.WriteAllText(path, File.ReadAllText(path)
            .Replace("\"version\": 1", "\"version\": 9", StringComparison.Ordinal));
        NewerVersionException fault = Assert.Throws<NewerVersionException>(() => PartyIdentity.Load(party.Folder));
        Assert.Contains("version 9, this program reads up to version 1", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_has_one_key_until_it_is_revoked()
    {
        _consortium.Party(PeerRole.Client, "a");
        PartyRequest second = PartyIdentity.Create(_consortium.Folder("second"),
            new PeerIdentity("heart", PeerRole.Client, "a"), []);
        Assert.Throws<InvalidOperationException>(() => _consortium.Authority.Issue(second, TimeSpan.FromDays(1)));
        Assert.Single(_consortium.Authority.Revoke(PeerRole.Client, "a"));
        Assert.Throws<InvalidOperationException>(() => _consortium.Authority.Revoke(PeerRole.Client, "a"));
        PartyIdentity.ImportIssued(_consortium.Folder("second"),
            _consortium.Authority.Issue(second, TimeSpan.FromDays(1)), "issued.json");
        _consortium.Load(_consortium.Folder("second"));
    }

    [Fact]
    public void The_same_key_may_be_issued_anew()
    {
        _consortium.Party(PeerRole.Client, "a");
        byte[] renewed = _consortium.Authority.Issue(PartyRequest.Load(_consortium.Folder("a")), TimeSpan.FromDays(90));
        PartyIdentity.ImportIssued(_consortium.Folder("a"), renewed, "issued.json");
        Assert.Equal("a", _consortium.Load(_consortium.Folder("a")).Name);
    }

    [Fact]
    public void Another_consortiums_request_is_not_issued()
    {
        PartyRequest request = PartyIdentity.Create(_consortium.Folder("a"),
            new PeerIdentity("lung", PeerRole.Client, "a"), []);
        Assert.Throws<InvalidOperationException>(() => _consortium.Authority.Issue(request, TimeSpan.FromDays(1)));
    }

    [Fact]
    public void A_revocation_list_of_somebody_else_is_refused()
    {
        using TestConsortium others = new();
        PartyIdentity party = _consortium.Party(PeerRole.Client, "a");
        string theirs = File.ReadAllText(others.Authority.RevocationListPath);
        Assert.Throws<FormatException>(() => PartyIdentity.ImportRevocationList(party.Folder, theirs));
        _consortium.Authority.RenewRevocationList();
        PartyIdentity.ImportRevocationList(party.Folder, File.ReadAllText(_consortium.Authority.RevocationListPath));
    }

    [Fact]
    public void A_changed_revocation_list_is_refused()
    {
        _consortium.Party(PeerRole.Client, "a");
        _consortium.Authority.Revoke(PeerRole.Client, "a");
        string pem = File.ReadAllText(_consortium.Authority.RevocationListPath);
        byte[] der = Convert.FromBase64String(string.Concat(pem.Split('\n').Where(line => !line.StartsWith('-'))));
        int refused = 0;
        for (int i = 0; i < der.Length; i++)
        {
            byte[] changed = [.. der];
            changed[i] ^= 1;
            string list = PemEncoding.WriteString("X509 CRL", changed) + "\n";
            Exception? fault = Record.Exception(
                () => PartyIdentity.ImportRevocationList(_consortium.Folder("a"), list));
            Assert.IsType<FormatException>(fault);
            refused++;
        }

        Assert.True(refused > 100);
    }

    [Theory]
    [InlineData("securefl://heart/client/a", true)]
    [InlineData("securefl://heart/client/a%20b", true)]
    [InlineData("securefl://heart/client/a%2Fb", true)]
    [InlineData("securefl://heart/client/%61", false)]
    [InlineData("securefl://heart/client/a/b", false)]
    [InlineData("securefl://heart/client/a%2fb", false)]
    [InlineData("securefl://heart/client/", false)]
    [InlineData("securefl://heart/admin/a", false)]
    [InlineData("securefl://Heart/client/a", false)]
    [InlineData("SECUREFL://heart/client/a", false)]
    [InlineData("securefl://heart/client/a%00", false)]
    [InlineData("securefl:///client/a", false)]
    [InlineData("https://heart/client/a", false)]
    public void An_identity_has_one_spelling(string uri, bool valid)
    {
        PeerIdentity? peer = PeerIdentity.Parse(uri);
        Assert.Equal(valid, peer is not null);
        Assert.True(peer is null || peer.Uri == uri);
    }
}
