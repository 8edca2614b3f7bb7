using System.Runtime.CompilerServices;
using SecureFL.Ring.Kernels;

namespace SecureFL.Rlwe.Kernels;

/// <summary>Adding packed uploads to lazy sums.</summary>
internal sealed unsafe partial class FmaChunkKernel<TLanes, TDouble, TWord>
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override bool Add(int prime, ulong** packed, int count, ulong* sums)
    {
        ulong modulus = Constants.Parameters.Ckks.Moduli[prime].Value;
        int width = Constants.Parameters.Ckks.Moduli[prime].Bits;
        if (count == UploadsPerPass)
        {
            return AddFour(packed[0], packed[1], packed[2], packed[3], width, modulus, sums);
        }

        bool below = true;
        for (int i = 0; i < count; i++)
        {
            below &= AddOne(packed[i], width, modulus, sums);
        }

        return below;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void Subtract(int prime, ulong* packed, ulong* sums)
    {
        int width = Constants.Parameters.Ckks.Moduli[prime].Bits;
        TWord mask = TLanes.BroadcastWord((1UL << width) - 1);
        for (int column = 0; column < WordKernel.Columns; column += TLanes.Count)
        {
            PackedColumn<TLanes, TWord> from = new(packed + column, width);
            for (int i = column; i < Group; i += WordKernel.Columns)
            {
                TWord word = TLanes.And(from.Next(i + WordKernel.Columns >= Group), mask);
                TLanes.StoreWord(TLanes.SubtractWord(TLanes.LoadWord(sums + i), word), sums + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool AddOne(ulong* packed, int width, ulong modulus, ulong* sums)
    {
        TWord mask = TLanes.BroadcastWord((1UL << width) - 1);
        TWord bound = TLanes.BroadcastWord(modulus);
        TWord bad = TLanes.BroadcastWord(0);
        for (int column = 0; column < WordKernel.Columns; column += TLanes.Count)
        {
            PackedColumn<TLanes, TWord> from = new(packed + column, width);
            for (int i = column; i < Group; i += WordKernel.Columns)
            {
                TWord word = TLanes.And(from.Next(i + WordKernel.Columns >= Group), mask);
                bad = TLanes.Or(bad, TLanes.AtLeast(word, bound));
                TLanes.StoreWord(TLanes.AddWord(TLanes.LoadWord(sums + i), word), sums + i);
            }
        }

        return TLanes.IsZero(bad);
    }

    /// <summary>
    /// Four uploads share their bit positions and one pass over the sums, which is what memory bandwidth is spent on.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool AddFour(ulong* packed0, ulong* packed1, ulong* packed2, ulong* packed3, int width,
        ulong modulus, ulong* sums)
    {
        TWord mask = TLanes.BroadcastWord((1UL << width) - 1);
        TWord highest = TLanes.BroadcastWord(0);
        for (int column = 0; column < WordKernel.Columns; column += TLanes.Count)
        {
            int offset = column;
            int used = 0;
            TWord p0 = TLanes.LoadWord(packed0 + offset), p1 = TLanes.LoadWord(packed1 + offset);
            TWord p2 = TLanes.LoadWord(packed2 + offset), p3 = TLanes.LoadWord(packed3 + offset);
            for (int i = column; i < Group; i += WordKernel.Columns)
            {
                TWord w0 = TLanes.ShiftRight(p0, used), w1 = TLanes.ShiftRight(p1, used);
                TWord w2 = TLanes.ShiftRight(p2, used), w3 = TLanes.ShiftRight(p3, used);
                used += width;
                if (used >= 64 && i + WordKernel.Columns < Group)
                {
                    offset += WordKernel.Columns;
                    used -= 64;
                    int left = width - used;
                    p0 = TLanes.LoadWord(packed0 + offset);
                    p1 = TLanes.LoadWord(packed1 + offset);
                    p2 = TLanes.LoadWord(packed2 + offset);
                    p3 = TLanes.LoadWord(packed3 + offset);
                    w0 = TLanes.Or(w0, TLanes.ShiftLeft(p0, left));
                    w1 = TLanes.Or(w1, TLanes.ShiftLeft(p1, left));
                    w2 = TLanes.Or(w2, TLanes.ShiftLeft(p2, left));
                    w3 = TLanes.Or(w3, TLanes.ShiftLeft(p3, left));
                }

                w0 = TLanes.And(w0, mask);
                w1 = TLanes.And(w1, mask);
                w2 = TLanes.And(w2, mask);
                w3 = TLanes.And(w3, mask);
                highest = TLanes.Max(TLanes.Max(TLanes.Max(highest, w0), TLanes.Max(w1, w2)), w3);
                TWord sum = TLanes.AddWord(TLanes.AddWord(w0, w1), TLanes.AddWord(w2, w3));
                TLanes.StoreWord(TLanes.AddWord(TLanes.LoadWord(sums + i), sum), sums + i);
            }
        }

        return TLanes.IsZero(TLanes.AtLeast(highest, TLanes.BroadcastWord(modulus)));
    }
}
