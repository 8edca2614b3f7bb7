using Google.Protobuf;
using Grpc.Core;

namespace SecureFL.Transport.Calls;

/// <summary>Messages to and from the buffers of the wire, without a copy in between.</summary>
internal static class ProtobufMarshaller
{
    /// <summary>A marshaller. Unknown fields are dropped: kept ones cost a peer three bytes and this process some two
    /// hundred each.</summary>
    public static Marshaller<T> Of<T>(MessageParser<T> parser)
        where T : class, IMessage<T>
    {
        MessageParser<T> known = parser.WithDiscardUnknownFields(true);
        return new Marshaller<T>(Write, context =>
        {
            try
            {
                return known.ParseFrom(context.PayloadAsReadOnlySequence());
            }
            catch (InvalidProtocolBufferException fault)
            {
                throw NoMessage<T>(context, fault);
            }
        });
    }

    /// <summary>The end of a call whose peer sent what is no message.</summary>
    public static GrpcException NoMessage<T>(DeserializationContext context, InvalidProtocolBufferException fault) =>
        new(StatusCode.Internal, $"{context.PayloadLength} bytes that are no {typeof(T).Name} message", inner: fault);

    /// <summary>Refuses a message above the limit of sending.</summary>
    /// <exception cref="GrpcException">RESOURCE_EXHAUSTED.</exception>
    public static void RequireSize(IMessage message, int limit)
    {
        ArgumentNullException.ThrowIfNull(message);
        int size = message.CalculateSize();
        if (size > limit)
        {
            throw new GrpcException(StatusCode.ResourceExhausted,
                $"a message of {size} bytes is to be sent; the limit is {limit}");
        }
    }

    private static void Write<T>(T message, SerializationContext context)
        where T : class, IMessage<T>
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }
}
