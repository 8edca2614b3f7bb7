namespace SecureFL.Learning.Data.Tensors;

/// <summary>Turns big-endian elements into little-endian ones.</summary>
internal static class EndianSwap
{
    /// <summary>Reverses the bytes of every element of <paramref name="size"/> bytes, in place.</summary>
    public static void BigToLittle(Span<byte> bytes, int size)
    {
        if (size == 1)
        {
            return;
        }

        for (int at = 0; at + size <= bytes.Length; at += size)
        {
            bytes.Slice(at, size).Reverse();
        }
    }
}
