namespace SecureFL.Grpc;

/// <summary>
/// The end of a call with a status other than <see cref="GrpcStatusCode.Ok"/>. Thrown by a handler it becomes the
/// call's status at the caller; thrown by the client it is the status that arrived, or the one that gRPC assigns to
/// what happened to the connection.
/// </summary>
/// <param name="status">The status; not <see cref="GrpcStatusCode.Ok"/>.</param>
/// <param name="detail">What happened, for people; it crosses the wire, so it holds no secret.</param>
/// <param name="trailers">Metadata that goes, or came, with the status.</param>
/// <param name="inner">What caused it on this side; never sent.</param>
public sealed class GrpcException(GrpcStatusCode status, string detail, GrpcMetadata? trailers = null,
    Exception? inner = null)
    : Exception($"{status}: {detail}", inner)
{
    /// <summary>The status.</summary>
    public GrpcStatusCode Status { get; } = status != GrpcStatusCode.Ok ? status
        : throw new ArgumentOutOfRangeException(nameof(status), "an error has no status ok");

    /// <summary>What happened, for people.</summary>
    public string Detail { get; } = detail;

    /// <summary>Metadata that came, or goes, with the status; empty if there was none.</summary>
    public GrpcMetadata Trailers { get; } = trailers ?? new GrpcMetadata();
}
