using System.Globalization;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Limits;

namespace SecureFL.Transport.Server.Calls;

/// <summary>
/// What stands before every call: its headers are read, the number of calls is bounded, the guards are asked, and the
/// body gets its own guard, all before a byte of it is read. Safe for concurrent use.
/// </summary>
internal sealed class CallGate(IReadOnlyList<Func<GrpcCall, ValueTask>> guards, ILogger log)
{
    private const int MaxDetail = 1024;

    /// <summary>Runs one call, or refuses it.</summary>
    /// <param name="http">The request.</param>
    /// <param name="limits">What its method grants.</param>
    /// <param name="single">Whether one request message is due, and no more.</param>
    /// <param name="next">Serves the call; does not throw.</param>
    public async Task RunAsync(HttpContext http, GrpcServerLimits limits, bool single, RequestDelegate next)
    {
        using GrpcCall call = new(http, limits, log);
        bool entered = false;
        try
        {
            ReadHeaders(http.Request.Headers);
            limits.Calls.Enter(call.PeerKey);
            entered = true;
            foreach (Func<GrpcCall, ValueTask> guard in guards)
            {
                await guard(call).ConfigureAwait(false);
            }

            using GuardedBody body = new(http.Request.BodyReader, call, single);
            http.Features.Set<IRequestBodyPipeFeature>(body);
            http.Features.Set(call);
            await next(http).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            Refuse(http.Response, Outcome.Of(fault, call));
        }
        finally
        {
            if (entered)
            {
                limits.Calls.Leave(call.PeerKey);
            }

            call.End();
        }
    }

    private static void ReadHeaders(IHeaderDictionary headers)
    {
        StringValues encoding = headers["grpc-encoding"];
        if (encoding.Count != 0 && encoding != "identity")
        {
            throw new GrpcException(StatusCode.Unimplemented, "compressed messages are not supported");
        }

        string timeout = headers["grpc-timeout"].ToString();
        if (timeout.Length == 0)
        {
            return;
        }

        // At most eight digits and a unit (PROTOCOL-HTTP2.md, Timeout).
        ReadOnlySpan<char> digits = timeout.AsSpan(0, timeout.Length - 1);
        if (digits.Length is < 1 or > 8 || digits.ContainsAnyExceptInRange('0', '9') || !"HMSmun".Contains(timeout[^1]))
        {
            throw new GrpcException(StatusCode.Internal, "malformed grpc-timeout");
        }

        if (!digits.ContainsAnyExcept('0'))
        {
            throw new GrpcException(StatusCode.DeadlineExceeded, "the deadline passed");
        }

        // More than a year is no deadline; what is more than the calendar holds would be a fault.
        if (timeout[^1] == 'H' && digits.Length > 4)
        {
            headers.Remove("grpc-timeout");
        }
    }

    // A status without a message before it is one block of headers (PROTOCOL-HTTP2.md, Trailers-Only).
    private static void Refuse(HttpResponse response, GrpcException refusal)
    {
        if (response.HasStarted)
        {
            return;
        }

        string detail = refusal.Detail.Length <= MaxDetail ? refusal.Detail : $"{refusal.Detail[..MaxDetail]}...";
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)refusal.StatusCode).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(detail);
    }
}
