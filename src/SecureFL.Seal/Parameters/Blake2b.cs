using System.Buffers.Binary;
using System.Numerics;

namespace SecureFL.Seal.Parameters;

/// <summary>
/// BLAKE2b (RFC 7693) with a free parameter block, as the parameter digest and the seeded generator of SEAL use it. Not
/// constant-time: public inputs only.
/// </summary>
internal static class Blake2b
{
    internal const int BlockSize = 128;
    internal const int MaxDigestSize = 64;
    internal const int ParameterBlockSize = 64;

    private const int Rounds = 12;

    private static readonly ulong[] InitialVector =
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    /// <summary>RFC 7693, 2.7; rounds 10 and 11 repeat 0 and 1.</summary>
    private static ReadOnlySpan<byte> Schedule =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    /// <summary>
    /// The plain hash, keyed if <paramref name="key"/> (at most 64 bytes) is not empty, into 1 to 64 bytes.
    /// </summary>
    internal static void Hash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Span<byte> digest)
    {
        Span<byte> parameters = stackalloc byte[ParameterBlockSize];
        parameters.Clear();
        parameters[0] = (byte)digest.Length;
        parameters[1] = (byte)key.Length;
        parameters[2] = 1;
        parameters[3] = 1;
        Hash(parameters, key, input, digest);
    }

    /// <summary>
    /// The hash under a parameter block of the caller's (BLAKE2, section 2.8); its digest and key lengths must be those
    /// given.
    /// </summary>
    internal static void Hash(ReadOnlySpan<byte> parameters, ReadOnlySpan<byte> key, ReadOnlySpan<byte> input,
        Span<byte> digest)
    {
        if (parameters.Length != ParameterBlockSize || digest.Length is 0 or > MaxDigestSize
            || key.Length > MaxDigestSize || parameters[0] != digest.Length || parameters[1] != key.Length)
        {
            throw new ArgumentException(
                $"a parameter block of {ParameterBlockSize} bytes for a digest of {digest.Length} and a key of "
                + $"{key.Length} bytes, both at most {MaxDigestSize}");
        }

        Span<ulong> state = stackalloc ulong[8];
        for (int i = 0; i < 8; i++)
        {
            state[i] = InitialVector[i] ^ BinaryPrimitives.ReadUInt64LittleEndian(parameters[(8 * i)..]);
        }

        Span<byte> block = stackalloc byte[BlockSize];
        ulong count = 0;
        if (!key.IsEmpty)
        {
            block.Clear();
            key.CopyTo(block);
            count = BlockSize;
            Compress(state, block, count, input.IsEmpty);
        }

        for (; input.Length > BlockSize; input = input[BlockSize..])
        {
            count += BlockSize;
            Compress(state, input[..BlockSize], count, false);
        }

        if (!input.IsEmpty || key.IsEmpty)
        {
            block.Clear();
            input.CopyTo(block);
            Compress(state, block, count + (ulong)input.Length, true);
        }

        Span<byte> bytes = stackalloc byte[MaxDigestSize];
        for (int i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(8 * i)..], state[i]);
        }

        bytes[..digest.Length].CopyTo(digest);
    }

    private static void Compress(Span<ulong> state, ReadOnlySpan<byte> block, ulong count, bool last)
    {
        Span<ulong> m = stackalloc ulong[16];
        for (int i = 0; i < 16; i++)
        {
            m[i] = BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }

        Span<ulong> v = stackalloc ulong[16];
        state.CopyTo(v);
        InitialVector.CopyTo(v[8..]);
        v[12] ^= count;
        v[14] = last ? ~v[14] : v[14];
        for (int round = 0; round < Rounds; round++)
        {
            ReadOnlySpan<byte> s = Schedule.Slice(16 * (round % 10), 16);
            Mix(ref v[0], ref v[4], ref v[8], ref v[12], m[s[0]], m[s[1]]);
            Mix(ref v[1], ref v[5], ref v[9], ref v[13], m[s[2]], m[s[3]]);
            Mix(ref v[2], ref v[6], ref v[10], ref v[14], m[s[4]], m[s[5]]);
            Mix(ref v[3], ref v[7], ref v[11], ref v[15], m[s[6]], m[s[7]]);
            Mix(ref v[0], ref v[5], ref v[10], ref v[15], m[s[8]], m[s[9]]);
            Mix(ref v[1], ref v[6], ref v[11], ref v[12], m[s[10]], m[s[11]]);
            Mix(ref v[2], ref v[7], ref v[8], ref v[13], m[s[12]], m[s[13]]);
            Mix(ref v[3], ref v[4], ref v[9], ref v[14], m[s[14]], m[s[15]]);
        }

        for (int i = 0; i < 8; i++)
        {
            state[i] ^= v[i] ^ v[i + 8];
        }
    }

    /// <summary>RFC 7693, 3.1.</summary>
    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        a += b + x;
        d = BitOperations.RotateRight(d ^ a, 32);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 24);
        a += b + y;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 63);
    }
}
