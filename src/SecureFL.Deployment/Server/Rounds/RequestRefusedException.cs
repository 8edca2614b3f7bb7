using SecureFL.Grpc;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>A request that does not fit the session's state: the status that the caller gets, and why.</summary>
internal sealed class RequestRefusedException(GrpcStatusCode status, string message) : Exception(message)
{
    public GrpcStatusCode Status { get; } = status;

    public static RequestRefusedException NotNow(string message) => new(GrpcStatusCode.FailedPrecondition, message);
}
