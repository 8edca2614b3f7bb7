using System.Buffers.Binary;

namespace SecureFL.Seal.Serialization;

/// <summary>
/// The 16 bytes before every object: magic, their own size, version, compression, reserved, size of the object with
/// them.
/// </summary>
internal readonly record struct SealHeader(SealCompression Compression, ulong ObjectSize)
{
    internal const int Size = 16;
    internal const byte MajorVersion = 4;
    internal const byte MinorVersion = 1;

    private const ushort Magic = 0xA15E;

    internal static void Write(Span<byte> destination, SealCompression compression, long objectSize)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, Magic);
        destination[2] = Size;
        destination[3] = MajorVersion;
        destination[4] = MinorVersion;
        destination[5] = (byte)compression;
        destination[6] = 0;
        destination[7] = 0;
        BinaryPrimitives.WriteInt64LittleEndian(destination[8..], objectSize);
    }

    /// <summary>Every 4.x has one layout, so every 4.x is read.</summary>
    internal static SealHeader Read(ReadOnlySpan<byte> bytes, string field)
    {
        if (bytes.Length < Size)
        {
            throw new SealFormatException($"{field}.header", $"{bytes.Length} bytes, a header has {Size}");
        }

        ushort magic = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        if (magic != Magic)
        {
            throw new SealFormatException($"{field}.header.magic", $"0x{magic:X4}, expected 0x{Magic:X4}");
        }

        if (bytes[2] != Size)
        {
            throw new SealFormatException($"{field}.header.header_size", $"{bytes[2]}, expected {Size}");
        }

        if (bytes[3] != MajorVersion)
        {
            throw new SealFormatException($"{field}.header.version",
                $"{bytes[3]}.{bytes[4]}, expected {MajorVersion}.x");
        }

        return new SealHeader((SealCompression)bytes[5], BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
    }
}
