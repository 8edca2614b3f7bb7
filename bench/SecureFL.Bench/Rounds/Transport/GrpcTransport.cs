using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using SecureFL.Bench.Rounds.Arms;
using SecureFL.Bench.Rounds.Metering;
using SecureFL.Testing;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Limits;

namespace SecureFL.Bench.Rounds.Transport;

/// <summary>
/// The deployment's wire: its messages over gRPC, HTTP/2 and TLS 1.3 on loopback, one connection a client, which it
/// keeps from round to round as the deployment's clients do. A link may stand between each client and the server.
/// </summary>
internal sealed class GrpcTransport : IRoundTransport
{
    private const string ClientHeader = "securefl-bench-client";
    private const int PieceBytes = 1 << 18;

    private readonly WebApplication _server;
    private readonly X509Certificate2 _certificate;
    private readonly int _port;
    private readonly LinkSpec? _link;
    private readonly Lock _roundLock = new();
    private readonly ConcurrentDictionary<int, Line> _lines = new();
    private (IArmRound Round, StageMeter Meter)? _current;
    private IRoundDownload? _download;

    private GrpcTransport(WebApplication server, X509Certificate2 certificate, LinkSpec? link)
    {
        _server = server;
        _certificate = certificate;
        _link = link;
        _port = new Uri(server.Urls.First()).Port;
    }

    public string Name => _link is null ? "gRPC over TLS 1.3 on loopback" : "gRPC over TLS 1.3 over emulated lines";

    /// <summary>Starts a server on a free port.</summary>
    /// <param name="link">What the emulated line of each client is like; null for none.</param>
    internal static async Task<GrpcTransport> StartAsync(LinkSpec? link = null)
    {
        X509Certificate2 certificate = LoopbackCertificate.Create();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseShutdownTimeout(TimeSpan.FromMilliseconds(50)).ConfigureKestrel(options =>
        {
            new GrpcTransportLimits().ApplyTo(options);
            options.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseHttps(https =>
                {
                    https.ServerCertificate = certificate;
                    https.SslProtocols = SslProtocols.Tls13;
                });
            });
        });
        builder.AddGrpcCalls();
        WebApplication server = builder.Build();
        GrpcTransport? transport = null;
        GrpcServerLimits limits = new()
        { StreamIdleTimeout = TimeSpan.FromMinutes(10), MessageTimeout = TimeSpan.FromMinutes(10) };
        server.MapGrpc(
            new GrpcServiceBuilder(AggregationMethods.Service)
                .Duplex(AggregationMethods.Upload,
                    (parts, states, call) => transport!.ReceiveAsync(parts, states, call))
                .ServerStreaming(AggregationMethods.GetModel,
                    (_, parts, call) => transport!.SendModelAsync(parts, call.Cancellation))
                .Build(),
            limits);
        await server.StartAsync().ConfigureAwait(false);
        return transport = new GrpcTransport(server, certificate, link);
    }

    public async Task ConnectAsync(int clients)
    {
        _current = null;
        for (int client = 0; client < clients; client++)
        {
            if (!_lines.ContainsKey(client))
            {
                await foreach (ModelPart part in
                    LineOf(client).Channel.ServerStreamingAsync(AggregationMethods.GetModel, new GetModelRequest())
                    .ConfigureAwait(false))
                {
                    throw new InvalidOperationException($"a model of {part.TotalBytes} bytes before there is a round");
                }
            }
        }
    }

    public async Task<long> UploadAsync(IArmRound round, int client, ReadOnlyMemory<float> vector, StageMeter meter)
    {
        lock (_roundLock)
        {
            _current = (round, meter);
        }

        Metadata headers = new() { { ClientHeader, client.ToString(CultureInfo.InvariantCulture) } };
        await using GrpcDuplexCall<UploadPart, UploadState> call =
            LineOf(client).Channel.Duplex(AggregationMethods.Upload, new GrpcCallOptions { Headers = headers });
        await call.Requests.WriteAsync(new UploadPart { Start = new UploadStart() }).ConfigureAwait(false);
        long bytes = 0;
        foreach (ReadOnlyMemory<byte> message in round.Contribute(client, vector, meter))
        {
            bytes += message.Length;
            await call.Requests.WriteAsync(new UploadPart { ChunkMessage = UnsafeByteOperations.UnsafeWrap(message) })
                .ConfigureAwait(false);
        }

        await call.CompleteAsync().ConfigureAwait(false);
        bool accepted = false;
        await foreach (UploadState state in call.Responses.ConfigureAwait(false))
        {
            accepted = state.Accepted;
        }

        return accepted ? bytes : throw new InvalidOperationException(
            $"the server did not accept the upload of client {client}");
    }

    public async Task DownloadAsync(IRoundDownload download, int client)
    {
        _download = download;
        long received = 0;
        await foreach (ModelPart part in
            LineOf(client).Channel.ServerStreamingAsync(AggregationMethods.GetModel, new GetModelRequest())
            .ConfigureAwait(false))
        {
            download.Write((long)part.Offset, part.Data.Span);
            received += part.Data.Length;
        }

        _download = null;
        if (received != download.Length)
        {
            throw new InvalidOperationException($"{received} bytes came, {download.Length} were due");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (Line line in _lines.Values)
        {
            await line.DisposeAsync().ConfigureAwait(false);
        }

        await _server.DisposeAsync().ConfigureAwait(false);
        _certificate.Dispose();
    }

    private async Task ReceiveAsync(IAsyncEnumerable<UploadPart> parts, IGrpcWriter<UploadState> states, GrpcCall call)
    {
        (IArmRound round, StageMeter meter) = _current!.Value;
        int client = int.Parse(call.RequestHeaders[ClientHeader].ToString(), CultureInfo.InvariantCulture);
        await foreach (UploadPart part in parts.ConfigureAwait(false))
        {
            if (part.PartCase == UploadPart.PartOneofCase.ChunkMessage)
            {
                lock (_roundLock)
                {
                    round.Receive(client, part.ChunkMessage.Memory, meter);
                }
            }
        }

        await states.WriteAsync(new UploadState { Accepted = true }).ConfigureAwait(false);
    }

    private async Task SendModelAsync(IGrpcWriter<ModelPart> parts, CancellationToken cancellation)
    {
        IRoundDownload? download = _download;
        for (long first = 0; first < download?.Length; first += PieceBytes)
        {
            byte[] data = new byte[Math.Min(PieceBytes, download.Length - first)];
            download.Read(first, data);
            await parts.WriteAsync(
                new ModelPart { Offset = (ulong)first, Data = UnsafeByteOperations.UnsafeWrap(data) }, cancellation)
                .ConfigureAwait(false);
        }
    }

    private Line LineOf(int client) => _lines.GetOrAdd(client, _ => Connect());

    private Line Connect()
    {
        EmulatedNetwork? link = _link is null ? null : new EmulatedNetwork(_port, _link.Profile);
        GrpcChannel channel = new(new Uri($"https://localhost:{link?.Port ?? _port}/"), new GrpcChannelOptions
        {
            ConfigureTls = tls => tls.RemoteCertificateValidationCallback = (_, shown, _, _) =>
                shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(_certificate.RawData),
        });
        return new Line(channel, link);
    }

    private sealed record Line(GrpcChannel Channel, EmulatedNetwork? Link) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            Channel.Dispose();
            if (Link is not null)
            {
                await Link.DisposeAsync().ConfigureAwait(false);
            }
        }
    }
}
