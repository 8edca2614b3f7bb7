using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;

namespace SecureFL.Transport.Calls;

/// <summary>What a fault of the connection means as a status.</summary>
internal static class TransportFaults
{
    // NO_ERROR of a whole connection is a server that shuts down; of a stream it never ends a call without its status.
    private const long NoError = 0;

    /// <summary>The status, or null where the fault is none of the transport.</summary>
    public static GrpcException? Map(Exception fault)
    {
        for (Exception? cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException protocol)
            {
                // The handler reports an unanswered ping, which is a peer that vanished, under the code of a protocol
                // error; only its text says so.
                bool vanished = protocol.ErrorCode == NoError
                    || protocol.Message.Contains("KeepAlivePing", StringComparison.Ordinal);
                return new GrpcException(vanished ? StatusCode.Unavailable : OfReset(protocol.ErrorCode),
                    vanished ? "the server has vanished"
                        : $"the server ended the stream with HTTP/2 error 0x{protocol.ErrorCode:x}", inner: fault);
            }
        }

        return fault switch
        {
            HttpRequestException { HttpRequestError: HttpRequestError.VersionNegotiationError } =>
                new GrpcException(StatusCode.Internal, "the server does not speak HTTP/2", inner: fault),
            HttpRequestException or IOException or SocketException or AuthenticationException =>
                new GrpcException(StatusCode.Unavailable, Innermost(fault), inner: fault),
            OperationCanceledException => new GrpcException(StatusCode.Unavailable, "the connection was given up",
                inner: fault),
            ObjectDisposedException => new GrpcException(StatusCode.Cancelled, "the channel is closed", inner: fault),
            _ => null,
        };
    }

    // The status of a stream that was reset with an HTTP/2 error code (PROTOCOL-HTTP2.md, Errors).
    private static StatusCode OfReset(long errorCode) => errorCode switch
    {
        0x7 => StatusCode.Unavailable, // REFUSED_STREAM
        0x8 => StatusCode.Cancelled, // CANCEL
        0xb => StatusCode.ResourceExhausted, // ENHANCE_YOUR_CALM
        0xc => StatusCode.PermissionDenied, // INADEQUATE_SECURITY
        _ => StatusCode.Internal,
    };

    private static string Innermost(Exception fault)
    {
        while (fault.InnerException is { } inner)
        {
            fault = inner;
        }

        // The platform names a member of its own here.
        return fault is AuthenticationException
            ? "the encrypted connection was not set up: the other side's certificate was refused, or it refused "
            + "this side's"
            : fault.Message;
    }
}
