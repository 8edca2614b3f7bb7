using System.Buffers.Binary;
using Google.Protobuf;

namespace SecureFL.Transport.Server.Tests.Hosting;

/// <summary>Length-prefixed messages, written by hand.</summary>
internal static class Frames
{
    public const int PrefixBytes = 5;

    public static byte[] Of(IMessage message) => Of(message.ToByteArray());

    public static byte[] Of(ReadOnlySpan<byte> message)
    {
        byte[] frame = new byte[PrefixBytes + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(PrefixBytes));
        return frame;
    }
}
