using Google.Protobuf;

namespace SecureFL.Transport.Contracts;

/// <summary>
/// Parses the parts of an upload so that a chunk stays where it arrived: nothing is allocated by the megabyte.
/// </summary>
internal static class SharedUploadPart
{
    private const byte LengthDelimited = 2;
    private const byte ChunkTag = (UploadPart.ChunkMessageFieldNumber << 3) | LengthDelimited;

    private static readonly MessageParser<UploadPart> Parser = UploadPart.Parser.WithDiscardUnknownFields(true);

    /// <summary>The part; where it is a chunk, its message lies in <paramref name="bytes"/>.</summary>
    /// <exception cref="InvalidProtocolBufferException">No such message.</exception>
    internal static UploadPart Parse(ReadOnlyMemory<byte> bytes) => TryChunk(bytes, out ReadOnlyMemory<byte> chunk)
        ? new UploadPart { ChunkMessage = UnsafeByteOperations.UnsafeWrap(chunk) }
        : Parser.ParseFrom(bytes.Span);

    /// <summary>
    /// Whether the bytes are one field, the chunk, and nothing else, as every implementation writes it. Whatever else
    /// is right too goes through the parser.
    /// </summary>
    private static bool TryChunk(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> chunk)
    {
        chunk = default;
        ReadOnlySpan<byte> field = bytes.Span;
        if (field.IsEmpty || field[0] != ChunkTag)
        {
            return false;
        }

        uint length = 0;
        for (int i = 1; i < field.Length && i <= 4; i++)
        {
            length |= (uint)(field[i] & 0x7F) << (7 * (i - 1));
            if (field[i] < 0x80)
            {
                chunk = bytes[(i + 1)..];
                return length == chunk.Length;
            }
        }

        return false;
    }
}
