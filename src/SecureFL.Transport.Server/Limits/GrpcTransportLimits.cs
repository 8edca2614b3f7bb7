using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SecureFL.Transport.Server.Limits;

/// <summary>What the HTTP/2 connections of a server may do, before any call runs. Immutable.</summary>
public sealed record GrpcTransportLimits
{
    /// <summary>
    /// Window of one stream, bytes: 6 MiB. Kestrel gives a window back in halves, a half only once more than it is
    /// consumed, so a sender has half a window under way in each round trip: 3 MiB, which 40 ms turn into 75 MiB/s. A
    /// window of 4 MiB would cap one upload at 50 less its overhead.
    /// </summary>
    public int StreamWindowBytes { get; init; } = 6 << 20;

    /// <summary>
    /// Window of one connection, bytes: 6 MiB. It bounds what a peer can make this process hold unread, whatever the
    /// number of its streams.
    /// </summary>
    public int ConnectionWindowBytes { get; init; } = 6 << 20;

    /// <summary>Concurrent streams of a connection: 100, the least that HTTP/2 recommends (RFC 9113, 6.5.2).</summary>
    public int MaxStreamsPerConnection { get; init; } = 100;

    /// <summary>
    /// Connections at once: 4,096, a thousand clients that each come back before their old connection is found dead.
    /// </summary>
    public int MaxConnections { get; init; } = 4096;

    /// <summary>
    /// Connections of one certificate at once: 8, two processes of a party and their old connections that are not found
    /// dead yet.
    /// </summary>
    public int MaxConnectionsPerPeer { get; init; } = 8;

    /// <summary>Size of a request's header block: 16 KiB, twice what gRPC implementations send by default.</summary>
    public int MaxRequestHeadersBytes { get; init; } = 16 << 10;

    /// <summary>Quiet time of a connection before the server pings it: 20 s.</summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time for the answer to a ping before the peer counts as vanished: 10 s.</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for a request's headers to arrive whole: 10 s.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time a connection without any stream is kept, one that never said a word included: 2 minutes.</summary>
    public TimeSpan IdleConnectionTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Least rate at which a peer takes a response it asked for, bytes a second: 240, after
    /// <see cref="SlowReaderGrace"/>.
    /// </summary>
    public double MinResponseBytesPerSecond { get; init; } = 240;

    /// <summary>
    /// Grace before the rate of a reader counts: 30 s, so that a suspended laptop or a long garbage collection costs
    /// nothing.
    /// </summary>
    public TimeSpan SlowReaderGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Applies <see cref="MaxConnectionsPerPeer"/> to an endpoint: a further connection is closed after its handshake.
    /// Call it after <c>UseHttps</c>; connections without a certificate are not counted here.
    /// </summary>
    /// <param name="endpoint">The endpoint.</param>
    public void ApplyTo(ListenOptions endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        PeerConnections connections = new(MaxConnectionsPerPeer);
        endpoint.Use(next => connection => connections.RunAsync(connection, next));
    }

    /// <summary>
    /// Applies the limits to a server. The rate of request bodies is the business of the calls themselves:
    /// <see cref="GrpcServerLimits"/>.
    /// </summary>
    /// <param name="kestrel">The options of the server.</param>
    public void ApplyTo(KestrelServerOptions kestrel)
    {
        ArgumentNullException.ThrowIfNull(kestrel);
        kestrel.AddServerHeader = false;
        KestrelServerLimits limits = kestrel.Limits;
        limits.MaxConcurrentConnections = MaxConnections;
        limits.RequestHeadersTimeout = HeadersTimeout;
        limits.KeepAliveTimeout = IdleConnectionTimeout;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = new MinDataRate(MinResponseBytesPerSecond, SlowReaderGrace);
        limits.MaxRequestHeadersTotalSize = MaxRequestHeadersBytes;
        limits.Http2.MaxRequestHeaderFieldSize = Math.Min(MaxRequestHeadersBytes, 8 << 10);
        limits.Http2.InitialStreamWindowSize = StreamWindowBytes;
        limits.Http2.InitialConnectionWindowSize = ConnectionWindowBytes;
        limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
        limits.Http2.KeepAlivePingDelay = KeepAlivePingDelay;
        limits.Http2.KeepAlivePingTimeout = KeepAlivePingTimeout;
    }
}
