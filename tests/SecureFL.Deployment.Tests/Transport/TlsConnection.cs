using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SecureFL.Server.Hosting;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Tls;

namespace SecureFL.Deployment.Tests.Transport;

/// <summary>A real Kestrel server on a loopback port that answers with the caller's identity.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TlsServer(WebApplication app, TlsSettings settings)
    {
        _app = app;
        Settings = settings;
        Address =
            new Uri(app.Services.GetRequiredService<IServer>().Features
                .Get<IServerAddressesFeature>()!.Addresses.First());
    }

    internal TlsSettings Settings { get; }

    internal Uri Address { get; }

    internal static async Task<TlsServer> StartAsync(TlsSettings settings)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(settings.Apply);
        }));
        WebApplication app = builder.Build();
        app.Run(async context =>
        {
            string? refusal = settings.Refusal(context.Connection.ClientCertificate);
            await context.Response.WriteAsync(
                refusal ?? PeerIdentity.Of(context.Connection.ClientCertificate!)!.ToString());
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new TlsServer(app, settings);
    }

    /// <summary>One request over a connection of its own.</summary>
    internal async Task<string> AskAsync(Action<SslClientAuthenticationOptions> configure)
    {
        using HttpClient client = Client(configure);
        return await AskAsync(client);
    }

    internal async Task<string> AskAsync(HttpClient client) =>
        await client.GetStringAsync(Address, TestContext.Current.CancellationToken);

    internal static HttpClient Client(Action<SslClientAuthenticationOptions> configure)
    {
        SocketsHttpHandler handler = new();
        configure(handler.SslOptions);
        return new HttpClient(handler)
        {
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact
        };
    }

    /// <summary>The request must fail at the transport, not with an answer.</summary>
    internal async Task RefusedAsync(Action<SslClientAuthenticationOptions> configure) =>
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => AskAsync(configure));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
