using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SecureFL.Storage.Ledgers;

/// <summary>
/// A record in the file: u32 length || payload || SHA-256(domain || u64 ordinal || u32 length || payload). The ordinal
/// keeps an old frame from standing in for a new one.
/// </summary>
internal static class LedgerFrame
{
    public const int LengthBytes = 4;
    public const int ChecksumBytes = 32;
    public const int Overhead = LengthBytes + ChecksumBytes;

    public static byte[] Encode(ulong ordinal, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[Overhead + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame, (uint)payload.Length);
        payload.CopyTo(frame.AsSpan(LengthBytes));
        Checksum(ordinal, payload, frame.AsSpan(LengthBytes + payload.Length));
        return frame;
    }

    /// <summary>The payload's length if a whole and right frame starts the span, else -1.</summary>
    public static int Check(ulong ordinal, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Overhead)
        {
            return -1;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        if (length > (uint)(bytes.Length - Overhead))
        {
            return -1;
        }

        Span<byte> checksum = stackalloc byte[ChecksumBytes];
        Checksum(ordinal, bytes.Slice(LengthBytes, (int)length), checksum);
        return checksum.SequenceEqual(bytes.Slice(LengthBytes + (int)length, ChecksumBytes)) ? (int)length : -1;
    }

    private static void Checksum(ulong ordinal, ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> prefix = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64BigEndian(prefix, ordinal);
        BinaryPrimitives.WriteUInt32BigEndian(prefix[8..], (uint)payload.Length);
        hash.AppendData("SecureFL ledger frame v1"u8);
        hash.AppendData(prefix);
        hash.AppendData(payload);
        hash.GetHashAndReset(destination);
    }
}
