using System.Buffers.Binary;

namespace SecureFL.Reference;

/// <summary>
/// BLAKE2b with a digest of 32 bytes and no key, RFC 7693, sections 2 and 3: for SEAL's names of parameters.
/// </summary>
internal static class Blake2b
{
    private static readonly ulong[] Start =
    [
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    ];

    private static readonly string[] Order =
    [
        "0123456789ABCDEF", "EA489FD61C02B753", "B8C052FDAE367194", "7931DCBE265A40F8", "905724AFE1BC683D",
        "2C6A0B834D75FE19", "C51FED4A0763928B", "DB7EC13950F4862A", "6FE9B308C2D714A5", "A2847615FB9E3CD0",
    ];

    public static byte[] Hash(byte[] message)
    {
        ulong[] h = [.. Start];
        h[0] ^= 0x01010000 ^ 32;
        int blocks = Math.Max(1, (message.Length + 127) / 128);
        for (int block = 0; block < blocks; block++)
        {
            byte[] padded = new byte[128];
            message.AsSpan(128 * block, Math.Min(128, message.Length - (128 * block))).CopyTo(padded);
            bool last = block == blocks - 1;
            Compress(h, padded, last ? (ulong)message.Length : 128UL * ((ulong)block + 1), last);
        }

        byte[] digest = new byte[32];
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(digest.AsSpan(8 * i), h[i]);
        }

        return digest;
    }

    private static void Compress(ulong[] h, byte[] block, ulong count, bool last)
    {
        ulong[] m =
            [.. Enumerable.Range(0, 16).Select(i => BinaryPrimitives.ReadUInt64LittleEndian(block.AsSpan(8 * i)))];
        ulong[] v = [.. h, .. Start];
        v[12] ^= count;
        v[14] = last ? ~v[14] : v[14];
        for (int round = 0; round < 12; round++)
        {
            int[] s = [.. Order[round % 10].Select(digit => Convert.ToInt32(digit.ToString(), 16))];
            for (int column = 0; column < 4; column++)
            {
                Mix(column, column + 4, column + 8, column + 12, m[s[2 * column]], m[s[(2 * column) + 1]]);
            }

            for (int diagonal = 0; diagonal < 4; diagonal++)
            {
                Mix(diagonal, 4 + ((diagonal + 1) % 4), 8 + ((diagonal + 2) % 4), 12 + ((diagonal + 3) % 4),
                    m[s[8 + (2 * diagonal)]], m[s[9 + (2 * diagonal)]]);
            }
        }

        for (int i = 0; i < 8; i++)
        {
            h[i] ^= v[i] ^ v[i + 8];
        }

        void Mix(int a, int b, int c, int d, ulong x, ulong y)
        {
            v[a] += v[b] + x;
            v[d] = BitOperations.RotateRight(v[d] ^ v[a], 32);
            v[c] += v[d];
            v[b] = BitOperations.RotateRight(v[b] ^ v[c], 24);
            v[a] += v[b] + y;
            v[d] = BitOperations.RotateRight(v[d] ^ v[a], 16);
            v[c] += v[d];
            v[b] = BitOperations.RotateRight(v[b] ^ v[c], 63);
        }
    }
}
