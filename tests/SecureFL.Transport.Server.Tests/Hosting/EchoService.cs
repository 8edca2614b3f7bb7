using Google.Protobuf;
using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Calls;
using SecureFL.Transport.Server.Tests.Contracts;

namespace SecureFL.Transport.Server.Tests.Hosting;

/// <summary>The echo service of Protos/echo.proto, and what it saw.</summary>
internal sealed class EchoService
{
    public const string Name = "securefl.test.v1.Echo";

    public static readonly GrpcMethod<EchoMessage, EchoMessage> Unary =
        new(Name, "Unary", EchoMessage.Parser, EchoMessage.Parser);
    public static readonly GrpcMethod<EchoMessage, EchoMessage> Down =
        new(Name, "Down", EchoMessage.Parser, EchoMessage.Parser);
    public static readonly GrpcMethod<EchoMessage, EchoSummary> Up =
        new(Name, "Up", EchoMessage.Parser, EchoSummary.Parser);
    public static readonly GrpcMethod<EchoMessage, EchoMessage> Both =
        new(Name, "Both", EchoMessage.Parser, EchoMessage.Parser);

    private int _calls;

    /// <summary>Calls that reached a handler.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Set when a waiting handler has begun to wait.</summary>
    public TaskCompletionSource Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set when a handler has seen its call cancelled.</summary>
    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The last call, as its handler saw it.</summary>
    public (bool HasDeadline, string? Custom, byte[]? Binary, bool HasCertificate) Seen { get; private set; }

    public GrpcService Build() => Configure(new GrpcServiceBuilder(Name)).Build();

    public GrpcServiceBuilder Configure(GrpcServiceBuilder builder) => builder
        .Unary(Unary, async (request, call) =>
        {
            await BeginAsync(request, call);
            return request;
        })
        .ServerStreaming(Down, async (request, responses, call) =>
        {
            for (int i = 0; i < request.Number; i++)
            {
                await responses.WriteAsync(new EchoMessage { Number = i, Payload = request.Payload },
                    call.Cancellation);
            }

            await BeginAsync(request, call);
        })
        .ClientStreaming(Up, async (requests, call) =>
        {
            EchoSummary summary = new();
            await foreach (EchoMessage request in requests)
            {
                await BeginAsync(request, call);
                summary.Messages++;
                summary.Bytes += request.Payload.Length;
                summary.Text += request.Text;
            }

            return summary;
        })
        .Duplex(Both, async (requests, responses, call) =>
        {
            await foreach (EchoMessage request in requests)
            {
                await BeginAsync(request, call);
                await responses.WriteAsync(request, call.Cancellation);
            }
        });

    private async Task BeginAsync(EchoMessage request, GrpcCall call)
    {
        Interlocked.Increment(ref _calls);
        byte[]? binary = Binary(call.RequestHeaders["custom-bin"].ToString());
        Seen = (call.RequestHeaders.ContainsKey("grpc-timeout"), call.RequestHeaders["custom"], binary,
            call.PeerCertificate is not null);
        if (call.RequestHeaders["custom"].ToString() is { Length: > 0 } custom)
        {
            call.Http.Response.Headers["answer"] = custom;
            call.Trailers.Add("last", custom);
            call.Trailers.Add("last-bin", binary ?? [0xff, 0x00]);
        }

        if (request.Text.StartsWith("status:", StringComparison.Ordinal))
        {
            string[] parts = request.Text.Split(':', 3);
            throw new GrpcException((StatusCode)int.Parse(parts[1]), parts[2],
                new Metadata { { "why", "asked" }, { "why-bin", [1, 2, 3] } });
        }

        if (request.Text == "crash")
        {
            throw new InvalidOperationException("a secret of the server");
        }

        if (request.Text == "wait")
        {
            Waiting.TrySetResult();
            using CancellationTokenRegistration seen = call.Cancellation.Register(() => Cancelled.TrySetResult());
            await Task.Delay(Timeout.Infinite, call.Cancellation);
        }
    }

    private static byte[]? Binary(string base64)
    {
        byte[] bytes = new byte[base64.Length];
        return base64.Length > 0
            && Convert.TryFromBase64String(base64.PadRight((base64.Length + 3) / 4 * 4, '='), bytes, out int length)
                ? bytes[..length] : null;
    }

    public static EchoMessage Message(int bytes, string text = "", int number = 0)
    {
        byte[] payload = new byte[bytes];
        new Random(bytes).NextBytes(payload);
        return new EchoMessage { Payload = UnsafeByteOperations.UnsafeWrap(payload), Text = text, Number = number };
    }
}
