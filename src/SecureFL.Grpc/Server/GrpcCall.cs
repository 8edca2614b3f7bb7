using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using SecureFL.Grpc.Framing;

namespace SecureFL.Grpc;

/// <summary>One call as its handler sees it. Lives as long as the handler runs.</summary>
public sealed class GrpcCall : IDisposable
{
    // Timers of the framework take at most 2^32 - 2 milliseconds; a deadline beyond seven weeks is none.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    private readonly CancellationTokenSource _cancellation;
    private readonly CancellationTokenSource? _deadline;

    internal GrpcCall(HttpContext http, string method, GrpcServerLimits limits)
    {
        Http = http;
        Method = method;
        Limits = limits;
        PeerCertificate = http.Connection.ClientCertificate;
        Peer = $"{http.Connection.RemoteIpAddress}:{http.Connection.RemotePort}";
        if (http.Request.Headers[WireNames.Timeout].ToString() is { Length: > 0 } text)
        {
            TimeSpan timeout = TimeoutHeader.TryParse(text, out TimeSpan parsed) ? parsed
                : throw new GrpcException(GrpcStatusCode.Internal, "malformed grpc-timeout");
            if (timeout < LongestTimer)
            {
                Deadline = DateTimeOffset.UtcNow + timeout;
                _deadline = new CancellationTokenSource(timeout);
            }
        }

        _cancellation = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted,
            _deadline?.Token ?? default);
        Cancellation = _cancellation.Token;
    }

    /// <summary>Signalled when the peer has left, the deadline has passed, or the handler has returned.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>When the caller gives up; null for never.</summary>
    public DateTimeOffset? Deadline { get; }

    /// <summary>
    /// The certificate that the peer proved in the TLS handshake; null on a plaintext loopback connection.
    /// </summary>
    public X509Certificate2? PeerCertificate { get; }

    /// <summary>Address and port of the peer.</summary>
    public string Peer { get; }

    /// <summary>The method that was called: <c>/service/method</c>.</summary>
    public string Method { get; }

    /// <summary>Headers of the request; <see cref="GrpcHeaderExtensions"/> reads binary ones.</summary>
    public IHeaderDictionary RequestHeaders => Http.Request.Headers;

    /// <summary>Metadata that goes out with the status; <see cref="GrpcHeaderExtensions"/> sets binary ones.</summary>
    public IHeaderDictionary Trailers { get; } = new HeaderDictionary();

    /// <summary>Metadata that goes out before the first message; no effect afterwards.</summary>
    public IHeaderDictionary ResponseHeaders => Http.Response.Headers;

    internal HttpContext Http { get; }

    internal GrpcServerLimits Limits { get; }

    internal bool WroteMessage { get; set; }

    internal bool DeadlinePassed => _deadline is { IsCancellationRequested: true };

    // One budget for a party however many connections it opens; where nobody proved who he is, the connection stands
    // for him.
    internal string PeerKey => PeerCertificate?.Thumbprint ?? Http.Connection.Id;

    /// <inheritdoc/>
    public void Dispose()
    {
        _cancellation.Dispose();
        _deadline?.Dispose();
    }

    /// <summary>
    /// Ends a read or write of this call that is under way; the status that the handler then gives still goes out.
    /// </summary>
    public void End() => _cancellation.Cancel();
}
