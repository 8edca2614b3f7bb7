using System.Net.Security;

namespace SecureFL.Transport.Calls;

/// <summary>How a channel connects and what it grants its server. Immutable.</summary>
public sealed record GrpcChannelOptions
{
    /// <summary>
    /// Sets certificates and checks of the TLS handshake; TLS 1.3 is set before, and nothing is trusted beyond the
    /// system's authorities unless this says so.
    /// </summary>
    public Action<SslClientAuthenticationOptions>? ConfigureTls { get; init; }

    /// <summary>Permits http addresses, on loopback only: there is no plaintext mode otherwise.</summary>
    public bool AllowInsecureLoopback { get; init; }

    /// <summary>Largest response message, bytes: 4 MiB.</summary>
    public int MaxReceiveMessageBytes { get; init; } = 4 << 20;

    /// <summary>Largest request message, bytes: 4 MiB.</summary>
    public int MaxSendMessageBytes { get; init; } = 4 << 20;

    /// <summary>
    /// Time of a response message under way, beyond its length at <see cref="MinReceiveBytesPerSecond"/>: 60 s, then
    /// DEADLINE_EXCEEDED. Waiting for one to begin is the business of the call's own deadline.
    /// </summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Least rate of a response message under way: 4 KiB a second.</summary>
    public int MinReceiveBytesPerSecond { get; init; } = 4096;

    /// <summary>Window of one response stream, bytes: 4 MiB.</summary>
    public int StreamWindowBytes { get; init; } = 4 << 20;

    /// <summary>Time to connect: 10 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Quiet time of a connection with calls under way before it is pinged: 20 s.</summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Time for the answer to a ping before the server counts as vanished: 10 s.</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How idempotent calls are repeated.</summary>
    public GrpcRetryPolicy Retry { get; init; } = new();
}
