using Grpc.Core;

namespace SecureFL.Server.Rounds;

/// <summary>A request that does not fit the session's state: the status that the caller gets, and why.</summary>
internal sealed class RequestRefusedException(StatusCode status, string message) : Exception(message)
{
    public StatusCode Status { get; } = status;

    public static RequestRefusedException NotNow(string message) => new(StatusCode.FailedPrecondition, message);
}
