using System.Security.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Health;
using SecureFL.Transport.Server.Limits;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Interop;

/// <summary>
/// Clients that are not ours call our server: each script runs every kind of call, statuses, metadata, deadlines,
/// cancellation and limits.
/// </summary>
public sealed class TheirClientTests
{
    private const int NodeScenarios = 15;
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task Node_calls_our_server()
    {
        NodeTool.Require();
        EchoService echo = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(echo.Build());
        (int exit, string output) = await Tool.RunAsync("node", NodeTool.Folder, "client.js",
            $"127.0.0.1:{server.Port}");
        Assert.True(exit == 0, output);
        Assert.Equal(NodeScenarios, output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
        await echo.Cancelled.Task;
    }

    [Fact]
    public async Task Node_calls_our_server_over_mutual_tls()
    {
        NodeTool.Require();
        using TestCertificates certificates = new();
        EchoService echo = new();
        await using LoopbackServer server = await LoopbackServer.StartAsync(echo.Build(), tls: MutualTls(certificates));
        (int exit, string output) = await Tool.RunAsync("node", NodeTool.Folder, "client.js",
            $"localhost:{server.Port}", certificates.Folder);
        Assert.True(exit == 0, output);
        Assert.Equal(NodeScenarios, output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
        Assert.True(echo.Seen.HasCertificate);
    }

    [Fact]
    public async Task Python_calls_our_server()
    {
        Assert.SkipUnless(Tool.Exists(Python) && Tool.Run(Python, AppContext.BaseDirectory, "-c", "import grpc").Exit
            == 0, "python3-grpcio is not installed: it is not tried");
        EchoService echo = new();
        await using LoopbackServer server =
            await LoopbackServer.StartAsync(echo.Build(),
                map: application => application.MapGrpc(new GrpcHealth().Build(), new GrpcServerLimits()));
        (int exit, string output) = await Tool.RunAsync(
            Python, AppContext.BaseDirectory, Path.Combine(AppContext.BaseDirectory, "Interop", "python", "client.py"),
            $"127.0.0.1:{server.Port}");
        Assert.True(exit == 0, output);
        Assert.Equal(10, output.Split('\n').Count(line => line.StartsWith("ok ", StringComparison.Ordinal)));
        await echo.Cancelled.Task;
    }

    internal static HttpsConnectionAdapterOptions MutualTls(TestCertificates certificates) => new()
    {
        ServerCertificate = certificates.Server,
        SslProtocols = SslProtocols.Tls13,
        ClientCertificateMode = ClientCertificateMode.RequireCertificate,
        ClientCertificateValidation = (certificate, _, _) => certificates.Trusts(certificate),
    };
}
