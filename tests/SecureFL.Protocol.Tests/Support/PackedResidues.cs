using System.Buffers.Binary;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Tests.Support;

/// <summary>
/// Residues of a packed chunk, read and written the slow way: prime after prime; in a group of 512 words, word 8r + c
/// is row r of column c, each column a little-endian bit stream whose 64-bit words j stand at 8j + c.
/// </summary>
internal static class PackedResidues
{
    /// <summary>Multiplies every residue by <paramref name="factor"/> modulo its prime.</summary>
    public static byte[] Scale(AggregationPlan plan, ReadOnlySpan<byte> packed, ulong factor)
    {
        byte[] scaled = packed.ToArray();
        int start = 0;
        foreach (ulong prime in plan.Parameters.Primes)
        {
            int bits = 64 - System.Numerics.BitOperations.LeadingZeroCount(prime);
            for (int word = 0; word < plan.Parameters.RingDegree; word++)
            {
                ulong residue = 0;
                for (int bit = 0; bit < bits; bit++)
                {
                    residue |= (ulong)Bit(scaled, start, word, bits, bit) << bit;
                }

                residue = (ulong)((UInt128)residue * factor % prime);
                for (int bit = 0; bit < bits; bit++)
                {
                    SetBit(scaled, start, word, bits, bit, (int)((residue >> bit) & 1));
                }
            }

            start += plan.Parameters.RingDegree / 8 * bits;
        }

        return scaled;
    }

    private static int Bit(byte[] packed, int start, int word, int bits, int bit)
    {
        (int index, int shift) = Position(start, word, bits, bit);
        return (int)(BinaryPrimitives.ReadUInt64LittleEndian(packed.AsSpan(index)) >> shift) & 1;
    }

    private static void SetBit(byte[] packed, int start, int word, int bits, int bit, int value)
    {
        (int index, int shift) = Position(start, word, bits, bit);
        ulong old = BinaryPrimitives.ReadUInt64LittleEndian(packed.AsSpan(index));
        BinaryPrimitives.WriteUInt64LittleEndian(packed.AsSpan(index),
            (old & ~(1UL << shift)) | ((ulong)value << shift));
    }

    private static (int Index, int Shift) Position(int start, int word, int bits, int bit)
    {
        int group = word / 512;
        int row = word % 512 / 8;
        int column = word % 8;
        int position = (row * bits) + bit;
        return (start + (group * bits * 64) + (8 * ((8 * (position / 64)) + column)), position % 64);
    }
}
