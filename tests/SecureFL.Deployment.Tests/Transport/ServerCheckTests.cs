using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureFL.Consortium.Diagnostics;
using SecureFL.Deployment.Tests.Identity;
using SecureFL.Server.Hosting;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Health;
using SecureFL.Transport.Server.Limits;
using SecureFL.Transport.Tls;

namespace SecureFL.Deployment.Tests.Transport;

/// <summary>
/// What <c>doctor</c> says about a server that is there, one that is another, and clocks that differ.
/// </summary>
public sealed class ServerCheckTests : IAsyncLifetime
{
    private readonly TestConsortium _consortium = new();
    private readonly GrpcHealth _health = new();
    private WebApplication? _app;
    private Uri _address = new("https://127.0.0.1");

    public async ValueTask InitializeAsync()
    {
        TlsSettings settings = TlsSettings.ForServer(_consortium.Party(PeerRole.Server, "aggregator"));
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(settings.Apply);
        }));
        builder.AddGrpcCalls();
        _app = builder.Build();
        _app.MapGrpc(_health.Build(), new GrpcServerLimits());
        await _app.StartAsync(TestContext.Current.CancellationToken);
        _address =
            new Uri(_app.Services.GetRequiredService<IServer>().Features
                .Get<IServerAddressesFeature>()!.Addresses.First());
    }

    public async ValueTask DisposeAsync()
    {
        await _app!.DisposeAsync();
        _consortium.Dispose();
    }

    [Fact]
    public async Task A_server_that_serves_is_ok_and_one_of_another_name_fails_with_the_reason()
    {
        PartyIdentity client = _consortium.Party(PeerRole.Client, "a");
        Assert.Equal(CheckState.Ok,
            (await ServerChecks.HealthAsync(_address, client, "aggregator", false,
                TestContext.Current.CancellationToken)).State);
        CheckResult other = await ServerChecks.HealthAsync(_address, client, "other", false,
            TestContext.Current.CancellationToken);
        Assert.Equal(CheckState.Fail, other.State);
        Assert.Contains("expected is other", other.Text, StringComparison.Ordinal);
        _health.Set("", false);
        Assert.Equal(CheckState.Warn,
            (await ServerChecks.HealthAsync(_address, client, "aggregator", false,
                TestContext.Current.CancellationToken)).State);
    }

    [Theory]
    [InlineData(0, CheckState.Ok)]
    [InlineData(60, CheckState.Warn)]
    [InlineData(-60, CheckState.Warn)]
    [InlineData(600, CheckState.Fail)]
    public async Task Clocks_are_compared(int seconds, CheckState expected)
    {
        PartyIdentity client = _consortium.Party(PeerRole.Client, "a");
        StoppedClock clock = new(DateTimeOffset.UtcNow.AddSeconds(seconds));
        CheckResult result = await ServerChecks.ClockAsync(_address, client, "aggregator", false, clock,
            TestContext.Current.CancellationToken);
        Assert.True(result.State == expected, result.ToString());
    }

    [Fact]
    public void A_certificate_near_its_end_warns_and_an_ended_one_fails()
    {
        PartyIdentity party = _consortium.Party(PeerRole.Client, "b", validity: TimeSpan.FromDays(40));
        Assert.Equal(CheckState.Ok, PartyChecks.Certificate(party, TimeProvider.System).State);
        Assert.Equal(CheckState.Warn,
            PartyChecks.Certificate(party, new StoppedClock(DateTimeOffset.UtcNow.AddDays(20))).State);
        Assert.Equal(CheckState.Fail,
            PartyChecks.Certificate(party, new StoppedClock(DateTimeOffset.UtcNow.AddDays(50))).State);
        Assert.Equal(CheckState.Ok, PartyChecks.Revocations(party, TimeProvider.System).State);
        Assert.Equal(CheckState.Warn,
            PartyChecks.Revocations(party, new StoppedClock(DateTimeOffset.UtcNow.AddDays(100))).State);
        _consortium.Authority.Revoke(PeerRole.Client, "b");
        PartyIdentity.ImportRevocationList(party.Folder, File.ReadAllText(_consortium.Authority.RevocationListPath));
        Assert.Contains("revoked", PartyChecks.Certificate(party, TimeProvider.System).Text, StringComparison.Ordinal);
    }
}
