using Grpc.Core;

namespace SecureFL.Transport.Calls;

/// <summary>
/// The end of a call with a status other than <see cref="StatusCode.OK"/>. Thrown by a handler it becomes the call's
/// status at the caller; thrown by the client it is the status that arrived, or the one that gRPC assigns to what
/// happened to the connection.
/// </summary>
/// <param name="status">The status; not <see cref="StatusCode.OK"/>.</param>
/// <param name="detail">What happened, for people; it crosses the wire, so it holds no secret.</param>
/// <param name="trailers">Metadata that goes, or came, with the status.</param>
/// <param name="inner">What caused it on this side; never sent.</param>
public sealed class GrpcException(StatusCode status, string detail, Metadata? trailers = null, Exception? inner = null)
    : RpcException(new Status(status, detail, inner), trailers ?? [], $"{status}: {detail}")
{
    /// <summary>What happened, for people.</summary>
    public string Detail => Status.Detail;
}
