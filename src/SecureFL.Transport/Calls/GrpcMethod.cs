using Google.Protobuf;
using Grpc.Core;

namespace SecureFL.Transport.Calls;

/// <summary>One method of a service, as both sides name it. Immutable.</summary>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
public sealed class GrpcMethod<TRequest, TResponse>
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    /// <summary>Names a method.</summary>
    /// <param name="service">The full name of the service, package included: <c>securefl.v1.Aggregation</c>.</param>
    /// <param name="name">The method's name in the .proto file.</param>
    /// <param name="requests">Parses a request.</param>
    /// <param name="responses">Parses a response.</param>
    public GrpcMethod(string service, string name, MessageParser<TRequest> requests, MessageParser<TResponse> responses)
    {
        Service = service;
        Name = name;
        Requests = ProtobufMarshaller.Of(requests);
        Responses = ProtobufMarshaller.Of(responses);
        Unary = Of(MethodType.Unary);
        ServerStreaming = Of(MethodType.ServerStreaming);
        Duplex = Of(MethodType.DuplexStreaming);
    }

    /// <summary>The full name of the service.</summary>
    public string Service { get; }

    /// <summary>The method's name in the .proto file.</summary>
    public string Name { get; }

    /// <summary>The path of the request: <c>/service/method</c>.</summary>
    public string Path => Unary.FullName;

    /// <summary>
    /// Parses a request without copying what it can refer to: the bytes are the request's until its handler asks for
    /// the next one, then they are overwritten. Throws what a parser throws. Null: every request owns its bytes.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, TRequest>? ShareRequest { get; init; }

    internal Marshaller<TRequest> Requests { get; }

    internal Marshaller<TResponse> Responses { get; }

    internal Method<TRequest, TResponse> Unary { get; }

    internal Method<TRequest, TResponse> ServerStreaming { get; }

    internal Method<TRequest, TResponse> Duplex { get; }

    private Method<TRequest, TResponse> Of(MethodType type) => new(type, Service, Name, Requests, Responses);
}
