using Grpc.Core;

namespace SecureFL.Transport.Calls;

/// <summary>What one call asks for beyond its message. Immutable but for the metadata.</summary>
public sealed record GrpcCallOptions
{
    /// <summary>
    /// How long the call may take, all attempts together; null for as long as it takes. Travels to the server.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>When the call must be over; the earlier of this and <see cref="Timeout"/> counts.</summary>
    public DateTimeOffset? Deadline { get; init; }

    /// <summary>
    /// Cancels the call here and at the server; the caller gets an <see cref="OperationCanceledException"/>.
    /// </summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>Metadata to send.</summary>
    public Metadata? Headers { get; init; }

    /// <summary>
    /// Whether the call may be sent twice. Only then it is repeated, and only before its first response message.
    /// </summary>
    public bool Idempotent { get; init; }

    /// <summary>How an idempotent call is repeated; null for the channel's policy.</summary>
    public GrpcRetryPolicy? Retry { get; init; }
}
