using System.Buffers.Binary;
using SecureFL.Encoding.Planning;

namespace SecureFL.Encoding.Contributions;

/// <summary>
/// One contribution as bytes that say what they are. Numbers are little-endian and unsigned.
/// Header, 56 bytes: magic "SFLcontr"; version (2); flags (2, zero); bytes of a packed chunk (4); number of chunks (8); parameter digest (32).
/// Then one frame for every chunk, ascending from 0: index (8), length (4), packed residues. Nothing follows the last frame.
/// Every number is known from the parameters; a reader compares and never sizes anything by them.
/// </summary>
public static class ContributionFormat
{
    /// <summary>The version written, and the only one read.</summary>
    public const int Version = 1;

    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 56;

    /// <summary>Bytes before the residues of a chunk.</summary>
    public const int FrameHeaderBytes = 12;

    private const int VersionAt = 8;
    private const int FlagsAt = 10;
    private const int ChunkBytesAt = 12;
    private const int ChunkCountAt = 16;
    private const int DigestAt = 24;
    private const int LengthAt = 8;

    private static ReadOnlySpan<byte> Magic => "SFLcontr"u8;

    /// <summary>Bytes of a whole contribution.</summary>
    public static long EncodedBytes(AggregationParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return checked(HeaderBytes + (parameters.ChunkCount * (FrameHeaderBytes + parameters.ChunkBytes)));
    }

    /// <summary>Writes the header into the first <see cref="HeaderBytes"/> bytes.</summary>
    /// <exception cref="ArgumentException">The destination is shorter.</exception>
    public static void WriteHeader(AggregationParameters parameters, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        RequireRoom(destination.Length, HeaderBytes);
        Magic.CopyTo(destination);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[VersionAt..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[FlagsAt..], 0);
        BinaryPrimitives.WriteInt32LittleEndian(destination[ChunkBytesAt..], parameters.ChunkBytes);
        BinaryPrimitives.WriteInt64LittleEndian(destination[ChunkCountAt..], parameters.ChunkCount);
        parameters.Digest.CopyTo(destination[DigestAt..]);
    }

    /// <summary>Writes what stands before the residues of a chunk into the first <see cref="FrameHeaderBytes"/> bytes.</summary>
    /// <exception cref="ArgumentException">The destination is shorter, or there is no such chunk.</exception>
    public static void WriteFrameHeader(AggregationParameters parameters, long chunk, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfNegative(chunk);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(chunk, parameters.ChunkCount);
        RequireRoom(destination.Length, FrameHeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(destination, chunk);
        BinaryPrimitives.WriteInt32LittleEndian(destination[LengthAt..], parameters.ChunkBytes);
    }

    /// <summary>Checks that a header is that of a contribution under these parameters.</summary>
    /// <exception cref="CiphertextFormatException">It is not; the exception names the field.</exception>
    public static void CheckHeader(AggregationParameters parameters, ReadOnlySpan<byte> header)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (header.Length < HeaderBytes)
        {
            throw new CiphertextFormatException("header length", $"{HeaderBytes} bytes", $"{header.Length} bytes");
        }

        ReadOnlySpan<byte> magic = header[..Magic.Length];
        if (!magic.SequenceEqual(Magic))
        {
            throw new CiphertextFormatException("magic", Convert.ToHexString(Magic), Convert.ToHexString(magic));
        }

        int version = BinaryPrimitives.ReadUInt16LittleEndian(header[VersionAt..]);
        if (version != Version)
        {
            throw new CiphertextFormatException("format version", $"version {Version}", $"version {version}");
        }

        int flags = BinaryPrimitives.ReadUInt16LittleEndian(header[FlagsAt..]);
        if (flags != 0)
        {
            throw new CiphertextFormatException("flags", "0", $"{flags}");
        }

        ReadOnlySpan<byte> digest = header[DigestAt..HeaderBytes];
        if (!digest.SequenceEqual(parameters.Digest))
        {
            throw new CiphertextFormatException("parameter digest", Convert.ToHexString(parameters.Digest), Convert.ToHexString(digest));
        }

        uint chunkBytes = BinaryPrimitives.ReadUInt32LittleEndian(header[ChunkBytesAt..]);
        if (chunkBytes != (uint)parameters.ChunkBytes)
        {
            throw new CiphertextFormatException("chunk bytes", $"{parameters.ChunkBytes}", $"{chunkBytes}");
        }

        ulong chunks = BinaryPrimitives.ReadUInt64LittleEndian(header[ChunkCountAt..]);
        if (chunks != (ulong)parameters.ChunkCount)
        {
            throw new CiphertextFormatException("chunk count", $"{parameters.ChunkCount}", $"{chunks}");
        }
    }

    /// <summary>Checks that a frame is the one of that chunk.</summary>
    /// <exception cref="CiphertextFormatException">It is not: another, duplicate or impossible chunk, or another length.</exception>
    public static void CheckFrameHeader(AggregationParameters parameters, long expectedChunk, ReadOnlySpan<byte> header)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (header.Length < FrameHeaderBytes)
        {
            throw new CiphertextFormatException("frame header length", $"{FrameHeaderBytes} bytes", $"{header.Length} bytes");
        }

        ulong chunk = BinaryPrimitives.ReadUInt64LittleEndian(header);
        if (chunk != (ulong)expectedChunk)
        {
            throw new CiphertextFormatException("chunk index", $"{expectedChunk}", $"{chunk}");
        }

        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header[LengthAt..]);
        if (length != (uint)parameters.ChunkBytes)
        {
            throw new CiphertextFormatException("chunk length", $"{parameters.ChunkBytes} bytes", $"{length} bytes");
        }
    }

    private static void RequireRoom(int length, int needed)
    {
        if (length < needed)
        {
            throw new ArgumentException($"room for {length} bytes, {needed} are written");
        }
    }
}
