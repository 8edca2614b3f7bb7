using System.Runtime.CompilerServices;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// The negacyclic number-theoretic transform on exact integers in doubles, for primes p &lt; 2^50, in signed lazily
/// reduced form. Radix 4, depth first; the last three levels in registers after one transpose of 8 x 8 values.
/// </summary>
/// <remarks>
/// <para>
/// Product. For integers v, w with |v| &lt;= 2^53, |w| &lt;= p/2: h = fl(vw), l = vw - h (exact by FMA), k = round(fl(h
/// * fl(1/p))), r = fl(h - kp) + l. fl(h/p) is off by at most 3 * 2^-53 * |vw/p| &lt;= 1.5 |v| 2^-53, so |vw - kp|
/// &lt;= p T(|v|) with T(v) = 1/2 + 1.5 v 2^-53 (terms of second order, 2^-52 of that, vanish beside p being below its
/// power of two by more than 2^-38 of itself).
/// |h| &lt;= 2^102, so |l| &lt;= 2^48 and |h - kp| &lt;= 2p + 2^48 &lt; 2^53, and h - kp is an integer: the FMA that
/// forms it is exact, and so is the sum with l. r = vw mod p exactly.
/// </para>
/// <para>
/// Bounds v are in units of p from here on: T(v) = 1/2 + e v with e = 1.5 p 2^-53, and everything stays an exact
/// integer while v p &lt;= 2^53. Three classes of primes:
/// wide, 2^49 &lt; p &lt; 2^50: e = 3/16, v &lt;= 8; middle, 2^48 &lt; p &lt; 2^49: e = 3/32, v &lt;= 16; narrow, p
/// &lt; 2^48: e = 3/64, v &lt;= 32.
/// <see cref="Reduce"/> brings |x| &lt;= 32 to 1/2 (1 + 2^-46), and |x| &lt;= 2^51 to at most (p - 1)/2: the quotient
/// is off by less than 1/(2p), the distance of x/p from a tie. That is what makes the second operand of a product
/// centred.
/// </para>
/// <para>
/// Forward, wide and middle: a radix-4 step reduces its first input and multiplies the others, V' = 1/2 + T(V) + T(V +
/// T(V)) &lt;= 1.6 + 0.42 V, so V &lt;= 2.72 from V = 1 or from
/// 1 + T(1), and no sum exceeds 5. The tail adds three products: V -> V + T(V), thrice, from 2.72 to less than 6.4
/// &lt;= 8. Forward, narrow: nothing is reduced, V' = V + T(V) + T(V + T(V)) &lt;= 1.03 + 1.1 V. At most six steps from
/// V = 1 (N = 32768), or five from 1 + T(1) (N = 16384), stay below 9.9, and the tail below 13 &lt;= 32. Small
/// polynomials |s| &lt; 2^23 are at most p, or else p &lt; 2^23, e &lt; 2^-29, and |x| &lt; 2^23 + 9p is nothing
/// against 2^53.
/// </para>
/// <para>
/// Inverse tail from V = T(1) &lt; 0.69 (see the other part for products of larger values): sums of eight, 8V &lt; 5.6.
/// Outputs, in order: 8V, 4T(2V), 2T(4V), 2T(2T(2V)), and T of those. Output 0 is reduced, for wide primes 1 and 2 too:
/// what is left is below 1.6 (wide) or 2.5. Inverse step: outputs 4V (always reduced), 2T(2V) (reduced if wide), T(4V),
/// T(2T(2V)). Wide: V' = T(4V) = 1/2 + 3V/4 &lt; 2 for V &lt; 2, so 4V &lt; 8. Others: V' = max(2T(2V), T(4V)) = 1 +
/// 3V/8 &lt; 2.5 for V &lt; 2.5, so 4V &lt; 10 &lt; 16. A last radix-2 step doubles: below 4 &lt; 8 or 5 &lt; 16.
/// </para>
/// </remarks>
internal static unsafe partial class FmaTransform<TLanes, TDouble, TWord>
    where TLanes : struct, ILanes<TDouble, TWord>
    where TDouble : struct
    where TWord : struct
{
    // 2048 doubles, 16 KB: data and roots of the rest of the tree stay in the first-level cache.
    private const int DepthFirstLength = 2048;

    // Below it the forward transform reduces nothing; from 2^49 on the inverse reduces more.
    private const long NarrowLimit = 1L << 48;
    private const long WideLimit = 1L << 49;

    /// <summary>
    /// In: |x| &lt;= p (or 2^23, for p &lt; 2^23), natural order. Out: |x| &lt; 6.4 p, or 13 p if 2^23 &lt; p &lt;
    /// 2^48; evaluation order.
    /// </summary>
    internal static void Forward(double* x, int degree, double* roots, double* tail, double p)
    {
        double inverse = 1.0 / p;
        if ((System.Numerics.BitOperations.Log2((uint)degree) & 1) == 0)
        {
            ForwardRadix2(x, degree / 2, roots[1], p, inverse);
            ForwardBlock(x, degree / 2, 2, degree, roots, tail, p, inverse);
            ForwardBlock(x + (degree / 2), degree / 2, 3, degree, roots, tail, p, inverse);
        }
        else
        {
            ForwardBlock(x, degree, 1, degree, roots, tail, p, inverse);
        }
    }

    /// <summary>
    /// In: |x| &lt;= T(1) p, evaluation order. Out: |x| &lt; 8 p, natural order, N times the inverse transform.
    /// </summary>
    internal static void InverseUnscaled(double* x, int degree, double* roots, double* tail, double p)
    {
        double inverse = 1.0 / p;
        bool wide = p >= WideLimit;
        if ((System.Numerics.BitOperations.Log2((uint)degree) & 1) == 0)
        {
            InverseBlock(default, x, degree / 2, 2, degree, roots, tail, p, inverse, wide);
            InverseBlock(default, x + (degree / 2), degree / 2, 3, degree, roots, tail, p, inverse, wide);
            InverseRadix2(x, degree / 2, roots[1], p, inverse);
        }
        else
        {
            InverseBlock(default, x, degree, 1, degree, roots, tail, p, inverse, wide);
        }
    }

    /// <summary>v*w mod p in signed lazy form; see the type's remarks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TDouble MultiplyMod(TDouble v, TDouble w, TDouble p, TDouble inverse)
    {
        TDouble h = TLanes.Multiply(v, w);
        TDouble l = TLanes.MultiplySubtract(v, w, h);
        TDouble k = TLanes.Round(TLanes.Multiply(h, inverse));
        return TLanes.Add(TLanes.NegateMultiplyAdd(k, p, h), l);
    }

    /// <summary>
    /// Two products at once, interleaved: one chain alone leaves the units idle for most of its latency.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplyMod2(ref TDouble a, TDouble wa, ref TDouble b, TDouble wb, TDouble p, TDouble inverse)
    {
        TDouble ha = TLanes.Multiply(a, wa);
        TDouble hb = TLanes.Multiply(b, wb);
        TDouble ka = TLanes.Multiply(ha, inverse);
        TDouble kb = TLanes.Multiply(hb, inverse);
        a = TLanes.MultiplySubtract(a, wa, ha);
        b = TLanes.MultiplySubtract(b, wb, hb);
        ka = TLanes.Round(ka);
        kb = TLanes.Round(kb);
        ha = TLanes.NegateMultiplyAdd(ka, p, ha);
        hb = TLanes.NegateMultiplyAdd(kb, p, hb);
        a = TLanes.Add(ha, a);
        b = TLanes.Add(hb, b);
    }

    /// <summary>Four products at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void MultiplyMod4(
        ref TDouble a, TDouble wa, ref TDouble b, TDouble wb, ref TDouble c, TDouble wc, ref TDouble d, TDouble wd,
        TDouble p, TDouble inverse)
    {
        TDouble ha = TLanes.Multiply(a, wa);
        TDouble hb = TLanes.Multiply(b, wb);
        TDouble hc = TLanes.Multiply(c, wc);
        TDouble hd = TLanes.Multiply(d, wd);
        TDouble ka = TLanes.Multiply(ha, inverse);
        TDouble kb = TLanes.Multiply(hb, inverse);
        TDouble kc = TLanes.Multiply(hc, inverse);
        TDouble kd = TLanes.Multiply(hd, inverse);
        ka = TLanes.Round(ka);
        kb = TLanes.Round(kb);
        kc = TLanes.Round(kc);
        kd = TLanes.Round(kd);
        a = TLanes.MultiplySubtract(a, wa, ha);
        b = TLanes.MultiplySubtract(b, wb, hb);
        c = TLanes.MultiplySubtract(c, wc, hc);
        d = TLanes.MultiplySubtract(d, wd, hd);
        ha = TLanes.NegateMultiplyAdd(ka, p, ha);
        hb = TLanes.NegateMultiplyAdd(kb, p, hb);
        hc = TLanes.NegateMultiplyAdd(kc, p, hc);
        hd = TLanes.NegateMultiplyAdd(kd, p, hd);
        a = TLanes.Add(ha, a);
        b = TLanes.Add(hb, b);
        c = TLanes.Add(hc, c);
        d = TLanes.Add(hd, d);
    }

    /// <summary>
    /// To |x| &lt;= p/2 + |x| 2^-52, for |x| &lt;= 2^53; exactly to |x| &lt;= (p - 1)/2 for |x| &lt;= 2^51.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TDouble Reduce(TDouble x, TDouble p, TDouble inverse) =>
        TLanes.NegateMultiplyAdd(TLanes.Round(TLanes.Multiply(x, inverse)), p, x);

    /// <summary>To 0..p-1, for |x| &lt;= 2^53.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TDouble Canonical(TDouble x, TDouble p, TDouble inverse) =>
        TLanes.AddIfNegative(Reduce(x, p, inverse), p);

    private static void ForwardBlock(double* x, int length, int node, int degree, double* roots, double* tail, double p,
        double inverse)
    {
        if (length > DepthFirstLength)
        {
            ForwardRadix4(x, length / 4, 1, node, roots, p, inverse);
            for (int child = 0; child < 4; child++)
            {
                ForwardBlock(x + (child * (length / 4)), length / 4, (4 * node) + child, degree, roots, tail,
                    p, inverse);
            }

            return;
        }

        ForwardLevels(x, length, node, roots, p, inverse);
        // Node n of the level with blocks of eight values is at index n - N/8 among them; eight such nodes make a group
        // of 64.
        int group = ((node * (length / 8)) - (degree / 8)) / 8;
        ForwardTail(x, length / FmaTables.GroupSize, tail + (group * FmaTables.TailRootsPerGroup), p, inverse);
    }

    /// <summary>The levels of a block above the last three.</summary>
    private static void ForwardLevels(double* x, int length, int node, double* roots, double p, double inverse)
    {
        int blocks = 1;
        for (int block = length; block > 8; block /= 4, blocks *= 4)
        {
            ForwardRadix4(x, block / 4, blocks, node * blocks, roots, p, inverse);
        }
    }

    private static void InverseBlock(Factors factors, double* x, int length, int node, int degree, double* roots,
        double* tail, double p, double inverse, bool wide)
    {
        if (length > DepthFirstLength)
        {
            for (int child = 0; child < 4; child++)
            {
                InverseBlock(factors.Skip(child * (length / 4)), x + (child * (length / 4)), length / 4,
                    (4 * node) + child, degree, roots, tail, p, inverse, wide);
            }

            InverseRadix4(x, length / 4, 1, node, roots, p, inverse, wide);
            return;
        }

        int group = ((node * (length / 8)) - (degree / 8)) / 8;
        InverseTail(factors, x, length / FmaTables.GroupSize, tail + (group * FmaTables.TailRootsPerGroup), p,
            inverse, wide);
        int blocks = length / 32;
        for (int block = 32; block <= length; block *= 4, blocks /= 4)
        {
            InverseRadix4(x, block / 4, blocks, node * blocks, roots, p, inverse, wide);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ForwardRadix2(double* x, int stride, double root, double modulus, double inverseModulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(inverseModulus);
        TDouble w = TLanes.Broadcast(root);
        for (double* end = x + stride; x < end; x += TLanes.Count)
        {
            TDouble a = TLanes.Load(x);
            TDouble b = MultiplyMod(TLanes.Load(x + stride), w, p, inverse);
            TLanes.Store(TLanes.Add(a, b), x);
            TLanes.Store(TLanes.Subtract(a, b), x + stride);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void InverseRadix2(double* x, int stride, double root, double modulus, double inverseModulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(inverseModulus);
        TDouble w = TLanes.Broadcast(root);
        for (double* end = x + stride; x < end; x += TLanes.Count)
        {
            TDouble a = TLanes.Load(x);
            TDouble b = TLanes.Load(x + stride);
            TLanes.Store(TLanes.Add(a, b), x);
            TLanes.Store(MultiplyMod(TLanes.Subtract(a, b), w, p, inverse), x + stride);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ForwardRadix4(double* x, int stride, int blocks, int node, double* roots, double modulus,
        double inverseModulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(inverseModulus);
        bool narrow = modulus < NarrowLimit;
        for (; blocks > 0; blocks--, node++, x += 3 * stride)
        {
            TDouble w1 = TLanes.Broadcast(roots[node]);
            TDouble w2 = TLanes.Broadcast(roots[2 * node]);
            TDouble w3 = TLanes.Broadcast(roots[(2 * node) + 1]);
            for (double* end = x + stride; x < end; x += TLanes.Count)
            {
                TDouble x2 = TLanes.Load(x + (2 * stride));
                TDouble x3 = TLanes.Load(x + (3 * stride));
                MultiplyMod2(ref x2, w1, ref x3, w1, p, inverse);
                TDouble x0 = narrow ? TLanes.Load(x) : Reduce(TLanes.Load(x), p, inverse);
                TDouble x1 = TLanes.Load(x + stride);
                TDouble y1 = TLanes.Add(x1, x3);
                TDouble y3 = TLanes.Subtract(x1, x3);
                MultiplyMod2(ref y1, w2, ref y3, w3, p, inverse);
                TDouble y0 = TLanes.Add(x0, x2);
                TDouble y2 = TLanes.Subtract(x0, x2);
                TLanes.Store(TLanes.Add(y0, y1), x);
                TLanes.Store(TLanes.Subtract(y0, y1), x + stride);
                TLanes.Store(TLanes.Add(y2, y3), x + (2 * stride));
                TLanes.Store(TLanes.Subtract(y2, y3), x + (3 * stride));
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void InverseRadix4(double* x, int stride, int blocks, int node, double* roots, double modulus,
        double inverseModulus, bool wide)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(inverseModulus);
        for (; blocks > 0; blocks--, node++, x += 3 * stride)
        {
            TDouble w1 = TLanes.Broadcast(roots[node]);
            TDouble w2 = TLanes.Broadcast(roots[2 * node]);
            TDouble w3 = TLanes.Broadcast(roots[(2 * node) + 1]);
            for (double* end = x + stride; x < end; x += TLanes.Count)
            {
                TDouble x0 = TLanes.Load(x);
                TDouble x1 = TLanes.Load(x + stride);
                TDouble x2 = TLanes.Load(x + (2 * stride));
                TDouble x3 = TLanes.Load(x + (3 * stride));
                TDouble y1 = TLanes.Subtract(x0, x1);
                TDouble y3 = TLanes.Subtract(x2, x3);
                TDouble y0 = TLanes.Add(x0, x1);
                TDouble y2 = TLanes.Add(x2, x3);
                MultiplyMod2(ref y1, w2, ref y3, w3, p, inverse);
                TLanes.Store(Reduce(TLanes.Add(y0, y2), p, inverse), x);
                TDouble sum = TLanes.Add(y1, y3);
                TDouble z2 = TLanes.Subtract(y0, y2);
                TDouble z3 = TLanes.Subtract(y1, y3);
                MultiplyMod2(ref z2, w1, ref z3, w1, p, inverse);
                TLanes.Store(wide ? Reduce(sum, p, inverse) : sum, x + stride);
                TLanes.Store(z2, x + (2 * stride));
                TLanes.Store(z3, x + (3 * stride));
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ForwardTail(double* x, int groups, double* tail, double modulus, double inverseModulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(inverseModulus);
        double* rows = stackalloc double[FmaTables.GroupSize];
        for (; groups > 0; groups--, x += FmaTables.GroupSize, tail += FmaTables.TailRootsPerGroup)
        {
            Lookahead.Fetch(tail + (Lookahead.Groups * FmaTables.TailRootsPerGroup), FmaTables.TailRootsPerGroup);
            for (int row = 0; row < 8; row += TLanes.Count)
            {
                TLanes.LoadTransposed(x + (8 * row), out TDouble c0, out TDouble c1, out TDouble c2, out TDouble c3,
                    out TDouble c4, out TDouble c5, out TDouble c6, out TDouble c7);
                double* w = tail + row;
                double* to = (TLanes.Count == 8 ? x : rows) + row;
                TDouble root = TLanes.Load(w);
                MultiplyMod4(ref c4, root, ref c5, root, ref c6, root, ref c7, root, p, inverse);
                (c0, c4) = (TLanes.Add(c0, c4), TLanes.Subtract(c0, c4));
                (c1, c5) = (TLanes.Add(c1, c5), TLanes.Subtract(c1, c5));
                (c2, c6) = (TLanes.Add(c2, c6), TLanes.Subtract(c2, c6));
                (c3, c7) = (TLanes.Add(c3, c7), TLanes.Subtract(c3, c7));
                root = TLanes.Load(w + 8);
                TDouble otherRoot = TLanes.Load(w + 16);
                MultiplyMod4(ref c2, root, ref c3, root, ref c6, otherRoot, ref c7, otherRoot, p, inverse);
                (c0, c2) = (TLanes.Add(c0, c2), TLanes.Subtract(c0, c2));
                (c1, c3) = (TLanes.Add(c1, c3), TLanes.Subtract(c1, c3));
                (c4, c6) = (TLanes.Add(c4, c6), TLanes.Subtract(c4, c6));
                (c5, c7) = (TLanes.Add(c5, c7), TLanes.Subtract(c5, c7));
                MultiplyMod4(
                    ref c1, TLanes.Load(w + 24), ref c3, TLanes.Load(w + 32), ref c5, TLanes.Load(w + 40), ref c7,
                    TLanes.Load(w + 48), p, inverse);
                TLanes.Store(TLanes.Add(c0, c1), to);
                TLanes.Store(TLanes.Subtract(c0, c1), to + 8);
                TLanes.Store(TLanes.Add(c2, c3), to + 16);
                TLanes.Store(TLanes.Subtract(c2, c3), to + 24);
                TLanes.Store(TLanes.Add(c4, c5), to + 32);
                TLanes.Store(TLanes.Subtract(c4, c5), to + 40);
                TLanes.Store(TLanes.Add(c6, c7), to + 48);
                TLanes.Store(TLanes.Subtract(c6, c7), to + 56);
            }

            if (TLanes.Count < 8)
            {
                Unsafe.CopyBlockUnaligned(x, rows, FmaTables.GroupSize * sizeof(double));
            }
        }
    }
}
