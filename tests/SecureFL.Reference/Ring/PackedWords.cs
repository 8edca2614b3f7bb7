namespace SecureFL.Reference;

/// <summary>
/// Section 3.5, bit by bit: bit i of row r of column c is bit (w r + i) of the column's stream, whose 64-bit word j
/// stands at word 8 j + c.
/// </summary>
internal static class PackedWords
{
    public const int GroupSize = 512;

    public static byte[] Pack(ulong[] words, int width)
    {
        byte[] packed = new byte[words.Length * width / 8];
        for (int k = 0; k < words.Length; k++)
        {
            for (int i = 0; i < width; i++)
            {
                if (((words[k] >> i) & 1) != 0)
                {
                    (int at, int bit) = Place(k, width, i);
                    packed[at] |= (byte)(1 << bit);
                }
            }
        }

        return packed;
    }

    public static ulong[] Unpack(byte[] packed, int width)
    {
        ulong[] words = new ulong[packed.Length * 8 / width];
        for (int k = 0; k < words.Length; k++)
        {
            for (int i = 0; i < width; i++)
            {
                (int at, int bit) = Place(k, width, i);
                words[k] |= (ulong)((packed[at] >> bit) & 1) << i;
            }
        }

        return words;
    }

    private static (int Byte, int Bit) Place(int position, int width, int i)
    {
        int group = position / GroupSize;
        int row = position % GroupSize / 8;
        int column = position % 8;
        int streamBit = (width * row) + i;
        int word = (group * 8 * width) + (8 * (streamBit / 64)) + column;
        return ((8 * word) + (streamBit % 64 / 8), streamBit % 8);
    }
}
