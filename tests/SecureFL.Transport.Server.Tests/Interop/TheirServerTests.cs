using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Tests.Calls;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;

namespace SecureFL.Transport.Server.Tests.Interop;

/// <summary>Our client calls the echo service on @grpc/grpc-js.</summary>
public sealed class TheirServerTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_kinds_statuses_metadata_and_limits(bool tls)
    {
        NodeTool.Require();
        using TestCertificates certificates = new();
        await using NodeServer server = await NodeServer.StartAsync(tls ? certificates.Folder : null);
        using GrpcChannel channel = Connect(server.Port, tls ? certificates : null);
        foreach (int bytes in (int[])[0, 1, 70_000, 4_000_000])
        {
            EchoMessage sent = EchoService.Message(bytes, "grüße", -5);
            Assert.Equal(sent, await channel.UnaryAsync(EchoService.Unary, sent));
        }

        await StatusTests.DrainAsync(
            channel.ServerStreamingAsync(EchoService.Down, EchoService.Message(5000, number: 100)), 100);
        EchoSummary summary = await channel.UploadAsync(Messages(30, 300_000));
        Assert.Equal((30, 9_000_000L), (summary.Messages, summary.Bytes));
        await DuplexAsync(channel);
        await StatusesAsync(channel);
        GrpcException large = await Assert.ThrowsAsync<GrpcException>(
            () => Connect(server.Port, tls ? certificates : null, 8 << 20)
                .UnaryAsync(EchoService.Unary, EchoService.Message(5 << 20)));
        Assert.Equal(StatusCode.ResourceExhausted, large.StatusCode);
    }

    [Fact]
    public async Task Deadlines_and_cancellation_arrive_there_and_its_death_is_unavailable()
    {
        NodeTool.Require();
        await using NodeServer server = await NodeServer.StartAsync(null);
        using GrpcChannel channel = Connect(server.Port, null);
        EchoMessage wait = new() { Text = "wait" };
        await channel.UnaryAsync(EchoService.Unary, new EchoMessage());
        GrpcException late = await Assert.ThrowsAsync<GrpcException>(
            () => channel.UnaryAsync(EchoService.Unary, wait,
                new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(5) }));
        Assert.Equal(StatusCode.DeadlineExceeded, late.StatusCode);
        Assert.Equal("waiting deadline", await server.ReadLineAsync());
        Assert.Equal("cancelled", await server.ReadLineAsync());

        using CancellationTokenSource cancel = new();
        Task<EchoMessage> call = channel.UnaryAsync(EchoService.Unary, wait,
            new GrpcCallOptions { Cancellation = cancel.Token });
        Assert.Equal("waiting forever", await server.ReadLineAsync());
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal("cancelled", await server.ReadLineAsync());

        Task<EchoMessage> unary = channel.UnaryAsync(EchoService.Unary, wait);
        Task down = StatusTests.DrainAsync(
            channel.ServerStreamingAsync(EchoService.Down, new EchoMessage { Text = "wait", Number = 2 }), null);
        Assert.Equal("waiting forever", await server.ReadLineAsync());
        Assert.Equal("waiting forever", await server.ReadLineAsync());
        server.Kill();
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<GrpcException>(() => unary)).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<GrpcException>(() => down)).StatusCode);
    }

    private static async Task DuplexAsync(GrpcChannel channel)
    {
        await using GrpcDuplexCall<EchoMessage, EchoMessage> call = channel.Duplex(EchoService.Both);
        await using IAsyncEnumerator<EchoMessage> responses = call.Responses.GetAsyncEnumerator();
        for (int i = 0; i < 50; i++)
        {
            EchoMessage sent = EchoService.Message(i * 100, number: i);
            await call.Requests.WriteAsync(sent);
            Assert.True(await responses.MoveNextAsync());
            Assert.Equal(sent, responses.Current);
        }

        await call.CompleteAsync();
        Assert.False(await responses.MoveNextAsync());
    }

    private static async Task StatusesAsync(GrpcChannel channel)
    {
        EchoMessage request = new() { Text = "status:7:100 % größer\nals das", Number = 3 };
        GrpcCallOptions custom = new()
        { Headers = new Metadata { { "custom", "value" }, { "custom-bin", [0, 255, 10, 13, 1] } } };
        foreach (Func<Task> call in (Func<Task>[])
        [
            () => channel.UnaryAsync(EchoService.Unary, request, custom),
            () => StatusTests.DrainAsync(channel.ServerStreamingAsync(EchoService.Down, request), 3),
            () => channel.UploadAsync(Messages(int.MaxValue, 1000, request)),
        ])
        {
            GrpcException fault = await Assert.ThrowsAsync<GrpcException>(call);
            Assert.Equal((StatusCode.PermissionDenied, "100 % größer\nals das"), (fault.StatusCode, fault.Detail));
            Assert.Equal("asked", fault.Trailers.GetValue("why"));
            Assert.Equal([1, 2, 3], fault.Trailers.GetValueBytes("why-bin"));
        }

        GrpcMethod<EchoMessage, EchoMessage> unknown =
            new(EchoService.Name, "Nothing", EchoMessage.Parser, EchoMessage.Parser);
        Assert.Equal(StatusCode.Unimplemented,
            (await Assert.ThrowsAsync<GrpcException>(() => channel.UnaryAsync(unknown, request))).StatusCode);
    }

    private static GrpcChannel Connect(int port, TestCertificates? certificates, int maxSend = 4 << 20) =>
        certificates is null
        ? new GrpcChannel(new Uri($"http://127.0.0.1:{port}"),
            new GrpcChannelOptions { AllowInsecureLoopback = true, MaxSendMessageBytes = maxSend })
        : new GrpcChannel(new Uri($"https://localhost:{port}"),
            new GrpcChannelOptions
            {
                ConfigureTls = tls => Configure(tls, certificates),
                MaxSendMessageBytes = maxSend
            });

    internal static void Configure(System.Net.Security.SslClientAuthenticationOptions tls,
        TestCertificates certificates)
    {
        tls.ClientCertificates = [certificates.Client];
        tls.RemoteCertificateValidationCallback =
            (_, certificate, _, _) => certificates.Trusts(certificate as X509Certificate2);
    }

    private static async IAsyncEnumerable<EchoMessage> Messages(int count, int bytes, EchoMessage? first = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        if (first is not null)
        {
            yield return first;
        }

        for (int i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return EchoService.Message(bytes);
        }
    }

    /// <summary>The server of Interop/node/server.js as a process.</summary>
    private sealed class NodeServer(Process process, int port) : IAsyncDisposable
    {
        public int Port => port;

        public static async Task<NodeServer> StartAsync(string? certificates)
        {
            Process process = NodeTool.Start(certificates is null ? ["server.js"] : ["server.js", certificates]);
            string? line = await process.StandardOutput.ReadLineAsync();
            return line?.Split(' ') is ["port", { } port]
                ? new NodeServer(process, int.Parse(port))
                : throw new InvalidOperationException(
                    $"the server does not start: {line} {await process.StandardError.ReadToEndAsync()}");
        }

        public async Task<string?> ReadLineAsync() => await process.StandardOutput.ReadLineAsync();

        public void Kill() => process.Kill();

        public async ValueTask DisposeAsync()
        {
            if (!process.HasExited)
            {
                process.StandardInput.Close();
            }

            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
