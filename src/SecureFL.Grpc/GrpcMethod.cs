using Google.Protobuf;

namespace SecureFL.Grpc;

/// <summary>One method of a service, as both sides name it. Immutable.</summary>
/// <typeparam name="TRequest">The request message.</typeparam>
/// <typeparam name="TResponse">The response message.</typeparam>
/// <param name="Service">The full name of the service, package included: <c>securefl.v1.Aggregation</c>.</param>
/// <param name="Name">The method's name in the .proto file.</param>
/// <param name="RequestParser">Parses a request.</param>
/// <param name="ResponseParser">Parses a response.</param>
public sealed record GrpcMethod<TRequest, TResponse>(
    string Service, string Name, MessageParser<TRequest> RequestParser, MessageParser<TResponse> ResponseParser)
    where TRequest : class, IMessage<TRequest>
    where TResponse : class, IMessage<TResponse>
{
    /// <summary>The path of the request: <c>/service/method</c>.</summary>
    public string Path { get; } = $"/{Service}/{Name}";

    /// <summary>
    /// Parses a request without copying what it can refer to: the bytes are the request's until its handler asks for
    /// the next one, then they are overwritten. Throws what a parser throws. Null: every request owns its bytes.
    /// </summary>
    public Func<ReadOnlyMemory<byte>, TRequest>? ShareRequest { get; init; }

    // Unknown fields are dropped: kept ones cost a peer three bytes and this process some two hundred each.
    internal MessageParser<TRequest> Requests { get; } = RequestParser.WithDiscardUnknownFields(true);

    internal MessageParser<TResponse> Responses { get; } = ResponseParser.WithDiscardUnknownFields(true);
}
