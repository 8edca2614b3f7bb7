using System.Buffers.Binary;

namespace SecureFL.Storage.Ledgers;

/// <summary>
/// Tells a write that a crash tore from a record that has rotted. Each record is flushed before the next is written, so
/// only the last may be torn:
/// then the file ends before the frame does, or sectors of the frame never reached the medium and read as zeros.
/// Anything else was complete once, and dropping it could drop a vote that has left: it is damage, and the holder must
/// not go on.
/// </summary>
internal static class TornTail
{
    private const int SectorBytes = 512;
    private const int LeastZeros = 16;

    /// <param name="tail">The bytes from the first bad frame to the end of the file.</param>
    /// <param name="offset">The tail's offset in the file.</param>
    /// <param name="ordinal">The ordinal of the bad frame.</param>
    public static bool IsTorn(ReadOnlySpan<byte> tail, long offset, ulong ordinal) =>
        (IsCutOff(tail) || HasEmptySector(tail, offset)) && !ContainsFrame(tail, ordinal + 1);

    private static bool IsCutOff(ReadOnlySpan<byte> tail) =>
        tail.Length < LedgerFrame.Overhead
        || (BinaryPrimitives.ReadUInt32BigEndian(tail) is var length
            && length <= SecureFL.Protocol.Stores.ILedgerStorage.MaxRecordBytes
            && (long)length + LedgerFrame.Overhead > tail.Length);

    private static bool HasEmptySector(ReadOnlySpan<byte> tail, long offset)
    {
        int position = 0;
        while (position < tail.Length)
        {
            int sector = (int)Math.Min(tail.Length - position, SectorBytes - ((offset + position) % SectorBytes));
            if (sector >= LeastZeros && !tail.Slice(position, sector).ContainsAnyExcept((byte)0))
            {
                return true;
            }

            position += sector;
        }

        return false;
    }

    private static bool ContainsFrame(ReadOnlySpan<byte> tail, ulong ordinal)
    {
        for (int i = 1; i <= tail.Length - LedgerFrame.Overhead; i++)
        {
            if (LedgerFrame.Check(ordinal, tail[i..]) >= 0)
            {
                return true;
            }
        }

        return false;
    }
}
