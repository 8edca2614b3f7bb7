using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using SecureFL.Grpc.Framing;

namespace SecureFL.Grpc.Server;

/// <summary>Runs one call from its headers to its status. Safe for concurrent use.</summary>
internal sealed class CallRunner(IReadOnlyList<Func<GrpcCall, ValueTask>> guards, ILogger logger)
{
    public async Task RunAsync(HttpContext http, MethodHandler method, GrpcServerLimits limits)
    {
        if (!HttpProtocol.IsHttp2(http.Request.Protocol) || !WireNames.IsGrpc(http.Request.ContentType))
        {
            http.Response.StatusCode = HttpProtocol.IsHttp2(http.Request.Protocol)
                ? StatusCodes.Status415UnsupportedMediaType : StatusCodes.Status426UpgradeRequired;
            return;
        }

        // The framework's limits count a body's bytes and its rate; a stream of messages is limited message by message,
        // in size and time.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null;
        }

        http.Response.ContentType = WireNames.ContentType;
        Outcome outcome = await ServeAsync(http, method, limits).ConfigureAwait(false);
        if (!http.RequestAborted.IsCancellationRequested)
        {
            Finish(http, outcome);
        }
    }

    private async Task<Outcome> ServeAsync(HttpContext http, MethodHandler method, GrpcServerLimits limits)
    {
        GrpcCall? call = null;
        bool entered = false;
        try
        {
            RefuseEncodings(http);
            call = new GrpcCall(http, method.Path, limits);
            limits.Calls.Enter(call.PeerKey);
            entered = true;
            foreach (Func<GrpcCall, ValueTask> guard in guards)
            {
                await guard(call).ConfigureAwait(false);
            }

            await method.RunAsync(call).ConfigureAwait(false);
            return new Outcome(call.DeadlinePassed ? DeadlinePassed() : null, call);
        }
        catch (GrpcException refusal)
        {
            Log.Refused(logger, method.Path, refusal.Status, refusal.Detail);
            return new Outcome(call is { DeadlinePassed: true } ? DeadlinePassed() : refusal, call);
        }
        catch (OperationCanceledException)
        {
            return new Outcome(call is { DeadlinePassed: true } ? DeadlinePassed()
                : new GrpcException(GrpcStatusCode.Cancelled, "the call was cancelled"), call);
        }
        catch (Exception fault)
        {
            // What went wrong in here is nobody's business out there.
            Log.Fault(logger, method.Path, fault);
            return new Outcome(new GrpcException(GrpcStatusCode.Internal, "an internal fault; the server's log has it"),
                call);
        }
        finally
        {
            if (entered)
            {
                limits.Calls.Leave(call!.PeerKey);
            }

            call?.End();
            call?.Dispose();
        }
    }

    private static void RefuseEncodings(HttpContext http)
    {
        StringValues encoding = http.Request.Headers[WireNames.Encoding];
        if (encoding.Count != 0 && encoding != WireNames.Identity)
        {
            http.Response.Headers[WireNames.AcceptEncoding] = WireNames.Identity;
            throw new GrpcException(GrpcStatusCode.Unimplemented, "compressed messages are not supported");
        }
    }

    private static void Finish(HttpContext http, Outcome outcome)
    {
        (GrpcException? failure, GrpcCall? call) = outcome;

        // An error before the first message travels as one block of headers: trailers only.
        IHeaderDictionary trailers = failure is null || http.Response.HasStarted || call is { WroteMessage: true }
            ? http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers
            : http.Response.Headers;
        foreach ((string name, StringValues values) in call?.Trailers
            ?? Enumerable.Empty<KeyValuePair<string, StringValues>>())
        {
            trailers[name] = values;
        }

        foreach ((string name, string value) in failure?.Trailers ?? [])
        {
            trailers.Append(name, value);
        }

        trailers[WireNames.Status] = StatusFormat.Format(failure?.Status ?? GrpcStatusCode.Ok);
        if (failure is not null)
        {
            trailers[WireNames.Message] = PercentEncoding.Encode(failure.Detail);
        }
    }

    private static GrpcException DeadlinePassed() => new(GrpcStatusCode.DeadlineExceeded, "the deadline passed");

    private readonly record struct Outcome(GrpcException? Failure, GrpcCall? Call);
}
