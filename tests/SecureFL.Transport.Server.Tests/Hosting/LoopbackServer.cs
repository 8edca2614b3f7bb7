using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Limits;

namespace SecureFL.Transport.Server.Tests.Hosting;

/// <summary>A real Kestrel on a loopback port of its own.</summary>
internal sealed class LoopbackServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private LoopbackServer(WebApplication application, bool tls)
    {
        _application = application;
        Port = new Uri(application.Urls.Single()).Port;
        Address = new Uri(tls ? $"https://localhost:{Port}" : $"http://127.0.0.1:{Port}");
    }

    public int Port { get; }

    public Uri Address { get; }

    public static async Task<LoopbackServer> StartAsync(
        GrpcService service, GrpcServerLimits? limits = null, GrpcTransportLimits? transport = null,
        HttpsConnectionAdapterOptions? tls = null, Action<WebApplication>? map = null, int port = 0)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseShutdownTimeout(TimeSpan.FromMilliseconds(50)).ConfigureKestrel(kestrel =>
        {
            (transport ?? new GrpcTransportLimits()).ApplyTo(kestrel);
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                if (tls is not null)
                {
                    listen.UseHttps(tls);
                    (transport ?? new GrpcTransportLimits { MaxConnectionsPerPeer = 1000 }).ApplyTo(listen);
                }
            });
        });
        builder.AddGrpcCalls();
        WebApplication application = builder.Build();
        application.MapGrpc(service, limits ?? new GrpcServerLimits());
        map?.Invoke(application);
        await application.StartAsync();
        return new LoopbackServer(application, tls is not null);
    }

    public GrpcChannel Connect(GrpcChannelOptions? options = null) =>
        new(Address, options ?? new GrpcChannelOptions { AllowInsecureLoopback = true });

    public async ValueTask DisposeAsync() => await _application.DisposeAsync();
}
