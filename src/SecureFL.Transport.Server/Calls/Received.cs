using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using SecureFL.Transport.Calls;

namespace SecureFL.Transport.Server.Calls;

/// <summary>
/// A request message, with the pooled bytes that it refers to; they are overwritten once it is disposed.
/// </summary>
internal sealed class Received<T>(T message, byte[]? shared) : IDisposable
    where T : class, IMessage<T>
{
    private byte[]? _shared = shared;

    public T Message { get; } = message;

    /// <summary>Reads the requests of a method.</summary>
    public static Marshaller<Received<T>> Of<TResponse>(GrpcMethod<T, TResponse> method)
        where TResponse : class, IMessage<TResponse> => new(
            static (_, _) => throw new NotSupportedException("a server sends no requests"),
            method.ShareRequest is { } share ? context => Share(context, share)
                : context => new Received<T>(method.Requests.ContextualDeserializer(context), null));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _shared, null) is { } shared)
        {
            ArrayPool<byte>.Shared.Return(shared);
        }
    }

    private static Received<T> Share(DeserializationContext context, Func<ReadOnlyMemory<byte>, T> share)
    {
        byte[] shared = ArrayPool<byte>.Shared.Rent(context.PayloadLength);
        try
        {
            context.PayloadAsReadOnlySequence().CopyTo(shared);
            return new Received<T>(share(shared.AsMemory(0, context.PayloadLength)), shared);
        }
        catch (InvalidProtocolBufferException fault)
        {
            ArrayPool<byte>.Shared.Return(shared);
            throw ProtobufMarshaller.NoMessage<T>(context, fault);
        }
    }
}
