using System.Runtime.CompilerServices;
using SecureFL.Ring.Kernels;

namespace SecureFL.Seal.Kernels;

/// <summary>The three innermost levels on 8 x 8 squares in registers, the others two at a time.</summary>
internal sealed unsafe class EmbeddingKernel<TLanes, TDouble, TWord> : EmbeddingKernel
    where TLanes : struct, ILanes<TDouble, TWord>
    where TDouble : struct
    where TWord : struct
{
    private const int GroupSize = 64;
    private const int RowSize = 8;

    internal override void ToCoefficients(EmbeddingTables tables, Span<double> real, Span<double> imaginary,
        double factor)
    {
        Check(tables, real, imaginary);
        fixed (double* re = real, im = imaginary, rootRe = tables.RootReal.Span, rootIm = tables.RootImaginary.Span,
            twistRe = tables.TwistReal.Span, twistIm = tables.TwistImaginary.Span)
        {
            InverseGroups(re, im, tables.Points);
            int h = RowSize;
            for (; 4 * h <= tables.Points; h *= 4)
            {
                InverseTwoLevels(re, im, tables.Points, h, rootRe, rootIm);
            }

            if (h < tables.Points)
            {
                InverseLevel(re, im, tables.Points, h, rootRe, rootIm);
            }

            Untwist(re, im, twistRe, twistIm, tables.Points, factor);
        }
    }

    internal override void ToValues(EmbeddingTables tables, Span<double> real, Span<double> imaginary)
    {
        Check(tables, real, imaginary);
        fixed (double* re = real, im = imaginary, rootRe = tables.RootReal.Span, rootIm = tables.RootImaginary.Span,
            twistRe = tables.TwistReal.Span, twistIm = tables.TwistImaginary.Span)
        {
            Twist(re, im, twistRe, twistIm, tables.Points);
            int h = tables.Points / 2;
            if ((System.Numerics.BitOperations.Log2((uint)(h / 4)) & 1) == 1)
            {
                Level(re, im, tables.Points, h, rootRe, rootIm);
                h /= 2;
            }

            for (h /= 2; h >= RowSize; h /= 4)
            {
                TwoLevels(re, im, tables.Points, h, rootRe, rootIm);
            }

            Groups(re, im, tables.Points);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override bool TryRound(ReadOnlySpan<double> values, Span<long> integers)
    {
        if (values.Length != integers.Length || values.Length % RowSize != 0)
        {
            throw new ArgumentException(
                $"{values.Length} values for {integers.Length} integers: equal multiples of {RowSize}");
        }

        TDouble largest = TLanes.Broadcast(0);
        TDouble sum = TLanes.Broadcast(0);
        TDouble zero = TLanes.Broadcast(0);
        fixed (double* from = values)
        fixed (long* to = integers)
        {
            for (int i = 0; i < values.Length; i += TLanes.Count)
            {
                TDouble x = TLanes.Round(TLanes.Load(from + i));
                largest = TLanes.Max(largest, TLanes.Abs(x));
                // 0 for every number; infinities and NaN leave a NaN in the sum.
                sum = TLanes.Add(sum, TLanes.Multiply(x, zero));
                TLanes.StoreIntegers(x, to + i);
            }
        }

        double* lanes = stackalloc double[2 * RowSize];
        TLanes.Store(largest, lanes);
        TLanes.Store(sum, lanes + RowSize);
        bool fits = true;
        for (int i = 0; i < TLanes.Count; i++)
        {
            fits &= lanes[i] < 1L << 51 && lanes[RowSize + i] == 0;
        }

        return fits;
    }

    /// <summary>(a, b) becomes (a + b w*, a - b w*), w* the conjugate.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseButterfly(ref TDouble ar, ref TDouble ai, ref TDouble br, ref TDouble bi,
        TDouble wr, TDouble wi)
    {
        TDouble tr = TLanes.Add(TLanes.Multiply(br, wr), TLanes.Multiply(bi, wi));
        TDouble ti = TLanes.Subtract(TLanes.Multiply(bi, wr), TLanes.Multiply(br, wi));
        (ar, br) = (TLanes.Add(ar, tr), TLanes.Subtract(ar, tr));
        (ai, bi) = (TLanes.Add(ai, ti), TLanes.Subtract(ai, ti));
    }

    /// <summary>(a, b) becomes (a - i (b w*), a + i (b w*)): the root a quarter turn further on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void InverseQuarterButterfly(ref TDouble ar, ref TDouble ai, ref TDouble br, ref TDouble bi,
        TDouble wr, TDouble wi)
    {
        TDouble tr = TLanes.Add(TLanes.Multiply(br, wr), TLanes.Multiply(bi, wi));
        TDouble ti = TLanes.Subtract(TLanes.Multiply(bi, wr), TLanes.Multiply(br, wi));
        (ar, br) = (TLanes.Add(ar, ti), TLanes.Subtract(ar, ti));
        (ai, bi) = (TLanes.Subtract(ai, tr), TLanes.Add(ai, tr));
    }

    /// <summary>(a, b) becomes (a + b, (a - b) w).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Butterfly(ref TDouble ar, ref TDouble ai, ref TDouble br, ref TDouble bi,
        TDouble wr, TDouble wi)
    {
        TDouble dr = TLanes.Subtract(ar, br);
        TDouble di = TLanes.Subtract(ai, bi);
        ar = TLanes.Add(ar, br);
        ai = TLanes.Add(ai, bi);
        br = TLanes.Subtract(TLanes.Multiply(dr, wr), TLanes.Multiply(di, wi));
        bi = TLanes.Add(TLanes.Multiply(di, wr), TLanes.Multiply(dr, wi));
    }

    /// <summary>(a, b) becomes (a + b, i (a - b) w).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void QuarterButterfly(ref TDouble ar, ref TDouble ai, ref TDouble br, ref TDouble bi,
        TDouble wr, TDouble wi)
    {
        TDouble dr = TLanes.Subtract(bi, ai);
        TDouble di = TLanes.Subtract(ar, br);
        ar = TLanes.Add(ar, br);
        ai = TLanes.Add(ai, bi);
        br = TLanes.Subtract(TLanes.Multiply(dr, wr), TLanes.Multiply(di, wi));
        bi = TLanes.Add(TLanes.Multiply(di, wr), TLanes.Multiply(dr, wi));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void InverseTwoLevels(double* re, double* im, int points, int h, double* rootRe, double* rootIm)
    {
        for (int block = 0; block < points; block += 4 * h)
        {
            for (int j = 0; j < h; j += TLanes.Count)
            {
                double* r = re + block + j;
                double* i = im + block + j;
                TDouble wr = TLanes.Load(rootRe + h + j), wi = TLanes.Load(rootIm + h + j);
                TDouble r0 = TLanes.Load(r), r1 = TLanes.Load(r + h), r2 = TLanes.Load(r + (2 * h)),
                    r3 = TLanes.Load(r + (3 * h));
                TDouble i0 = TLanes.Load(i), i1 = TLanes.Load(i + h), i2 = TLanes.Load(i + (2 * h)),
                    i3 = TLanes.Load(i + (3 * h));
                InverseButterfly(ref r0, ref i0, ref r1, ref i1, wr, wi);
                InverseButterfly(ref r2, ref i2, ref r3, ref i3, wr, wi);
                wr = TLanes.Load(rootRe + (2 * h) + j);
                wi = TLanes.Load(rootIm + (2 * h) + j);
                InverseButterfly(ref r0, ref i0, ref r2, ref i2, wr, wi);
                InverseQuarterButterfly(ref r1, ref i1, ref r3, ref i3, wr, wi);
                Store(r, h, r0, r1, r2, r3);
                Store(i, h, i0, i1, i2, i3);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void TwoLevels(double* re, double* im, int points, int h, double* rootRe, double* rootIm)
    {
        for (int block = 0; block < points; block += 4 * h)
        {
            for (int j = 0; j < h; j += TLanes.Count)
            {
                double* r = re + block + j;
                double* i = im + block + j;
                TDouble wr = TLanes.Load(rootRe + (2 * h) + j), wi = TLanes.Load(rootIm + (2 * h) + j);
                TDouble r0 = TLanes.Load(r), r1 = TLanes.Load(r + h), r2 = TLanes.Load(r + (2 * h)),
                    r3 = TLanes.Load(r + (3 * h));
                TDouble i0 = TLanes.Load(i), i1 = TLanes.Load(i + h), i2 = TLanes.Load(i + (2 * h)),
                    i3 = TLanes.Load(i + (3 * h));
                Butterfly(ref r0, ref i0, ref r2, ref i2, wr, wi);
                QuarterButterfly(ref r1, ref i1, ref r3, ref i3, wr, wi);
                wr = TLanes.Load(rootRe + h + j);
                wi = TLanes.Load(rootIm + h + j);
                Butterfly(ref r0, ref i0, ref r1, ref i1, wr, wi);
                Butterfly(ref r2, ref i2, ref r3, ref i3, wr, wi);
                Store(r, h, r0, r1, r2, r3);
                Store(i, h, i0, i1, i2, i3);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void InverseLevel(double* re, double* im, int points, int h, double* rootRe, double* rootIm)
    {
        for (int at = 0; at < points; at += TLanes.Count)
        {
            at += (at & h) != 0 ? h : 0;
            if (at < points)
            {
                int root = h + (at & (h - 1));
                TDouble ar = TLanes.Load(re + at), ai = TLanes.Load(im + at), br = TLanes.Load(re + at + h),
                    bi = TLanes.Load(im + at + h);
                InverseButterfly(ref ar, ref ai, ref br, ref bi, TLanes.Load(rootRe + root),
                    TLanes.Load(rootIm + root));
                Store(re + at, im + at, h, ar, ai, br, bi);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Level(double* re, double* im, int points, int h, double* rootRe, double* rootIm)
    {
        for (int at = 0; at < points; at += TLanes.Count)
        {
            at += (at & h) != 0 ? h : 0;
            if (at < points)
            {
                int root = h + (at & (h - 1));
                TDouble ar = TLanes.Load(re + at), ai = TLanes.Load(im + at), br = TLanes.Load(re + at + h),
                    bi = TLanes.Load(im + at + h);
                Butterfly(ref ar, ref ai, ref br, ref bi, TLanes.Load(rootRe + root), TLanes.Load(rootIm + root));
                Store(re + at, im + at, h, ar, ai, br, bi);
            }
        }
    }

    /// <summary>Levels h = 1, 2, 4 of eight rows side by side; their roots are 1, -i and the odd eighths.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void InverseGroups(double* re, double* im, int points)
    {
        double* rows = stackalloc double[2 * GroupSize];
        TDouble one = TLanes.Broadcast(1), zero = TLanes.Broadcast(0), eighth = TLanes.Broadcast(double.CosPi(0.25));
        for (int group = 0; group < points; group += GroupSize)
        {
            Unsafe.CopyBlockUnaligned(rows, re + group, GroupSize * sizeof(double));
            Unsafe.CopyBlockUnaligned(rows + GroupSize, im + group, GroupSize * sizeof(double));
            for (int row = 0; row < RowSize; row += TLanes.Count)
            {
                double* r = rows + row;
                double* i = rows + GroupSize + row;
                TDouble r0 = TLanes.Load(r), r1 = TLanes.Load(r + 8), r2 = TLanes.Load(r + 16),
                    r3 = TLanes.Load(r + 24);
                TDouble r4 = TLanes.Load(r + 32), r5 = TLanes.Load(r + 40), r6 = TLanes.Load(r + 48),
                    r7 = TLanes.Load(r + 56);
                TDouble i0 = TLanes.Load(i), i1 = TLanes.Load(i + 8), i2 = TLanes.Load(i + 16),
                    i3 = TLanes.Load(i + 24);
                TDouble i4 = TLanes.Load(i + 32), i5 = TLanes.Load(i + 40), i6 = TLanes.Load(i + 48),
                    i7 = TLanes.Load(i + 56);
                InverseButterfly(ref r0, ref i0, ref r1, ref i1, one, zero);
                InverseButterfly(ref r2, ref i2, ref r3, ref i3, one, zero);
                InverseButterfly(ref r4, ref i4, ref r5, ref i5, one, zero);
                InverseButterfly(ref r6, ref i6, ref r7, ref i7, one, zero);
                InverseButterfly(ref r0, ref i0, ref r2, ref i2, one, zero);
                InverseQuarterButterfly(ref r1, ref i1, ref r3, ref i3, one, zero);
                InverseButterfly(ref r4, ref i4, ref r6, ref i6, one, zero);
                InverseQuarterButterfly(ref r5, ref i5, ref r7, ref i7, one, zero);
                InverseButterfly(ref r0, ref i0, ref r4, ref i4, one, zero);
                InverseButterfly(ref r1, ref i1, ref r5, ref i5, eighth, eighth);
                InverseQuarterButterfly(ref r2, ref i2, ref r6, ref i6, one, zero);
                InverseQuarterButterfly(ref r3, ref i3, ref r7, ref i7, eighth, eighth);
                TLanes.StoreTransposed(re + group + (RowSize * row), r0, r1, r2, r3, r4, r5, r6, r7);
                TLanes.StoreTransposed(im + group + (RowSize * row), i0, i1, i2, i3, i4, i5, i6, i7);
            }
        }
    }

    /// <summary>Levels h = 4, 2, 1.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Groups(double* re, double* im, int points)
    {
        double* rows = stackalloc double[2 * GroupSize];
        TDouble one = TLanes.Broadcast(1), zero = TLanes.Broadcast(0), eighth = TLanes.Broadcast(double.CosPi(0.25));
        for (int group = 0; group < points; group += GroupSize)
        {
            Unsafe.CopyBlockUnaligned(rows, re + group, GroupSize * sizeof(double));
            Unsafe.CopyBlockUnaligned(rows + GroupSize, im + group, GroupSize * sizeof(double));
            for (int row = 0; row < RowSize; row += TLanes.Count)
            {
                TLanes.LoadTransposed(rows + (RowSize * row), out TDouble r0, out TDouble r1, out TDouble r2,
                    out TDouble r3, out TDouble r4, out TDouble r5, out TDouble r6, out TDouble r7);
                TLanes.LoadTransposed(rows + GroupSize + (RowSize * row), out TDouble i0, out TDouble i1,
                    out TDouble i2, out TDouble i3, out TDouble i4, out TDouble i5, out TDouble i6, out TDouble i7);
                Butterfly(ref r0, ref i0, ref r4, ref i4, one, zero);
                Butterfly(ref r1, ref i1, ref r5, ref i5, eighth, eighth);
                QuarterButterfly(ref r2, ref i2, ref r6, ref i6, one, zero);
                QuarterButterfly(ref r3, ref i3, ref r7, ref i7, eighth, eighth);
                Butterfly(ref r0, ref i0, ref r2, ref i2, one, zero);
                QuarterButterfly(ref r1, ref i1, ref r3, ref i3, one, zero);
                Butterfly(ref r4, ref i4, ref r6, ref i6, one, zero);
                QuarterButterfly(ref r5, ref i5, ref r7, ref i7, one, zero);
                Butterfly(ref r0, ref i0, ref r1, ref i1, one, zero);
                Butterfly(ref r2, ref i2, ref r3, ref i3, one, zero);
                Butterfly(ref r4, ref i4, ref r5, ref i5, one, zero);
                Butterfly(ref r6, ref i6, ref r7, ref i7, one, zero);
                double* to = re + group + row;
                Store(to, RowSize, r0, r1, r2, r3);
                Store(to + (4 * RowSize), RowSize, r4, r5, r6, r7);
                to = im + group + row;
                Store(to, RowSize, i0, i1, i2, i3);
                Store(to + (4 * RowSize), RowSize, i4, i5, i6, i7);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Untwist(double* re, double* im, double* twistRe, double* twistIm, int points, double factor)
    {
        TDouble scale = TLanes.Broadcast(factor);
        for (int n = 0; n < points; n += TLanes.Count)
        {
            TDouble wr = TLanes.Multiply(TLanes.Load(twistRe + n), scale),
                wi = TLanes.Multiply(TLanes.Load(twistIm + n), scale);
            TDouble xr = TLanes.Load(re + n), xi = TLanes.Load(im + n);
            TLanes.Store(TLanes.Add(TLanes.Multiply(xr, wr), TLanes.Multiply(xi, wi)), re + n);
            TLanes.Store(TLanes.Subtract(TLanes.Multiply(xi, wr), TLanes.Multiply(xr, wi)), im + n);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Twist(double* re, double* im, double* twistRe, double* twistIm, int points)
    {
        for (int n = 0; n < points; n += TLanes.Count)
        {
            TDouble wr = TLanes.Load(twistRe + n), wi = TLanes.Load(twistIm + n);
            TDouble xr = TLanes.Load(re + n), xi = TLanes.Load(im + n);
            TLanes.Store(TLanes.Subtract(TLanes.Multiply(xr, wr), TLanes.Multiply(xi, wi)), re + n);
            TLanes.Store(TLanes.Add(TLanes.Multiply(xi, wr), TLanes.Multiply(xr, wi)), im + n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(double* to, int h, TDouble x0, TDouble x1, TDouble x2, TDouble x3)
    {
        TLanes.Store(x0, to);
        TLanes.Store(x1, to + h);
        TLanes.Store(x2, to + (2 * h));
        TLanes.Store(x3, to + (3 * h));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(double* re, double* im, int h, TDouble ar, TDouble ai, TDouble br, TDouble bi)
    {
        TLanes.Store(ar, re);
        TLanes.Store(ai, im);
        TLanes.Store(br, re + h);
        TLanes.Store(bi, im + h);
    }
}
