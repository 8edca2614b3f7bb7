using Grpc.Core;
using SecureFL.Transport.Calls;

namespace SecureFL.Transport.Connections;

/// <summary>Which endings of a call are worth another attempt.</summary>
internal static class Refusal
{
    /// <summary>
    /// Whether the same call may succeed later: the server is away, busy or restarting. Everything else is an answer
    /// that repeating does not change.
    /// </summary>
    internal static bool IsPassing(GrpcException fault) => fault.StatusCode
        is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Aborted
        or StatusCode.ResourceExhausted
        or StatusCode.Cancelled or StatusCode.Unknown or StatusCode.Internal;

    /// <summary>Whether the server refuses this party, now and for ever: its certificate, its role, its plan.</summary>
    internal static bool IsOfThisParty(GrpcException fault) => fault.StatusCode
        is StatusCode.PermissionDenied or StatusCode.Unauthenticated or StatusCode.Unimplemented;
}
