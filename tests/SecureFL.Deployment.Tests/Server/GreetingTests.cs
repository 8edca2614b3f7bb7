using Microsoft.Extensions.Logging.Abstractions;
using SecureFL.Client.Models;
using SecureFL.Client.Rounds;
using SecureFL.Consortium.Diagnostics;
using SecureFL.Consortium.Plans;
using SecureFL.Deployment.Tests.Identity;
using SecureFL.Deployment.Tests.Transport;
using SecureFL.KeyHolder.Attending;
using SecureFL.Messages.Identity;
using SecureFL.Protocol.Roles;
using SecureFL.Storage.Clients;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Connections;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Tls;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>What a party learns with its first question: another plan, a certificate that is not taken.</summary>
public sealed class GreetingTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-greeting-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_of_another_plan_leaves_with_both_plans_words_before_and_after_the_sessions_end(
        bool ended)
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1);
        await using TestSession session = new(terms);
        await using TestSession other = new(terms);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        if (ended)
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i =>
                session.Service(i, session.Source(terms, i), Path.Combine(_folder.FullName, $"{i}"))
                .RunAsync(only: null, once: false, TestContext.Current.CancellationToken)));
        }

        using ServerLink link = session.Link(PeerRole.Client, "hospital 0");
        AggregationClient role = other.Client(0).Role;
        string state = Path.Combine(_folder.FullName, "other");
        ClientService stranger = new(other.Plan, role,
            new DurableContributions(other.Plan, role, new FileContributionOutbox(Path.Combine(state, "outbox"))),
            other.Source(terms, 0), link, new ModelDownload(link, Path.Combine(state, "models"), NullLogger.Instance),
            own: null, NullLogger.Instance);
        WrongPlanException fault = await Assert.ThrowsAsync<WrongPlanException>(
            () => stranger.RunAsync(only: null, once: false, TestContext.Current.CancellationToken));
        Assert.Equal(
            $"the server runs plan {session.PlanFile.SpokenForm}, this party approved {other.PlanFile.SpokenForm}",
            fault.Message);
        Assert.Equal(CheckState.Fail,
            (await ServerChecks.PlanAsync(link, other.Plan.Digest, TestContext.Current.CancellationToken)).State);
        Assert.Equal(CheckState.Ok,
            (await ServerChecks.PlanAsync(link, session.Plan.Digest, TestContext.Current.CancellationToken)).State);
    }

    [Fact]
    public async Task A_key_holder_of_another_plan_leaves()
    {
        await using TestSession session = new(terms: null);
        await using TestSession other = new(terms: null);
        await session.StartServerAsync();
        using SigningIdentity someone = SigningIdentity.Create();
        using ServerLink link = session.Link(PeerRole.KeyHolder, "board 0");
        other.StartHolders(0);
        KeyHolderService service = new(other.Plan, other.Holder(0), link, NullLogger.Instance);
        await Assert.ThrowsAsync<WrongPlanException>(() => service.RunAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_server_that_refuses_this_partys_certificate_is_not_asked_for_ever()
    {
        using TestConsortium consortium = new();
        PartyIdentity serverIdentity = consortium.Party(PeerRole.Server, "aggregator");
        await using TlsServer server = await TlsServer.StartAsync(TlsSettings.ForServer(serverIdentity));
        PartyIdentity revoked = consortium.Party(PeerRole.Client, "a");
        consortium.Authority.Revoke(PeerRole.Client, "a");
        string list = await File.ReadAllTextAsync(consortium.Authority.RevocationListPath,
            TestContext.Current.CancellationToken);
        PartyIdentity.ImportRevocationList(serverIdentity.Folder, list);
        using (ServerLink link = ServerConnector.Connect(server.Address, revoked, "aggregator", false))
        {
            CertificateRefusedException unknown = await RefusalAsync(link);
            Assert.Contains("when it had seen this party's certificate", unknown.Message, StringComparison.Ordinal);
        }

        // Where the party has the list itself, no server is asked.
        PartyIdentity.ImportRevocationList(revoked.Folder, list);
        using ServerLink known = ServerConnector.Connect(server.Address, consortium.Load(revoked.Folder), "aggregator",
            false);
        Assert.Contains("revoked", Assert.Throws<CertificateRefusedException>(known.RequireOwnCertificate).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_party_of_another_authority_leaves_with_the_reason()
    {
        using TestConsortium consortium = new();
        using TestConsortium others = new();
        await using TlsServer server =
            await TlsServer.StartAsync(TlsSettings.ForServer(consortium.Party(PeerRole.Server, "aggregator")));
        using ServerLink link = ServerConnector.Connect(server.Address, others.Party(PeerRole.Client, "a"),
            "aggregator", false);
        Assert.Contains("not from the consortium's certificate authority", (await RefusalAsync(link)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_expired_certificate_is_known_before_anybody_is_called()
    {
        using TestConsortium shifted = new(clock: new StoppedClock(DateTimeOffset.UtcNow.AddDays(-40)));
        PartyIdentity party = shifted.Party(PeerRole.Client, "a");
        using ServerLink link = ServerConnector.Connect(new Uri("https://127.0.0.1:1"), party, "aggregator", false);
        string day = party.Certificate.NotAfter.ToUniversalTime().ToString("yyyy-MM-dd",
            System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal($"this party's certificate expired on {day}",
            Assert.Throws<CertificateRefusedException>(link.RequireOwnCertificate).Message);
    }

    private static async Task<CertificateRefusedException> RefusalAsync(ServerLink link)
    {
        ServerGreeting greeting = new(link);
        for (int attempt = 0; attempt < 20; attempt++)
        {
            try
            {
                await greeting.AskAsync(TestContext.Current.CancellationToken);
                Assert.Fail("the server answered");
            }
            catch (GrpcException)
            {
            }
            catch (CertificateRefusedException refused)
            {
                return refused;
            }
        }

        throw new TimeoutException("the party asks for ever");
    }
}
