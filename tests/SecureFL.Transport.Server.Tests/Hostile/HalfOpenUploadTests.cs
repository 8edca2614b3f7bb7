using System.Diagnostics;
using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using SecureFL.Testing;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Limits;
using SecureFL.Transport.Server.Tests.Contracts;
using SecureFL.Transport.Server.Tests.Hosting;
using SecureFL.Transport.Server.Tests.Interop;

namespace SecureFL.Transport.Server.Tests.Hostile;

/// <summary>
/// One party, with a good certificate, opens uploads that promise megabytes and feed a kilobyte; others upload
/// meanwhile.
/// </summary>
[Collection(Alone.Name)]
public sealed class HalfOpenUploadTests
{
    private const int StreamsPerConnection = 100;
    private const int Promised = 4 << 20;

    [Fact]
    [Trait("Category", "Slow")]
    public Task Six_hundred_half_open_uploads() => RunAsync(6);

    [Fact]
    [Trait("Category", "Slow")]
    public Task Ten_thousand_half_open_uploads() => RunAsync(100);

    private static async Task RunAsync(int connections)
    {
        using TestCertificates certificates = new();
        EchoService echo = new();
        GrpcServerLimits limits = new()
        {
            MessageTimeout = TimeSpan.FromSeconds(3),
            MinReceiveBytesPerSecond = Promised,
            InFlight = new ByteBudget(64L << 20, TimeSpan.FromSeconds(6)),
        };
        await using LoopbackServer server =
            await LoopbackServer.StartAsync(echo.Build(), limits, tls: TheirClientTests.MutualTls(certificates));
        using GrpcChannel honest = new(server.Address,
            new GrpcChannelOptions { ConfigureTls = tls => Configure(tls, certificates, certificates.Server) });
        Assert.Equal(20, (await InTimeAsync(() => honest.UploadAsync(Messages(20)))).Messages);
        long before = Memory();

        RawHttp2[] attackers = new RawHttp2[connections];
        byte[] crumbs = new byte[1000];
        byte[] halfMessage = [0, Promised >> 24, (Promised >> 16) & 0xff, (Promised >> 8) & 0xff, 0, .. crumbs];
        for (int i = 0; i < connections; i++)
        {
            SslClientAuthenticationOptions tls = new()
            {
                TargetHost = "localhost",
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = [SslApplicationProtocol.Http2]
            };
            Configure(tls, certificates, certificates.Client);
            attackers[i] = await RawHttp2.ConnectAsync(server.Port, window: int.MaxValue, tls: tls);
            await attackers[i].SendAsync((byte[])[.. Enumerable.Range(0, StreamsPerConnection).SelectMany(stream =>
                (byte[])[.. RawHttp2.Request((2 * stream) + 1, "https", "/securefl.test.v1.Echo/Up", 4),
                    .. RawHttp2.Message((2 * stream) + 1, false, halfMessage)])]);
        }

        // The others go on: small calls, and an upload of messages that need admission themselves.
        long highest = 0;
        for (int i = 0; i < 5; i++)
        {
            await InTimeAsync(() => honest.UnaryAsync(EchoService.Unary, EchoService.Message(1000)));
            Assert.Equal(20,
                (await InTimeAsync(() => honest.UploadAsync(Messages(20)))).Messages);
            highest = Math.Max(highest, Memory() - before);
            Assert.InRange(limits.InFlight.InUse, 0, limits.InFlight.LimitPerPeer + (1 << 20));
        }

        // What ten thousand streams cost is their own state, some 20 kilobytes each, attackers' side in this process
        // included, not the 40 GB promised.
        Assert.InRange(highest, long.MinValue, (200L << 20) + (connections * StreamsPerConnection * 30_000L));
        Dictionary<string, int> statuses = [];
        foreach (RawHttp2 attacker in attackers)
        {
            for (int ended = 0; ended < StreamsPerConnection && await attacker.ReadAsync() is { } frame;)
            {
                Assert.True(frame.Type != RawFrame.Reset || frame.Payload[3] == 0,
                    "the streams are good HTTP/2: they end with a status");
                if (frame.Type == RawFrame.Headers && frame.Header("grpc-status") is { } status)
                {
                    statuses[status] = statuses.GetValueOrDefault(status) + 1;
                    ended++;
                }
            }

            attacker.Dispose();
        }

        // RESOURCE_EXHAUSTED for those that were never admitted, DEADLINE_EXCEEDED for those that were.
        Assert.Equal(connections * StreamsPerConnection, statuses.Values.Sum());
        Assert.Equal(["4", "8"], statuses.Keys.Order(StringComparer.Ordinal));
        Assert.Equal((0, 0L), (limits.Calls.Running, limits.InFlight.InUse));
    }

    // The limits are short, so that the attack ends soon: a machine that is slower than they are may try again. To be
    // refused for want of room would be another thing.
    private static async Task<T> InTimeAsync<T>(Func<Task<T>> call)
    {
        for (int left = 20; ; left--)
        {
            try
            {
                return await call();
            }
            catch (GrpcException late) when (late.StatusCode == StatusCode.DeadlineExceeded && left > 0)
            {
            }
        }
    }

    private static long Memory()
    {
        using Process self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }

    private static void Configure(SslClientAuthenticationOptions tls, TestCertificates certificates,
        X509Certificate2 own)
    {
        tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => own;
        tls.RemoteCertificateValidationCallback =
            (_, certificate, _, _) => certificates.Trusts(certificate as X509Certificate2);
    }

    private static async IAsyncEnumerable<EchoMessage> Messages(int count,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        for (int i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return EchoService.Message(200_000);
        }
    }
}
