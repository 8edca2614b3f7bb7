using Google.Protobuf;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Server.Limits;

namespace SecureFL.Transport.Server.Calls;

/// <summary>Collects the handlers of one service. Build once, then map. Not safe for concurrent use.</summary>
/// <param name="service">The service's full name; every method added belongs to it.</param>
public sealed class GrpcServiceBuilder(string service)
{
    private readonly ServerServiceDefinition.Builder _handlers = ServerServiceDefinition.CreateBuilder();
    private readonly Dictionary<string, GrpcServerLimits> _limits = new(StringComparer.Ordinal);
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
        where TResponse : class, IMessage<TResponse>
    {
        _handlers.AddMethod(Add(method, MethodType.Unary, limits), (request, context) =>
            RunAsync(context, async call =>
            {
                using (request)
                {
                    return Checked(await handler(request.Message, call).ConfigureAwait(false), call);
                }
            }));
        return this;
    }

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
        where TResponse : class, IMessage<TResponse>
    {
        _handlers.AddMethod(Add(method, MethodType.ServerStreaming, limits), (request, responses, context) =>
            RunAsync(context, async call =>
            {
                using (request)
                {
                    await handler(request.Message, new ResponseWriter<TResponse>(responses, call), call)
                        .ConfigureAwait(false);
                    return true;
                }
            }));
        return this;
    }

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
        where TResponse : class, IMessage<TResponse>
    {
        _handlers.AddMethod(Add(method, MethodType.ClientStreaming, limits), (requests, context) =>
            RunAsync(context, async call =>
            {
                using RequestStream<TRequest> stream = new(requests, call);
                return Checked(await handler(stream, call).ConfigureAwait(false), call);
            }));
        return this;
    }

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
        where TResponse : class, IMessage<TResponse>
    {
        _handlers.AddMethod(Add(method, MethodType.DuplexStreaming, limits), (requests, responses, context) =>
            RunAsync(context, async call =>
            {
                using RequestStream<TRequest> stream = new(requests, call);
                await handler(stream, new ResponseWriter<TResponse>(responses, call), call).ConfigureAwait(false);
                return true;
            }));
        return this;
    }

    /// <summary>The service with the handlers added so far.</summary>
    /// <returns>An immutable service.</returns>
    public GrpcService Build() => new(_handlers.Build(), _limits, [.. _guards]);

    private Method<Received<TRequest>, TResponse> Add<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method, MethodType type, GrpcServerLimits? limits)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        ArgumentNullException.ThrowIfNull(method);
        if (method.Service != service)
        {
            throw new ArgumentException($"{method.Path} does not belong to {service}", nameof(method));
        }

        limits?.Check();
        if (limits is not null)
        {
            _limits.Add(method.Path, limits);
        }

        return new Method<Received<TRequest>, TResponse>(type, service, method.Name, Received<TRequest>.Of(method),
            method.Responses);
    }

    private static async Task<T> RunAsync<T>(ServerCallContext context, Func<GrpcCall, Task<T>> handler)
    {
        GrpcCall call = context.GetHttpContext().Features.GetRequiredFeature<GrpcCall>();
        call.Begin(context);
        try
        {
            return await handler(call).ConfigureAwait(false);
        }
        catch (Exception fault)
        {
            throw Outcome.Of(fault, call);
        }
    }

    private static T Checked<T>(T response, GrpcCall call)
        where T : class, IMessage<T>
    {
        ProtobufMarshaller.RequireSize(response, call.Limits.MaxSendMessageBytes);
        return response;
    }
}
