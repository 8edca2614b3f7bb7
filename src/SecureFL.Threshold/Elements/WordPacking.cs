using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace SecureFL.Threshold.Elements;

/// <summary>
/// The wire form of elements of F_p: word i occupies the bits 31 i .. 31 i + 30 of the byte string, least significant
/// bit first within a byte; the bits after the last word are 0. Every sequence of elements has exactly one encoding.
/// Thread-safe.
/// </summary>
internal static class WordPacking
{
    private const int Bits = MersenneField.BitLength;

    /// <summary>ceil(31 count / 8).</summary>
    public static int PackedBytes(int count) => checked((int)((((long)count * Bits) + 7) / 8));

    /// <summary>Packs canonical words into exactly <see cref="PackedBytes"/> bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ReadOnlySpan<uint> words, Span<byte> destination)
    {
        SpanChecks.SameLength(PackedBytes(words.Length), destination.Length);
        ulong pending = 0;
        int pendingBits = 0;
        foreach (uint word in words)
        {
            pending |= (ulong)word << pendingBits;
            pendingBits += Bits;
            if (pendingBits >= 32)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(destination, (uint)pending);
                destination = destination[4..];
                pending >>= 32;
                pendingBits -= 32;
            }
        }

        for (; !destination.IsEmpty; destination = destination[1..])
        {
            destination[0] = (byte)pending;
            pending >>= 8;
        }
    }

    /// <summary>
    /// Unpacks <c>words.Length</c> words and refuses every string that <see cref="Pack"/> cannot have written. On a
    /// refusal the words already written are the caller's to erase.
    /// </summary>
    /// <exception cref="ThresholdViolationException">Wrong length, a word that is not below p, or a padding bit that is
    /// not 0.</exception>
    public static void Unpack(ReadOnlySpan<byte> packed, Span<uint> words, string field)
    {
        int expected = PackedBytes(words.Length);
        if (packed.Length != expected)
        {
            throw new ThresholdViolationException(
                ThresholdViolation.FieldLength, field, $"{expected} bytes ({words.Length} words of {Bits} bits)",
                $"{packed.Length} bytes");
        }

        // The word at bit 31 i is read from the 8 bytes at floor(31 i / 8); the last words, whose 8 bytes would end
        // beyond the string, are read from a zero-extended copy of its end.
        int inPlace = packed.Length < 8 ? 0 : Math.Min(words.Length, (int)(((packed.Length - 8L) * 8 / Bits) + 1));
        uint outOfRange = UnpackWords(packed, 0, words[..inPlace]);
        int tailStart = (int)((long)inPlace * Bits / 8);
        Span<byte> tail = stackalloc byte[24];
        tail.Clear();
        packed[tailStart..].CopyTo(tail);
        outOfRange |= UnpackWords(tail, (int)((long)inPlace * Bits & 7), words[inPlace..]);
        CryptographicOperations.ZeroMemory(tail);
        if (outOfRange != 0)
        {
            throw new ThresholdViolationException(ThresholdViolation.WordOutOfRange, field,
                $"words below {MersenneField.Modulus}", "a larger word");
        }

        int usedBits = (int)(((long)words.Length * Bits) & 7);
        if (usedBits != 0 && packed[^1] >> usedBits != 0)
        {
            throw new ThresholdViolationException(ThresholdViolation.Padding, field, "zero bits after the last word",
                "a bit that is set");
        }
    }

    /// <summary>Unpacks the words from bit <paramref name="firstBit"/> on; not 0 if one of them is p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint UnpackWords(ReadOnlySpan<byte> packed, int firstBit, Span<uint> words)
    {
        uint outOfRange = 0;
        int bit = firstBit;
        for (int i = 0; i < words.Length; i++, bit += Bits)
        {
            uint word = (uint)(BinaryPrimitives.ReadUInt64LittleEndian(packed[(bit >> 3)..]) >> (bit & 7))
                & MersenneField.Modulus;
            words[i] = word;
            outOfRange |= EqualsModulus(word);
        }

        return outOfRange;
    }

    /// <summary>1 if the word is p, else 0, without a branch: p + 1 alone has bit 31.</summary>
    private static uint EqualsModulus(uint word) => (word + 1) >> Bits;
}
