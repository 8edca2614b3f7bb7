using Google.Protobuf;
using SecureFL.Grpc.Server;

namespace SecureFL.Grpc;

/// <summary>Collects the handlers of one service. Build once, then map. Not safe for concurrent use.</summary>
/// <param name="service">The service's full name; every method added belongs to it.</param>
public sealed class GrpcServiceBuilder(string service)
{
    private readonly Dictionary<string, MethodHandler> _handlers = new(StringComparer.Ordinal);
    private readonly List<Func<GrpcCall, ValueTask>> _guards = [];

    /// <summary>
    /// Runs before every call of the service, before a byte of its request is read: the place to refuse a caller with a
    /// <see cref="GrpcException"/>.
    /// </summary>
    /// <param name="guard">Returns to let the call pass.</param>
    /// <returns>This builder.</returns>
    public GrpcServiceBuilder Guard(Func<GrpcCall, ValueTask> guard)
    {
        ArgumentNullException.ThrowIfNull(guard);
        _guards.Add(guard);
        return this;
    }

    /// <summary>Adds a method with one request and one response.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="handler">Answers a request; throws <see cref="GrpcException"/> for a status of its own.</param>
    /// <param name="limits">Limits of this method; null for those the service is mapped with.</param>
    /// <returns>This builder.</returns>
    public GrpcServiceBuilder Unary<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, Func<TRequest, GrpcCall, Task<TResponse>> handler,
        GrpcServerLimits? limits = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, limits, async (requests, responses, call) =>
            responses.Write(await handler(await requests.SingleAsync().ConfigureAwait(false), call)
                .ConfigureAwait(false)));

    /// <summary>Adds a method with one request and a stream of responses.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="handler">Writes the responses; the stream ends when it returns.</param>
    /// <param name="limits">Limits of this method; null for those the service is mapped with.</param>
    /// <returns>This builder.</returns>
    public GrpcServiceBuilder ServerStreaming<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, Func<TRequest, IGrpcWriter<TResponse>, GrpcCall, Task> handler,
        GrpcServerLimits? limits = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, limits, async (requests, responses, call) =>
            await handler(await requests.SingleAsync().ConfigureAwait(false), responses, call).ConfigureAwait(false));

    /// <summary>Adds a method with a stream of requests and one response.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="handler">Reads the requests and answers; it may answer before it has read them all.</param>
    /// <param name="limits">Limits of this method; null for those the service is mapped with.</param>
    /// <returns>This builder.</returns>
    public GrpcServiceBuilder ClientStreaming<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, Func<IAsyncEnumerable<TRequest>, GrpcCall, Task<TResponse>> handler,
        GrpcServerLimits? limits = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, limits,
            async (requests, responses, call) => responses.Write(await handler(requests, call).ConfigureAwait(false)));

    /// <summary>Adds a method with streams both ways.</summary>
    /// <typeparam name="TRequest">The request.</typeparam>
    /// <typeparam name="TResponse">The response.</typeparam>
    /// <param name="method">The method.</param>
    /// <param name="handler">Reads the requests and writes the responses; the stream ends when it returns.</param>
    /// <param name="limits">Limits of this method; null for those the service is mapped with.</param>
    /// <returns>This builder.</returns>
    public GrpcServiceBuilder Duplex<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        Func<IAsyncEnumerable<TRequest>, IGrpcWriter<TResponse>, GrpcCall, Task> handler,
        GrpcServerLimits? limits = null)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> =>
        Add(method, limits, (requests, responses, call) => handler(requests, responses, call));

    /// <summary>The service with the handlers added so far.</summary>
    /// <returns>An immutable service.</returns>
    public GrpcService Build() => new(service, [.. _handlers.Values], [.. _guards]);

    private GrpcServiceBuilder Add<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, GrpcServerLimits? limits,
        Func<RequestStream<TRequest>, ResponseWriter<TResponse>, GrpcCall, Task> handler)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        if (method.Service != service)
        {
            throw new ArgumentException($"{method.Path} does not belong to {service}", nameof(method));
        }

        limits?.Check();
        _handlers.Add(method.Name, new MethodHandler(method.Path, limits, async call =>
        {
            using RequestStream<TRequest> requests = new(call, method.Requests, method.ShareRequest);
            using ResponseWriter<TResponse> responses = new(call);
            try
            {
                await handler(requests, responses, call).ConfigureAwait(false);
            }
            finally
            {
                await responses.EndAsync().ConfigureAwait(false);
            }
        }));
        return this;
    }
}
