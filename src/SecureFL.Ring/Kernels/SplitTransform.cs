using System.Runtime.CompilerServices;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// The negacyclic number-theoretic transform in 64-bit words for primes p &lt; 2^60: the butterflies of Harvey (2014)
/// on the products of
/// <see cref="SplitArithmetic{TLanes, TWord}"/>. Radix 4, depth first; the last three levels in registers after one
/// transpose of 8 x 8 values.
/// </summary>
/// <remarks>
/// Forward: values stay below 8p &lt; 2^63. What is not multiplied is reduced below 4p, a product is below 4p, and a +
/// b and a - b + 4p are below 8p. Inverse: values stay below 4p. A sum is reduced from below 8p; a - b + 4p &lt; 8p is
/// multiplied.
/// </remarks>
internal static unsafe class SplitTransform<TLanes, TDouble, TWord>
    where TLanes : struct, ILanes<TDouble, TWord>
    where TDouble : struct
    where TWord : struct
{
    // 2048 words, 16 KB: data and roots of the rest of the tree stay in the first-level cache.
    private const int DepthFirstLength = 2048;

    /// <summary>In: below 8p, natural order. Out: below 8p, evaluation order.</summary>
    internal static void Forward(ulong* x, int degree, SplitTables tables, ulong p)
    {
        fixed (ulong* roots = tables.Roots.Span, quotients = tables.Quotients.Span, tail = tables.Tail.Span,
            tailQuotients = tables.TailQuotients.Span)
        {
            Roots all = new(roots, quotients, tail, tailQuotients, degree, p);
            if ((System.Numerics.BitOperations.Log2((uint)degree) & 1) == 0)
            {
                ForwardRadix2(x, degree / 2, roots[1], quotients[1], p);
                ForwardBlock(x, degree / 2, 2, all);
                ForwardBlock(x + (degree / 2), degree / 2, 3, all);
            }
            else
            {
                ForwardBlock(x, degree, 1, all);
            }
        }
    }

    /// <summary>In: below 4p, evaluation order. Out: below 4p, natural order, N times the inverse transform.</summary>
    internal static void InverseUnscaled(ulong* x, int degree, SplitTables tables, ulong p)
    {
        fixed (ulong* roots = tables.Roots.Span, quotients = tables.Quotients.Span, tail = tables.Tail.Span,
            tailQuotients = tables.TailQuotients.Span)
        {
            Roots all = new(roots, quotients, tail, tailQuotients, degree, p);
            if ((System.Numerics.BitOperations.Log2((uint)degree) & 1) == 0)
            {
                InverseBlock(x, degree / 2, 2, all);
                InverseBlock(x + (degree / 2), degree / 2, 3, all);
                InverseRadix2(x, degree / 2, roots[1], quotients[1], p);
            }
            else
            {
                InverseBlock(x, degree, 1, all);
            }
        }
    }

    private static void ForwardBlock(ulong* x, int length, int node, in Roots all)
    {
        if (length > DepthFirstLength)
        {
            ForwardRadix4(x, length / 4, 1, node, all.Words, all.Quotients, all.P);
            for (int child = 0; child < 4; child++)
            {
                ForwardBlock(x + (child * (length / 4)), length / 4, (4 * node) + child, all);
            }

            return;
        }

        int blocks = 1;
        for (int block = length; block > 8; block /= 4, blocks *= 4)
        {
            ForwardRadix4(x, block / 4, blocks, node * blocks, all.Words, all.Quotients, all.P);
        }

        int at = all.TailOffset(node, length);
        ForwardTail(x, length / FmaTables.GroupSize, all.Tail + at, all.TailQuotients + at, all.P);
    }

    private static void InverseBlock(ulong* x, int length, int node, in Roots all)
    {
        if (length > DepthFirstLength)
        {
            for (int child = 0; child < 4; child++)
            {
                InverseBlock(x + (child * (length / 4)), length / 4, (4 * node) + child, all);
            }

            InverseRadix4(x, length / 4, 1, node, all.Words, all.Quotients, all.P);
            return;
        }

        int at = all.TailOffset(node, length);
        InverseTail(x, length / FmaTables.GroupSize, all.Tail + at, all.TailQuotients + at, all.P);
        int blocks = length / 32;
        for (int block = 32; block <= length; block *= 4, blocks /= 4)
        {
            InverseRadix4(x, block / 4, blocks, node * blocks, all.Words, all.Quotients, all.P);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ForwardRadix2(ulong* x, int stride, ulong root, ulong quotient, ulong modulus)
    {
        TWord p = TLanes.BroadcastWord(modulus);
        TWord fourP = TLanes.BroadcastWord(4 * modulus);
        Root w = new(root, quotient);
        for (ulong* end = x + stride; x < end; x += TLanes.Count)
        {
            TWord a = TLanes.SubtractIfAtLeast(TLanes.LoadWord(x), fourP);
            TWord b = w.Multiply(TLanes.LoadWord(x + stride), p);
            TLanes.StoreWord(TLanes.AddWord(a, b), x);
            TLanes.StoreWord(Difference(a, b, fourP), x + stride);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void InverseRadix2(ulong* x, int stride, ulong root, ulong quotient, ulong modulus)
    {
        TWord p = TLanes.BroadcastWord(modulus);
        TWord fourP = TLanes.BroadcastWord(4 * modulus);
        Root w = new(root, quotient);
        for (ulong* end = x + stride; x < end; x += TLanes.Count)
        {
            TWord a = TLanes.LoadWord(x);
            TWord b = TLanes.LoadWord(x + stride);
            TLanes.StoreWord(Sum(a, b, fourP), x);
            TLanes.StoreWord(w.Multiply(Difference(a, b, fourP), p), x + stride);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ForwardRadix4(ulong* x, int stride, int blocks, int node, ulong* roots, ulong* quotients,
        ulong modulus)
    {
        TWord p = TLanes.BroadcastWord(modulus);
        TWord fourP = TLanes.BroadcastWord(4 * modulus);
        for (; blocks > 0; blocks--, node++, x += 3 * stride)
        {
            Root w1 = new(roots[node], quotients[node]);
            Root w2 = new(roots[2 * node], quotients[2 * node]);
            Root w3 = new(roots[(2 * node) + 1], quotients[(2 * node) + 1]);
            for (ulong* end = x + stride; x < end; x += TLanes.Count)
            {
                TWord x2 = w1.Multiply(TLanes.LoadWord(x + (2 * stride)), p);
                TWord x3 = w1.Multiply(TLanes.LoadWord(x + (3 * stride)), p);
                TWord x0 = TLanes.SubtractIfAtLeast(TLanes.LoadWord(x), fourP);
                TWord x1 = TLanes.SubtractIfAtLeast(TLanes.LoadWord(x + stride), fourP);
                TWord y1 = w2.Multiply(TLanes.AddWord(x1, x3), p);
                TWord y3 = w3.Multiply(Difference(x1, x3, fourP), p);
                TWord y0 = Sum(x0, x2, fourP);
                TWord y2 = TLanes.SubtractIfAtLeast(Difference(x0, x2, fourP), fourP);
                TLanes.StoreWord(TLanes.AddWord(y0, y1), x);
                TLanes.StoreWord(Difference(y0, y1, fourP), x + stride);
                TLanes.StoreWord(TLanes.AddWord(y2, y3), x + (2 * stride));
                TLanes.StoreWord(Difference(y2, y3, fourP), x + (3 * stride));
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void InverseRadix4(ulong* x, int stride, int blocks, int node, ulong* roots, ulong* quotients,
        ulong modulus)
    {
        TWord p = TLanes.BroadcastWord(modulus);
        TWord fourP = TLanes.BroadcastWord(4 * modulus);
        for (; blocks > 0; blocks--, node++, x += 3 * stride)
        {
            Root w1 = new(roots[node], quotients[node]);
            Root w2 = new(roots[2 * node], quotients[2 * node]);
            Root w3 = new(roots[(2 * node) + 1], quotients[(2 * node) + 1]);
            for (ulong* end = x + stride; x < end; x += TLanes.Count)
            {
                TWord x0 = TLanes.LoadWord(x);
                TWord x1 = TLanes.LoadWord(x + stride);
                TWord x2 = TLanes.LoadWord(x + (2 * stride));
                TWord x3 = TLanes.LoadWord(x + (3 * stride));
                TWord y1 = w2.Multiply(Difference(x0, x1, fourP), p);
                TWord y3 = w3.Multiply(Difference(x2, x3, fourP), p);
                TWord y0 = Sum(x0, x1, fourP);
                TWord y2 = Sum(x2, x3, fourP);
                TLanes.StoreWord(Sum(y0, y2, fourP), x);
                TLanes.StoreWord(Sum(y1, y3, fourP), x + stride);
                TLanes.StoreWord(w1.Multiply(Difference(y0, y2, fourP), p), x + (2 * stride));
                TLanes.StoreWord(w1.Multiply(Difference(y1, y3, fourP), p), x + (3 * stride));
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ForwardTail(ulong* x, int groups, ulong* tail, ulong* quotients, ulong modulus)
    {
        TWord p = TLanes.BroadcastWord(modulus);
        TWord fourP = TLanes.BroadcastWord(4 * modulus);
        ulong* rows = stackalloc ulong[FmaTables.GroupSize];
        for (; groups > 0; groups--, x += FmaTables.GroupSize, tail += FmaTables.TailRootsPerGroup,
            quotients += FmaTables.TailRootsPerGroup)
        {
            for (int row = 0; row < 8; row += TLanes.Count)
            {
                TLanes.LoadTransposed((double*)x + (8 * row), out TDouble d0, out TDouble d1, out TDouble d2,
                    out TDouble d3, out TDouble d4, out TDouble d5, out TDouble d6, out TDouble d7);
                TWord c0 = TLanes.AsWord(d0), c1 = TLanes.AsWord(d1), c2 = TLanes.AsWord(d2), c3 = TLanes.AsWord(d3);
                TWord c4 = TLanes.AsWord(d4), c5 = TLanes.AsWord(d5), c6 = TLanes.AsWord(d6), c7 = TLanes.AsWord(d7);
                ulong* w = tail + row;
                ulong* q = quotients + row;
                ulong* to = (TLanes.Count == 8 ? x : rows) + row;
                Root root = new(w, q);
                Butterfly(ref c0, ref c4, root, p, fourP);
                Butterfly(ref c1, ref c5, root, p, fourP);
                Butterfly(ref c2, ref c6, root, p, fourP);
                Butterfly(ref c3, ref c7, root, p, fourP);
                root = new(w + 8, q + 8);
                Butterfly(ref c0, ref c2, root, p, fourP);
                Butterfly(ref c1, ref c3, root, p, fourP);
                root = new(w + 16, q + 16);
                Butterfly(ref c4, ref c6, root, p, fourP);
                Butterfly(ref c5, ref c7, root, p, fourP);
                Butterfly(ref c0, ref c1, new(w + 24, q + 24), p, fourP);
                Butterfly(ref c2, ref c3, new(w + 32, q + 32), p, fourP);
                Butterfly(ref c4, ref c5, new(w + 40, q + 40), p, fourP);
                Butterfly(ref c6, ref c7, new(w + 48, q + 48), p, fourP);
                TLanes.StoreWord(c0, to);
                TLanes.StoreWord(c1, to + 8);
                TLanes.StoreWord(c2, to + 16);
                TLanes.StoreWord(c3, to + 24);
                TLanes.StoreWord(c4, to + 32);
                TLanes.StoreWord(c5, to + 40);
                TLanes.StoreWord(c6, to + 48);
                TLanes.StoreWord(c7, to + 56);
            }

            if (TLanes.Count < 8)
            {
                Unsafe.CopyBlockUnaligned(x, rows, FmaTables.GroupSize * sizeof(ulong));
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void InverseTail(ulong* x, int groups, ulong* tail, ulong* quotients, ulong modulus)
    {
        TWord p = TLanes.BroadcastWord(modulus);
        TWord fourP = TLanes.BroadcastWord(4 * modulus);
        ulong* rows = stackalloc ulong[FmaTables.GroupSize];
        for (; groups > 0; groups--, x += FmaTables.GroupSize, tail += FmaTables.TailRootsPerGroup,
            quotients += FmaTables.TailRootsPerGroup)
        {
            if (TLanes.Count < 8)
            {
                Unsafe.CopyBlockUnaligned(rows, x, FmaTables.GroupSize * sizeof(ulong));
            }

            for (int row = 0; row < 8; row += TLanes.Count)
            {
                ulong* w = tail + row;
                ulong* q = quotients + row;
                ulong* from = (TLanes.Count == 8 ? x : rows) + row;
                TWord c0 = TLanes.LoadWord(from), c1 = TLanes.LoadWord(from + 8);
                TWord c2 = TLanes.LoadWord(from + 16), c3 = TLanes.LoadWord(from + 24);
                TWord c4 = TLanes.LoadWord(from + 32), c5 = TLanes.LoadWord(from + 40);
                TWord c6 = TLanes.LoadWord(from + 48), c7 = TLanes.LoadWord(from + 56);
                InverseButterfly(ref c0, ref c1, new(w + 24, q + 24), p, fourP);
                InverseButterfly(ref c2, ref c3, new(w + 32, q + 32), p, fourP);
                InverseButterfly(ref c4, ref c5, new(w + 40, q + 40), p, fourP);
                InverseButterfly(ref c6, ref c7, new(w + 48, q + 48), p, fourP);
                Root root = new(w + 8, q + 8);
                InverseButterfly(ref c0, ref c2, root, p, fourP);
                InverseButterfly(ref c1, ref c3, root, p, fourP);
                root = new(w + 16, q + 16);
                InverseButterfly(ref c4, ref c6, root, p, fourP);
                InverseButterfly(ref c5, ref c7, root, p, fourP);
                root = new(w, q);
                InverseButterfly(ref c0, ref c4, root, p, fourP);
                InverseButterfly(ref c1, ref c5, root, p, fourP);
                InverseButterfly(ref c2, ref c6, root, p, fourP);
                InverseButterfly(ref c3, ref c7, root, p, fourP);
                TLanes.StoreTransposed(
                    (double*)x + (8 * row),
                    TLanes.AsDouble(c0),
                    TLanes.AsDouble(c1),
                    TLanes.AsDouble(c2),
                    TLanes.AsDouble(c3),
                    TLanes.AsDouble(c4),
                    TLanes.AsDouble(c5),
                    TLanes.AsDouble(c6),
                    TLanes.AsDouble(c7));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Butterfly(ref TWord a, ref TWord b, in Root w, TWord p, TWord fourP)
    {
        TWord low = TLanes.SubtractIfAtLeast(a, fourP);
        TWord high = w.Multiply(b, p);
        a = TLanes.AddWord(low, high);
        b = Difference(low, high, fourP);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseButterfly(ref TWord a, ref TWord b, in Root w, TWord p, TWord fourP)
    {
        TWord sum = Sum(a, b, fourP);
        b = w.Multiply(Difference(a, b, fourP), p);
        a = sum;
    }

    /// <summary>a + b reduced from below 8p to below 4p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord Sum(TWord a, TWord b, TWord fourP) => TLanes.SubtractIfAtLeast(TLanes.AddWord(a, b), fourP);

    /// <summary>a - b + 4p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord Difference(TWord a, TWord b, TWord fourP) => TLanes.AddWord(a, TLanes.SubtractWord(fourP, b));

    /// <summary>The tables of one direction, pinned for one transform.</summary>
    private readonly struct Roots(ulong* words, ulong* quotients, ulong* tail, ulong* tailQuotients,
        int degree, ulong p)
    {
        internal readonly ulong* Words = words;
        internal readonly ulong* Quotients = quotients;
        internal readonly ulong* Tail = tail;
        internal readonly ulong* TailQuotients = tailQuotients;
        internal readonly ulong P = p;
        private readonly int _degree = degree;

        /// <summary>
        /// Node n of the level with blocks of eight values is at index n - N/8 among them; eight such nodes make a
        /// group of 64.
        /// </summary>
        internal int TailOffset(int node, int length) =>
            ((node * (length / 8)) - (_degree / 8)) / 8 * FmaTables.TailRootsPerGroup;
    }

    /// <summary>A root in registers with its quotient and the quotient's upper half.</summary>
    private readonly struct Root
    {
        private readonly TWord _w;
        private readonly TWord _quotient;
        private readonly TWord _top;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Root(ulong w, ulong quotient)
        {
            _w = TLanes.BroadcastWord(w);
            _quotient = TLanes.BroadcastWord(quotient);
            _top = TLanes.BroadcastWord(quotient >> 32);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Root(ulong* w, ulong* quotient)
        {
            _w = TLanes.LoadWord(w);
            _quotient = TLanes.LoadWord(quotient);
            _top = TLanes.ShiftRight(_quotient, 32);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal TWord Multiply(TWord x, TWord p) => SplitArithmetic<TLanes, TWord>.Multiply(x, _w, _quotient, _top, p);
    }
}
