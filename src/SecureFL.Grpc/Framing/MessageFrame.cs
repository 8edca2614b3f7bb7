using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace SecureFL.Grpc.Framing;

/// <summary>
/// The length-prefixed message: one byte of flags, four bytes of length, big-endian, the message
/// (grpc/doc/PROTOCOL-HTTP2.md).
/// </summary>
internal static class MessageFrame
{
    public const int PrefixBytes = 5;

    /// <summary>
    /// Reads a prefix if it is whole. Nothing is allocated: the length only bounds how far the caller goes on reading.
    /// </summary>
    /// <exception cref="GrpcException">A flag that was not agreed (INTERNAL), or a length above the limit
    /// (RESOURCE_EXHAUSTED).</exception>
    public static bool TryReadPrefix(in ReadOnlySequence<byte> buffer, int maxBytes, out int length)
    {
        length = -1;
        if (buffer.Length < PrefixBytes)
        {
            return false;
        }

        Span<byte> prefix = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(prefix);
        if (prefix[0] != 0)
        {
            throw new GrpcException(GrpcStatusCode.Internal, prefix[0] == 1
                ? "a compressed message, though its stream declares no encoding"
                : $"the flags of a message are 0 or 1; {prefix[0]} arrived");
        }

        uint declared = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        if (declared > (uint)maxBytes)
        {
            throw new GrpcException(GrpcStatusCode.ResourceExhausted,
                $"a message of {declared} bytes arrives; the limit is {maxBytes}");
        }

        length = (int)declared;
        return true;
    }

    /// <summary>The size of a message, checked against the limit of sending.</summary>
    /// <exception cref="GrpcException">The message is larger (RESOURCE_EXHAUSTED).</exception>
    public static int SizeOf(IMessage message, int maxBytes)
    {
        int size = message.CalculateSize();
        return size <= maxBytes
            ? size
            : throw new GrpcException(GrpcStatusCode.ResourceExhausted,
                $"a message of {size} bytes is to be sent; the limit is {maxBytes}");
    }

    /// <summary>Writes prefix and message.</summary>
    public static void Write(IBufferWriter<byte> destination, IMessage message, int size)
    {
        WritePrefix(destination.GetSpan(PrefixBytes), size);
        destination.Advance(PrefixBytes);
        message.WriteTo(destination);
    }

    /// <summary>Writes prefix and message into a span of exactly their size.</summary>
    public static void Write(Span<byte> destination, IMessage message, int size)
    {
        WritePrefix(destination, size);
        message.WriteTo(destination.Slice(PrefixBytes, size));
    }

    private static void WritePrefix(Span<byte> destination, int size)
    {
        destination[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)size);
    }
}
