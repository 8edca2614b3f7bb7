using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace SecureFL.Ring.Randomness.Kernels;

/// <summary>
/// AES-256 by the processor's instructions, eight counter blocks interleaved so that the round latency is hidden (FIPS
/// 197).
/// </summary>
internal sealed unsafe class AesNiCounterCipher : IBlockCounterCipher
{
    private const int RoundKeys = 15;
    private readonly Vector128<byte>[] _schedule = GC.AllocateArray<Vector128<byte>>(RoundKeys, pinned: true);

    internal static bool IsSupported => X86Aes.IsSupported;

    public void SetKey(ReadOnlySpan<byte> key)
    {
        _schedule[0] = Vector128.Create(key[..16]);
        _schedule[1] = Vector128.Create(key[16..32]);
        ExpandPair(2, 0x01);
        ExpandPair(4, 0x02);
        ExpandPair(6, 0x04);
        ExpandPair(8, 0x08);
        ExpandPair(10, 0x10);
        ExpandPair(12, 0x20);
        ExpandPair(14, 0x40);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public void FillBlocks(ulong firstBlock, Span<byte> destination)
    {
        fixed (byte* output = destination)
        fixed (Vector128<byte>* keys = _schedule)
        {
            long blocks = destination.Length / 16;
            long block = 0;
            for (; block + 8 <= blocks; block += 8)
            {
                ulong counter = firstBlock + (ulong)block;
                Vector128<byte> key = keys[0];
                Vector128<byte> x0 = Counter(counter) ^ key;
                Vector128<byte> x1 = Counter(counter + 1) ^ key;
                Vector128<byte> x2 = Counter(counter + 2) ^ key;
                Vector128<byte> x3 = Counter(counter + 3) ^ key;
                Vector128<byte> x4 = Counter(counter + 4) ^ key;
                Vector128<byte> x5 = Counter(counter + 5) ^ key;
                Vector128<byte> x6 = Counter(counter + 6) ^ key;
                Vector128<byte> x7 = Counter(counter + 7) ^ key;
                for (int round = 1; round < RoundKeys - 1; round++)
                {
                    key = keys[round];
                    x0 = X86Aes.Encrypt(x0, key);
                    x1 = X86Aes.Encrypt(x1, key);
                    x2 = X86Aes.Encrypt(x2, key);
                    x3 = X86Aes.Encrypt(x3, key);
                    x4 = X86Aes.Encrypt(x4, key);
                    x5 = X86Aes.Encrypt(x5, key);
                    x6 = X86Aes.Encrypt(x6, key);
                    x7 = X86Aes.Encrypt(x7, key);
                }

                key = keys[RoundKeys - 1];
                byte* to = output + (block * 16);
                X86Aes.EncryptLast(x0, key).Store(to);
                X86Aes.EncryptLast(x1, key).Store(to + 16);
                X86Aes.EncryptLast(x2, key).Store(to + 32);
                X86Aes.EncryptLast(x3, key).Store(to + 48);
                X86Aes.EncryptLast(x4, key).Store(to + 64);
                X86Aes.EncryptLast(x5, key).Store(to + 80);
                X86Aes.EncryptLast(x6, key).Store(to + 96);
                X86Aes.EncryptLast(x7, key).Store(to + 112);
            }

            for (; block < blocks; block++)
            {
                Vector128<byte> x = Counter(firstBlock + (ulong)block) ^ keys[0];
                for (int round = 1; round < RoundKeys - 1; round++)
                {
                    x = X86Aes.Encrypt(x, keys[round]);
                }

                X86Aes.EncryptLast(x, keys[RoundKeys - 1]).Store(output + (block * 16));
            }
        }
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_schedule.AsSpan()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Counter(ulong value) =>
        Vector128.Create(0UL, BinaryPrimitives.ReverseEndianness(value)).AsByte();

    /// <summary>
    /// FIPS 197, 5.2 for Nk = 8: two round keys from the two before. The round constant is added here, not by the
    /// instruction, because the instruction takes it as an immediate.
    /// </summary>
    private void ExpandPair(int index, uint roundConstant)
    {
        Vector128<uint> assist = X86Aes.KeygenAssist(_schedule[index - 1], 0).AsUInt32();
        Vector128<uint> rotated = Vector128.Shuffle(assist, Vector128.Create(3U, 3, 3, 3))
            ^ Vector128.Create(roundConstant);
        _schedule[index] = PrefixXor(_schedule[index - 2]) ^ rotated.AsByte();
        if (index + 1 < RoundKeys)
        {
            assist = X86Aes.KeygenAssist(_schedule[index], 0).AsUInt32();
            _schedule[index + 1] = PrefixXor(_schedule[index - 1])
                ^ Vector128.Shuffle(assist, Vector128.Create(2U, 2, 2, 2)).AsByte();
        }
    }

    /// <summary>Word i becomes the exclusive or of words 0..i.</summary>
    private static Vector128<byte> PrefixXor(Vector128<byte> words)
    {
        words ^= Sse2.ShiftLeftLogical128BitLane(words, 4);
        return words ^ Sse2.ShiftLeftLogical128BitLane(words, 8);
    }
}
