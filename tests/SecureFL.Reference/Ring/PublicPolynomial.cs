using System.Buffers.Binary;

namespace SecureFL.Reference;

/// <summary>Section 5.4: the public polynomial of a chunk modulo one prime, in evaluation form.</summary>
internal static class PublicPolynomial
{
    public static byte[] StreamKey(byte[] seed, uint vector, ulong chunk, uint prime)
    {
        byte[] tail = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(tail, vector);
        BinaryPrimitives.WriteUInt64LittleEndian(tail.AsSpan(4), chunk);
        BinaryPrimitives.WriteUInt32LittleEndian(tail.AsSpan(12), prime);
        return SHA256.HashData([.. "SecureFL v2 public polynomial   "u8, .. seed, .. tail]);
    }

    /// <summary>N residues in evaluation order, and the positions whose first word was rejected.</summary>
    public static (ulong[] Values, int[] Rejected) Expand(byte[] seed, uint vector, ulong chunk, uint index,
        ulong prime, int degree) => Draw(new CounterStream(StreamKey(seed, vector, chunk, index)), prime, degree);

    /// <summary>The same from the next bytes of a stream.</summary>
    public static (ulong[] Values, int[] Rejected) Draw(CounterStream stream, ulong prime, int degree)
    {
        int width = BitLength(prime);
        ulong[] values = PackedWords.Unpack(stream.Next(degree * width / 8), width);
        List<int> rejected = [];
        for (int k = 0; k < degree; k++)
        {
            if (values[k] >= prime)
            {
                rejected.Add(k);
            }

            while (values[k] >= prime)
            {
                values[k] = BinaryPrimitives.ReadUInt64LittleEndian(stream.Next(8)) & ((1UL << width) - 1);
            }
        }

        return (values, [.. rejected]);
    }

    public static int BitLength(ulong value) => (int)new BigInteger(value).GetBitLength();
}
