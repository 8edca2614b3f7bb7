using System.Runtime.CompilerServices;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// Products modulo a prime p &lt; 2^60 from 32 x 32 -> 64 bit multiplications, the widest that AVX2 and AVX-512F have.
/// </summary>
/// <remarks>
/// Shoup's product x*w - q*p mod 2^64 with q = floor(x w' / 2^64), w' = floor(w 2^64 / p), lies below p (1 + x/2^64).
/// Here q is taken as h h' + (h l' >> 32) + (l h' >> 32) from the halves of x and w': what is dropped is three
/// fractions, each below 1, so q is too small by at most 2, and the product is below p (3 + x/2^64) &lt; 4p &lt; 2^62
/// for every 64-bit x.
/// </remarks>
internal static class SplitArithmetic<TLanes, TWord>
    where TLanes : struct, IWordLanes<TWord>
    where TWord : struct
{
    /// <summary>x*w mod p, below 4p; <paramref name="top"/> is the upper half of the quotient of w.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TWord Multiply(TWord x, TWord w, TWord quotient, TWord top, TWord p)
    {
        TWord high = TLanes.ShiftRight(x, 32);
        TWord a = TLanes.ShiftRight(TLanes.MultiplyHalves(high, quotient), 32);
        TWord b = TLanes.ShiftRight(TLanes.MultiplyHalves(x, top), 32);
        TWord q = TLanes.AddWord(TLanes.MultiplyHalves(high, top), TLanes.AddWord(a, b));
        return TLanes.SubtractWord(TLanes.MultiplyLow(x, w), TLanes.MultiplyLow(q, p));
    }

    /// <summary>
    /// a*b/2^64 mod p, below 2p, for a*b &lt; p 2^64 (Montgomery 1985); <paramref name="inverse"/> is p^-1 mod 2^64.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TWord MultiplyMontgomery(TWord a, TWord b, TWord p, TWord inverse, TWord low32)
    {
        TWord m = TLanes.MultiplyLow(TLanes.MultiplyLow(a, b), inverse);
        // The low words of a*b and m*p are equal, so the high ones subtract without a borrow.
        return TLanes.SubtractWord(TLanes.AddWord(MultiplyHigh(a, b, low32), p), MultiplyHigh(m, p, low32));
    }

    /// <summary>Below 8p to below p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TWord Canonical8(TWord x, TWord p) =>
        Canonical4(TLanes.SubtractIfAtLeast(x, TLanes.ShiftLeft(p, 2)), p);

    /// <summary>Below 4p to below p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TWord Canonical4(TWord x, TWord p) =>
        TLanes.SubtractIfAtLeast(TLanes.SubtractIfAtLeast(x, TLanes.ShiftLeft(p, 1)), p);

    /// <summary>floor(a*b / 2^64).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord MultiplyHigh(TWord a, TWord b, TWord low32)
    {
        TWord aHigh = TLanes.ShiftRight(a, 32);
        TWord bHigh = TLanes.ShiftRight(b, 32);
        // (2^32 - 1)^2 + 2^32 - 1 < 2^64: neither sum below overflows.
        TWord middle = TLanes.AddWord(TLanes.MultiplyHalves(a, bHigh),
            TLanes.ShiftRight(TLanes.MultiplyHalves(a, b), 32));
        TWord other = TLanes.AddWord(TLanes.MultiplyHalves(aHigh, b), TLanes.And(middle, low32));
        return TLanes.AddWord(TLanes.MultiplyHalves(aHigh, bHigh),
            TLanes.AddWord(TLanes.ShiftRight(middle, 32), TLanes.ShiftRight(other, 32)));
    }
}
