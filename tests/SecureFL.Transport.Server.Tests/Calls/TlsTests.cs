using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Limits;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;
using SecureFL.Transport.Server.Tests.Interop;

namespace SecureFL.Transport.Server.Tests.Calls;

/// <summary>Mutual TLS between our own client and server, and what happens to those who fail it.</summary>
public sealed class TlsTests
{
    [Fact]
    public async Task The_handler_sees_the_certificate_that_the_client_proved()
    {
        using TestCertificates certificates = new();
        string? seen = null;
        GrpcService service = new GrpcServiceBuilder(EchoService.Name).Unary(EchoService.Unary, (request, call) =>
        {
            seen = call.PeerCertificate?.Subject;
            return Task.FromResult(request);
        }).Build();
        await using LoopbackServer server =
            await LoopbackServer.StartAsync(service, tls: TheirClientTests.MutualTls(certificates));
        using GrpcChannel channel = server.Connect(
            new GrpcChannelOptions { ConfigureTls = tls => TheirServerTests.Configure(tls, certificates) });
        await channel.UnaryAsync(EchoService.Unary, EchoService.Message(100_000));
        Assert.Equal("CN=client", seen);
    }

    [Fact]
    public async Task Strangers_and_those_without_certificate_get_no_call()
    {
        using TestCertificates certificates = new(), others = new();
        EchoService echo = new();
        await using LoopbackServer server =
            await LoopbackServer.StartAsync(echo.Build(), tls: TheirClientTests.MutualTls(certificates));
        foreach (Action<SslClientAuthenticationOptions> configure in (Action<SslClientAuthenticationOptions>[])
        [
            tls => tls.RemoteCertificateValidationCallback =
                (_, certificate, _, _) => certificates.Trusts(certificate as X509Certificate2),
            tls =>
            {
                tls.ClientCertificates = [others.Client];
                tls.RemoteCertificateValidationCallback =
                    (_, certificate, _, _) => certificates.Trusts(certificate as X509Certificate2);
            },
            tls =>
            {
                // This client trusts another authority: it is the one that refuses.
                tls.ClientCertificates = [certificates.Client];
                tls.RemoteCertificateValidationCallback =
                    (_, certificate, _, _) => others.Trusts(certificate as X509Certificate2);
            },
            tls =>
            {
                tls.EnabledSslProtocols = SslProtocols.Tls12;
                TheirServerTests.Configure(tls, certificates);
            },
        ])
        {
            using GrpcChannel channel = server.Connect(new GrpcChannelOptions { ConfigureTls = configure });
            GrpcException fault = await Assert.ThrowsAsync<GrpcException>(
                () => channel.UnaryAsync(EchoService.Unary, new EchoMessage()));
            Assert.True(fault.StatusCode == StatusCode.Unavailable, fault.ToString());
        }

        Assert.Equal(0, echo.Calls);
    }

    [Fact]
    public async Task Plaintext_on_a_tls_port_is_unavailable()
    {
        using TestCertificates certificates = new();
        await using LoopbackServer server =
            await LoopbackServer.StartAsync(new EchoService().Build(), tls: TheirClientTests.MutualTls(certificates));
        using GrpcChannel channel = new(new Uri($"http://127.0.0.1:{server.Port}"),
            new GrpcChannelOptions { AllowInsecureLoopback = true });
        GrpcException fault = await Assert.ThrowsAsync<GrpcException>(
            () => channel.UnaryAsync(EchoService.Unary, new EchoMessage()));
        Assert.True(fault.StatusCode is StatusCode.Unavailable or StatusCode.Internal, fault.ToString());
    }

    [Fact]
    public async Task Connections_of_one_certificate_are_limited()
    {
        using TestCertificates certificates = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(
            new EchoService().Build(), transport: new GrpcTransportLimits { MaxConnectionsPerPeer = 2 },
            tls: TheirClientTests.MutualTls(certificates));
        GrpcChannelOptions options = new() { ConfigureTls = tls => TheirServerTests.Configure(tls, certificates) };
        using GrpcChannel first = server.Connect(options), third = server.Connect(options);
        using (GrpcChannel second = server.Connect(options))
        {
            await first.UnaryAsync(EchoService.Unary, new EchoMessage());
            await second.UnaryAsync(EchoService.Unary, new EchoMessage());
            Assert.Equal(StatusCode.Unavailable,
                (await Assert.ThrowsAsync<GrpcException>(
                    () => third.UnaryAsync(EchoService.Unary, new EchoMessage()))).StatusCode);
        }

        // The second has gone: its place is free as soon as the server has seen it go.
        await third.UnaryAsync(EchoService.Unary, new EchoMessage(),
            new GrpcCallOptions
            {
                Idempotent = true,
                Retry = new GrpcRetryPolicy { MaxAttempts = 100, MaxBackoff = TimeSpan.FromMilliseconds(300) }
            });
        await first.UnaryAsync(EchoService.Unary, new EchoMessage());
    }
}
