using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using SecureFL.Deployment.Tests.Identity;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Tls;

namespace SecureFL.Deployment.Tests.Transport;

/// <summary>Who gets a connection, over real TLS. The attacks come first in each test's name.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly TestConsortium _consortium = new();

    public void Dispose() => _consortium.Dispose();

    [Theory]
    [InlineData(PeerRole.Client)]
    [InlineData(PeerRole.KeyHolder)]
    [InlineData(PeerRole.Operator)]
    public async Task Members_connect_and_are_known_by_role_and_name(PeerRole role)
    {
        await using TlsServer server = await Server();
        PartyIdentity party = _consortium.Party(role, "a");
        Assert.Equal($"{PeerRoles.NameOf(role)} a",
            await server.AskAsync(TlsSettings.ForClient(party, "aggregator").Apply));
    }

    [Fact]
    public async Task A_client_of_another_authority_is_refused()
    {
        using TestConsortium others = new();
        await using TlsServer server = await Server();
        PartyIdentity outsider = others.Party(PeerRole.Client, "a");
        TlsSettings settings = TlsSettings.ForClient(outsider, "aggregator");
        await server.RefusedAsync(settings.Apply);
        Assert.Contains("not from the consortium's certificate authority", settings.LastRefusal,
            StringComparison.Ordinal);

        // An attacker's client believes everything; then the server must be the one that refuses.
        await server.RefusedAsync(Gullible(outsider.Certificate));
        Assert.Contains("not from the consortium's certificate authority", server.Settings.LastRefusal,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused()
    {
        using TestConsortium others = new();
        await using TlsServer server =
            await TlsServer.StartAsync(TlsSettings.ForServer(others.Party(PeerRole.Server, "aggregator")));
        TlsSettings settings = TlsSettings.ForClient(_consortium.Party(PeerRole.Client, "a"), "aggregator");
        await server.RefusedAsync(settings.Apply);
        Assert.Contains("not from the consortium's certificate authority", settings.LastRefusal,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-40)]
    [InlineData(40)]
    public async Task An_expired_or_future_certificate_is_refused(int days)
    {
        using TestConsortium shifted = new(clock: new StoppedClock(DateTimeOffset.UtcNow.AddDays(days)));
        PartyIdentity party = shifted.Party(PeerRole.Client, "a");
        await using TlsServer server =
            await TlsServer.StartAsync(TlsSettings.ForServer(shifted.Party(PeerRole.Server, "aggregator")));
        await server.RefusedAsync(Gullible(party.Certificate));
        Assert.Contains("expired or not yet valid", server.Settings.LastRefusal, StringComparison.Ordinal);
        TlsSettings settings = TlsSettings.ForClient(party, "aggregator");
        await server.RefusedAsync(settings.Apply);
        Assert.Contains("expired or not yet valid", settings.LastRefusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_revoked_client_is_refused_from_the_next_handshake_and_call_on()
    {
        PartyIdentity serverIdentity = _consortium.Party(PeerRole.Server, "aggregator");
        await using TlsServer server = await TlsServer.StartAsync(TlsSettings.ForServer(serverIdentity));
        TlsSettings a = TlsSettings.ForClient(_consortium.Party(PeerRole.Client, "a"), "aggregator");
        TlsSettings b = TlsSettings.ForClient(_consortium.Party(PeerRole.Client, "b"), "aggregator");
        using HttpClient open = TlsServer.Client(a.Apply);
        Assert.Equal("client a", await server.AskAsync(open));

        _consortium.Authority.Revoke(PeerRole.Client, "a");
        PartyIdentity.ImportRevocationList(serverIdentity.Folder,
            await File.ReadAllTextAsync(_consortium.Authority.RevocationListPath,
                TestContext.Current.CancellationToken));
        Assert.Equal("its certificate was revoked", await server.AskAsync(open));
        await server.RefusedAsync(a.Apply);
        Assert.Contains("revoked", server.Settings.LastRefusal, StringComparison.Ordinal);
        Assert.Equal("client b", await server.AskAsync(b.Apply));
    }

    [Fact]
    public async Task A_revoked_server_is_refused()
    {
        await using TlsServer server = await Server();
        PartyIdentity party = _consortium.Party(PeerRole.Client, "a");
        _consortium.Authority.Revoke(PeerRole.Server, "aggregator");
        PartyIdentity.ImportRevocationList(party.Folder,
            await File.ReadAllTextAsync(_consortium.Authority.RevocationListPath,
                TestContext.Current.CancellationToken));
        TlsSettings settings = TlsSettings.ForClient(party, "aggregator");
        await server.RefusedAsync(settings.Apply);
        Assert.Contains("revoked", settings.LastRefusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_revocation_list_lets_nobody_in()
    {
        PartyIdentity serverIdentity = _consortium.Party(PeerRole.Server, "aggregator");
        await using TlsServer server = await TlsServer.StartAsync(TlsSettings.ForServer(serverIdentity));
        await File.WriteAllTextAsync(Path.Combine(serverIdentity.Folder, "ca.crl"), "no list",
            TestContext.Current.CancellationToken);
        await server.RefusedAsync(TlsSettings.ForClient(_consortium.Party(PeerRole.Client, "a"), "aggregator").Apply);
        Assert.Contains("revocation list cannot be read", server.Settings.LastRefusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_plays_the_server_is_refused()
    {
        // A member's certificate at the server's end: Kestrel itself would refuse its purpose, so the attacker here is
        // a bare socket server.
        PartyIdentity impostor = _consortium.Party(PeerRole.Client, "aggregator");
        TlsSettings settings = TlsSettings.ForClient(_consortium.Party(PeerRole.Client, "a"), "aggregator");
        await using RawTlsServer server = RawTlsServer.Start(impostor.Certificate);
        await Assert.ThrowsAnyAsync<HttpRequestException>(async () =>
        {
            using HttpClient client = TlsServer.Client(settings.Apply);
            await client.GetStringAsync(server.Address, TestContext.Current.CancellationToken);
        });
        Assert.Contains("not for servers", settings.LastRefusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_of_another_name_is_refused()
    {
        await using TlsServer server = await Server();
        TlsSettings settings = TlsSettings.ForClient(_consortium.Party(PeerRole.Client, "a"), "other");
        await server.RefusedAsync(settings.Apply);
        Assert.Contains("it is the server aggregator, expected is other", settings.LastRefusal,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_servers_certificate_used_as_a_client_is_refused()
    {
        await using TlsServer server = await Server();
        await server.RefusedAsync(Gullible(_consortium.Party(PeerRole.Server, "second").Certificate));
        Assert.Contains("not for clients", server.Settings.LastRefusal, StringComparison.Ordinal);
    }

    /// <summary>One's own authority may issue both purposes; the stated role still decides.</summary>
    [Fact]
    public async Task A_servers_identity_with_a_clients_purpose_is_refused()
    {
        using OwnAuthority own = new();
        PartyIdentity serverIdentity = own.Party(_consortium.Folder("own-server"), PeerRole.Server, "aggregator");
        PartyIdentity second = own.Party(_consortium.Folder("own-second"), PeerRole.Server, "second");
        PartyIdentity client = own.Party(_consortium.Folder("own-client"), PeerRole.Client, "a");
        await using TlsServer server = await TlsServer.StartAsync(TlsSettings.ForServer(serverIdentity));
        await server.RefusedAsync(Gullible(second.Certificate));
        Assert.Contains("no business at this end", server.Settings.LastRefusal, StringComparison.Ordinal);
        Assert.Equal("client a", await server.AskAsync(TlsSettings.ForClient(client, "aggregator").Apply));
    }

    [Fact]
    public async Task A_certificate_without_an_identity_is_refused()
    {
        using OwnAuthority own = new();
        PartyIdentity serverIdentity = own.Party(_consortium.Folder("own-server"), PeerRole.Server, "aggregator");
        await using TlsServer server = await TlsServer.StartAsync(TlsSettings.ForServer(serverIdentity));
        using X509Certificate2 nameless = own.Nameless();
        await server.RefusedAsync(Gullible(nameless));
        Assert.Contains("states no identity", server.Settings.LastRefusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_certificate_is_refused()
    {
        await using TlsServer server = await Server();
        await server.RefusedAsync(tls => tls.RemoteCertificateValidationCallback = BelievesAll);
    }

    [Fact]
    public async Task Tls_1_2_is_refused_by_both_ends()
    {
        PartyIdentity party = _consortium.Party(PeerRole.Client, "a");
        await using TlsServer server = await Server();
        await server.RefusedAsync(tls =>
        {
            Gullible(party.Certificate)(tls);
            tls.EnabledSslProtocols = SslProtocols.Tls12;
        });
        using X509Certificate2 certificate = _consortium.Party(PeerRole.Server, "old").Certificate;
        await using RawTlsServer old = RawTlsServer.Start(certificate, SslProtocols.Tls12);
        using HttpClient client = TlsServer.Client(TlsSettings.ForClient(party, "old").Apply);
        await Assert.ThrowsAnyAsync<HttpRequestException>(
            () => client.GetStringAsync(old.Address, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Plain_text_on_the_encrypted_port_gets_nothing()
    {
        await using TlsServer server = await Server();
        using HttpClient client = new()
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact
        };
        await Assert.ThrowsAnyAsync<HttpRequestException>(
            () => client.GetStringAsync($"http://{server.Address.Authority}/", TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Settings_are_for_one_end()
    {
        PartyIdentity server = _consortium.Party(PeerRole.Server, "aggregator");
        PartyIdentity client = _consortium.Party(PeerRole.Client, "a");
        Assert.Throws<ArgumentException>(() => TlsSettings.ForServer(client));
        Assert.Throws<ArgumentException>(() => TlsSettings.ForClient(server, "aggregator"));
        Assert.Throws<InvalidOperationException>(
            () => TlsSettings.ForServer(server).Apply(new SslClientAuthenticationOptions()));
    }

    [Theory]
    [InlineData("https://aggregator.example:8443", false, true)]
    [InlineData("http://127.0.0.1:5000", true, true)]
    [InlineData("http://[::1]:5000", true, true)]
    [InlineData("http://localhost:5000", true, true)]
    [InlineData("http://127.0.0.1:5000", false, false)]
    [InlineData("http://192.168.1.4:5000", true, false)]
    [InlineData("http://aggregator.example", true, false)]
    [InlineData("http://127.0.0.1.example.org", true, false)]
    [InlineData("ftp://127.0.0.1", true, false)]
    public void Plain_text_is_for_loopback_with_the_flag(string address, bool flag, bool accepted)
    {
        Exception? fault = Record.Exception(() => InsecureLoopback.Require(new Uri(address), flag));
        Assert.Equal(accepted, fault is null);
        Assert.True(accepted || fault is ArgumentException);
    }

    [Fact]
    public void The_callers_header_counts_from_loopback_only()
    {
        PeerIdentity peer = new("heart", PeerRole.KeyHolder, "Ethics Board");
        string header = InsecureLoopback.HeaderFor(peer);
        Assert.Equal("key-holder/Ethics%20Board", header);
        Assert.Equal(peer, InsecureLoopback.Parse(header, "heart", IPAddress.IPv6Loopback));
        Assert.Null(InsecureLoopback.Parse(header, "heart", IPAddress.Parse("10.0.0.1")));
        Assert.Null(InsecureLoopback.Parse(header, "heart", null));
        Assert.Null(InsecureLoopback.Parse("key-holder", "heart", IPAddress.Loopback));
        Assert.Null(InsecureLoopback.Parse("server/../client/x", "heart", IPAddress.Loopback));
    }

    private static Action<SslClientAuthenticationOptions> Gullible(X509Certificate2 certificate) => tls =>
    {
        tls.RemoteCertificateValidationCallback = BelievesAll;
        tls.ClientCertificates = [certificate];
        tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
    };

    // An attacker's client does not care whom it talks to; what is tested is that the server refuses it.
    private static bool BelievesAll(object sender, X509Certificate? certificate, X509Chain? chain,
        SslPolicyErrors errors) => errors != (SslPolicyErrors)(-1);

    private async Task<TlsServer> Server() =>
        await TlsServer.StartAsync(TlsSettings.ForServer(_consortium.Party(PeerRole.Server, "aggregator")));
}
