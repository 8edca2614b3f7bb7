using SecureFL.Ring.Kernels;

namespace SecureFL.Encoding.Kernels;

/// <summary>
/// How one row of eight words of w bits enters a packed group (see <see cref="WordKernel"/>): its low bits are shifted left by <see cref="Used"/> into the 64-bit words being filled, at
/// <see cref="Offset"/>; if that fills them, <see cref="Keep"/> is zero and the bits shifted right by <see cref="Rest"/> begin the next ones.
/// </summary>
internal readonly struct PackedRow
{
    /// <summary>Rows of a group.</summary>
    internal const int Count = WordKernel.GroupSize / WordKernel.Columns;

    internal readonly ulong Used;
    internal readonly ulong Rest;
    internal readonly ulong Keep;
    internal readonly long Offset;

    internal PackedRow(int row, int width)
    {
        int bit = row * width;
        bool fills = (bit & 63) + width >= 64;
        Used = (ulong)(bit & 63);
        // Where nothing spills the shift by 64 - used gives zero by itself, for the word has w bits.
        Rest = 64 - Used;
        Keep = fills ? 0 : ulong.MaxValue;
        Offset = (bit >> 6) * WordKernel.Columns;
    }
}
