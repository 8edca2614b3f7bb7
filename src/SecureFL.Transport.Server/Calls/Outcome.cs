using Grpc.Core;
using SecureFL.Transport.Calls;

namespace SecureFL.Transport.Server.Calls;

/// <summary>How a call ends that does not end well.</summary>
internal static class Outcome
{
    /// <summary>The status that goes out for a fault; the log has what does not.</summary>
    public static GrpcException Of(Exception fault, GrpcCall call)
    {
        switch (fault)
        {
            case GrpcException refusal:
                Log.Refused(call.Log, call.Method, refusal.StatusCode, refusal.Detail);
                return refusal;
            case OperationCanceledException:
                return new GrpcException(StatusCode.Cancelled, "the call was cancelled");
            default:
                // What went wrong in here is nobody's business out there.
                Log.Fault(call.Log, call.Method, fault);
                return new GrpcException(StatusCode.Internal, "an internal fault; the server's log has it");
        }
    }
}
