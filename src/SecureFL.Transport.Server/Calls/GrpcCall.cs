using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using SecureFL.Transport.Server.Limits;

namespace SecureFL.Transport.Server.Calls;

/// <summary>One call as its guards and its handler see it. Lives as long as the handler runs.</summary>
public sealed class GrpcCall : IDisposable
{
    private readonly CancellationTokenSource _ended;
    private CancellationTokenRegistration _deadline;
    private Metadata? _trailers;

    internal GrpcCall(HttpContext http, GrpcServerLimits limits, ILogger log)
    {
        (Http, Limits, Log) = (http, limits, log);
        PeerCertificate = http.Connection.ClientCertificate;
        Peer = $"{http.Connection.RemoteIpAddress}:{http.Connection.RemotePort}";
        _ended = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        Cancellation = _ended.Token;
    }

    /// <summary>Signalled when the peer has left, the deadline has passed, or the handler has returned.</summary>
    public CancellationToken Cancellation { get; }

    /// <summary>
    /// The certificate that the peer proved in the TLS handshake; null on a plaintext loopback connection.
    /// </summary>
    public X509Certificate2? PeerCertificate { get; }

    /// <summary>Address and port of the peer.</summary>
    public string Peer { get; }

    /// <summary>The method that was called: <c>/service/method</c>.</summary>
    public string Method => Http.Request.Path.ToString();

    /// <summary>Headers of the request.</summary>
    public IHeaderDictionary RequestHeaders => Http.Request.Headers;

    /// <summary>Metadata that goes out with the status; a handler's, not a guard's.</summary>
    /// <exception cref="InvalidOperationException">No handler runs yet.</exception>
    public Metadata Trailers => _trailers ?? throw new InvalidOperationException("a guard sets no trailers");

    internal HttpContext Http { get; }

    internal GrpcServerLimits Limits { get; }

    internal ILogger Log { get; }

    // One budget for a party however many connections it opens; where nobody proved who he is, the connection stands
    // for him.
    internal string PeerKey => PeerCertificate?.Thumbprint ?? Http.Connection.Id;

    /// <inheritdoc/>
    public void Dispose()
    {
        _deadline.Dispose();
        _ended.Dispose();
    }

    /// <summary>
    /// Ends a read or write of this call that is under way; the status that the handler then gives still goes out.
    /// </summary>
    public void End() => _ended.Cancel();

    /// <summary>
    /// Waits until the peer has sent more than was read, or has ended its stream: for a handler that has told it to
    /// wait. Not while a message is awaited.
    /// </summary>
    /// <param name="cancellation">Ends the waiting; the stream can be read as before.</param>
    /// <returns>Whether it has sent more; false: its stream has ended.</returns>
    /// <exception cref="OperationCanceledException">The waiting was ended, or the peer has left.</exception>
    public Task<bool> HasMoreAsync(CancellationToken cancellation) =>
        Http.Features.Get<IRequestBodyPipeFeature>() is GuardedBody body ? body.HasMoreAsync(cancellation)
            : throw new InvalidOperationException("no handler runs yet");

    /// <summary>The handler begins: its deadline ends the call, its trailers are the call's.</summary>
    internal void Begin(ServerCallContext context)
    {
        _trailers = context.ResponseTrailers;
        _deadline = context.CancellationToken.UnsafeRegister(static call => ((GrpcCall)call!).End(), this);
    }
}
