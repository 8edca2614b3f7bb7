using SecureFL.Grpc;

namespace SecureFL.Deployment.Connections;

/// <summary>Which endings of a call are worth another attempt.</summary>
internal static class Refusal
{
    /// <summary>
    /// Whether the same call may succeed later: the server is away, busy or restarting. Everything else is an answer
    /// that repeating does not change.
    /// </summary>
    internal static bool IsPassing(GrpcException fault) => fault.Status
        is GrpcStatusCode.Unavailable or GrpcStatusCode.DeadlineExceeded or GrpcStatusCode.Aborted
        or GrpcStatusCode.ResourceExhausted
        or GrpcStatusCode.Cancelled or GrpcStatusCode.Unknown or GrpcStatusCode.Internal;

    /// <summary>Whether the server refuses this party, now and for ever: its certificate, its role, its plan.</summary>
    internal static bool IsOfThisParty(GrpcException fault) => fault.Status
        is GrpcStatusCode.PermissionDenied or GrpcStatusCode.Unauthenticated or GrpcStatusCode.Unimplemented;
}
