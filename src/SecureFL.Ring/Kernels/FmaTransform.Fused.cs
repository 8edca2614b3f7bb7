using System.Runtime.CompilerServices;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// Passes that do more than a step of the transform: the first of a ternary polynomial, the product before the inverse
/// tail, the canonical last one.
/// </summary>
/// <remarks>
/// <para>
/// Bounds, in units of p and with T, e and the classes of primes as in the other part. Ternary first pass: an output is
/// a coefficient and up to three (radix 4) or seven (radix 8) centred roots, |x| &lt;= 1.5 or 3.5, and 1/p; integers
/// below 2^52 throughout, so every FMA is exact. Two to five radix-4 steps follow. Wide and middle: V' &lt;= 1/2 +
/// T(3.5) + T(3.5 + T(3.5)) &lt; 3.1 with sums below 6.1 &lt;= 8, the next below 2.9, and the tail below 6.7 &lt;= 8.
/// Narrow: four steps from 3.5 (N = 16384) or five from 1.5 (N = 32768) stay below 9.9, and the tail below 13 &lt;= 32.
/// </para>
/// <para>
/// Product of such values, or of residues, with centred ones. Wide: T(6.7) &lt; 1.76, reduced to 1/2, and the inverse
/// is as in the other part. Middle: T(6.7) &lt; 1.13; narrow: T(13) &lt; 1.11. Then 8V &lt; 9.1 &lt;= 16, the outputs
/// of the inverse tail are at most 4T(2V) &lt; 2.9, a step holds 4V below 11.6 &lt;= 16 and leaves 1 + 3V/8 &lt; 2.1.
/// </para>
/// <para>
/// Last pass, after at least two steps: V &lt; 2 (wide) or 2.1. Radix 4: sums 4V &lt;= 8 (strictly below, since V = 2
/// is only approached) or 8.4 &lt;= 16. Radix 8: levels of 2V, 4V; then wide and middle primes reduce the sums of four
/// and of their neighbours (4V, 2T(2V)), so that the last doubling is of 1/2, T(4V) and T(2T(2V)) and stays below 4;
/// narrow ones double 4V to 8V &lt; 16.8 &lt;= 32. What is stored is reduced and has |r| &lt;= p/2 + 2.
/// </para>
/// <para>
/// Addend: |e| &lt;= <see cref="RingKernel.MaxAddend"/> &lt; p/2 - 2, so |r + e| &lt; p and one conditional addition
/// makes it canonical; with doubles |x + e| &lt; 2^53.
/// </para>
/// </remarks>
internal static unsafe partial class FmaTransform<TLanes, TDouble, TWord>
{
    /// <summary>Centred factors of the ternary first pass.</summary>
    internal const int TernaryFactors = 21;

    /// <summary>
    /// The transform of a polynomial with coefficients -1, 0, 1, as <see cref="Forward"/>, |x| &lt; 13 p (p &lt; 2^48)
    /// or 6.7 p. <paramref name="factors"/> from <see cref="FmaRingKernel{TLanes, TDouble, TWord}"/>.
    /// </summary>
    internal static void ForwardTernary(int* small, double* x, int degree, double* factors, double* roots,
        double* tail, double p)
    {
        double inverse = 1.0 / p;
        int children = (System.Numerics.BitOperations.Log2((uint)degree) & 1) == 0 ? 8 : 4;
        int length = degree / children;
        if (children == 8)
        {
            TernaryRadix8(small, x, length, factors);
        }
        else
        {
            TernaryRadix4(small, x, length, factors);
        }

        for (int child = 0; child < children; child++)
        {
            ForwardBlock(x + (child * length), length, children + child, degree, roots, tail, p, inverse);
        }
    }

    /// <summary>
    /// words = N times the inverse transform of the products, plus the addend, canonical. Factors: one |v| &lt; 13 p (p
    /// &lt; 2^48) or 6.7 p, the other centred.
    /// </summary>
    internal static void InverseProduct(Factors factors, int* addend, ulong* words, int degree, double* roots,
        double* tail, double p)
    {
        double inverse = 1.0 / p;
        bool wide = p >= WideLimit;
        int children = (System.Numerics.BitOperations.Log2((uint)degree) & 1) == 0 ? 8 : 4;
        int length = degree / children;
        for (int child = 0; child < children; child++)
        {
            InverseBlock(factors.Skip(child * length), (double*)words + (child * length), length, children + child,
                degree, roots, tail, p, inverse, wide);
        }

        if (children == 8)
        {
            LastRadix8(words, addend, length, roots, p, inverse);
        }
        else
        {
            LastRadix4(words, addend, length, roots, p, inverse);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void TernaryRadix4(int* small, double* x, int stride, double* factors)
    {
        TDouble w1 = TLanes.Broadcast(factors[0]);
        TDouble w2 = TLanes.Broadcast(factors[1]), w21 = TLanes.Broadcast(factors[2]);
        TDouble w3 = TLanes.Broadcast(factors[3]), w31 = TLanes.Broadcast(factors[4]);
        for (double* end = x + stride; x < end; x += TLanes.Count, small += TLanes.Count)
        {
            TDouble x0 = TLanes.LoadIntegers(small), x1 = TLanes.LoadIntegers(small + stride);
            TDouble x2 = TLanes.LoadIntegers(small + (2 * stride)), x3 = TLanes.LoadIntegers(small + (3 * stride));
            TDouble plus = TLanes.MultiplyAdd(x2, w1, x0), minus = TLanes.NegateMultiplyAdd(x2, w1, x0);
            TDouble y2 = TLanes.MultiplyAdd(x3, w21, TLanes.Multiply(x1, w2));
            TDouble y3 = TLanes.MultiplyAdd(x3, w31, TLanes.Multiply(x1, w3));
            TLanes.Store(TLanes.Add(plus, y2), x);
            TLanes.Store(TLanes.Subtract(plus, y2), x + stride);
            TLanes.Store(TLanes.Add(minus, y3), x + (2 * stride));
            TLanes.Store(TLanes.Subtract(minus, y3), x + (3 * stride));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void TernaryRadix8(int* small, double* x, int stride, double* factors)
    {
        TDouble w1 = TLanes.Broadcast(factors[0]);
        TDouble w2 = TLanes.Broadcast(factors[1]), w21 = TLanes.Broadcast(factors[2]);
        TDouble w3 = TLanes.Broadcast(factors[3]), w31 = TLanes.Broadcast(factors[4]);
        for (double* end = x + stride; x < end; x += TLanes.Count, small += TLanes.Count)
        {
            TDouble x0 = TLanes.LoadIntegers(small), x4 = TLanes.LoadIntegers(small + (4 * stride));
            TDouble x2 = TLanes.LoadIntegers(small + (2 * stride)), x6 = TLanes.LoadIntegers(small + (6 * stride));
            TDouble plus = TLanes.MultiplyAdd(x4, w1, x0), minus = TLanes.NegateMultiplyAdd(x4, w1, x0);
            TDouble y2 = TLanes.MultiplyAdd(x6, w21, TLanes.Multiply(x2, w2));
            TDouble y3 = TLanes.MultiplyAdd(x6, w31, TLanes.Multiply(x2, w3));
            TDouble x1 = TLanes.LoadIntegers(small + stride), x5 = TLanes.LoadIntegers(small + (5 * stride));
            TDouble x3 = TLanes.LoadIntegers(small + (3 * stride)), x7 = TLanes.LoadIntegers(small + (7 * stride));
            StoreSumAndDifference(TLanes.Add(plus, y2), OddPart(x1, x3, x5, x7, factors + 5), x, stride);
            StoreSumAndDifference(TLanes.Subtract(plus, y2), OddPart(x1, x3, x5, x7, factors + 9),
                x + (2 * stride), stride);
            StoreSumAndDifference(TLanes.Add(minus, y3), OddPart(x1, x3, x5, x7, factors + 13),
                x + (4 * stride), stride);
            StoreSumAndDifference(TLanes.Subtract(minus, y3), OddPart(x1, x3, x5, x7, factors + 17),
                x + (6 * stride), stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TDouble OddPart(TDouble x1, TDouble x3, TDouble x5, TDouble x7, double* factors)
    {
        TDouble left = TLanes.MultiplyAdd(x5, TLanes.Broadcast(factors[1]),
            TLanes.Multiply(x1, TLanes.Broadcast(factors[0])));
        TDouble right = TLanes.MultiplyAdd(x7, TLanes.Broadcast(factors[3]),
            TLanes.Multiply(x3, TLanes.Broadcast(factors[2])));
        return TLanes.Add(left, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSumAndDifference(TDouble a, TDouble b, double* x, int stride)
    {
        TLanes.Store(TLanes.Add(a, b), x);
        TLanes.Store(TLanes.Subtract(a, b), x + stride);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void LastRadix4(ulong* words, int* addend, int stride, double* roots, double modulus,
        double inverseModulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(inverseModulus);
        TWord wordP = TLanes.BroadcastWord((ulong)modulus);
        TDouble w1 = TLanes.Broadcast(roots[1]), w2 = TLanes.Broadcast(roots[2]), w3 = TLanes.Broadcast(roots[3]);
        for (ulong* end = words + stride; words < end; words += TLanes.Count, addend += TLanes.Count)
        {
            double* x = (double*)words;
            TDouble x0 = TLanes.Load(x), x1 = TLanes.Load(x + stride), x2 = TLanes.Load(x + (2 * stride)),
                x3 = TLanes.Load(x + (3 * stride));
            (x0, x1) = (TLanes.Add(x0, x1), TLanes.Subtract(x0, x1));
            (x2, x3) = (TLanes.Add(x2, x3), TLanes.Subtract(x2, x3));
            MultiplyMod2(ref x1, w2, ref x3, w3, p, inverse);
            (x0, x2) = (TLanes.Add(x0, x2), TLanes.Subtract(x0, x2));
            (x1, x3) = (TLanes.Add(x1, x3), TLanes.Subtract(x1, x3));
            MultiplyMod2(ref x2, w1, ref x3, w1, p, inverse);
            StoreCanonical(x0, addend, words, p, wordP, inverse);
            StoreCanonical(x1, addend + stride, words + stride, p, wordP, inverse);
            StoreCanonical(x2, addend + (2 * stride), words + (2 * stride), p, wordP, inverse);
            StoreCanonical(x3, addend + (3 * stride), words + (3 * stride), p, wordP, inverse);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void LastRadix8(ulong* words, int* addend, int stride, double* roots, double modulus,
        double inverseModulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(inverseModulus);
        bool narrow = modulus < NarrowLimit;
        TWord wordP = TLanes.BroadcastWord((ulong)modulus);
        TDouble w1 = TLanes.Broadcast(roots[1]), w2 = TLanes.Broadcast(roots[2]), w3 = TLanes.Broadcast(roots[3]);
        TDouble w4 = TLanes.Broadcast(roots[4]), w5 = TLanes.Broadcast(roots[5]), w6 = TLanes.Broadcast(roots[6]),
            w7 = TLanes.Broadcast(roots[7]);
        for (ulong* end = words + stride; words < end; words += TLanes.Count, addend += TLanes.Count)
        {
            double* x = (double*)words;
            TDouble x0 = TLanes.Load(x), x1 = TLanes.Load(x + stride), x2 = TLanes.Load(x + (2 * stride)),
                x3 = TLanes.Load(x + (3 * stride));
            TDouble x4 = TLanes.Load(x + (4 * stride)), x5 = TLanes.Load(x + (5 * stride)),
                x6 = TLanes.Load(x + (6 * stride)), x7 = TLanes.Load(x + (7 * stride));
            (x0, x1) = (TLanes.Add(x0, x1), TLanes.Subtract(x0, x1));
            (x2, x3) = (TLanes.Add(x2, x3), TLanes.Subtract(x2, x3));
            (x4, x5) = (TLanes.Add(x4, x5), TLanes.Subtract(x4, x5));
            (x6, x7) = (TLanes.Add(x6, x7), TLanes.Subtract(x6, x7));
            MultiplyMod4(ref x1, w4, ref x3, w5, ref x5, w6, ref x7, w7, p, inverse);
            (x0, x2) = (TLanes.Add(x0, x2), TLanes.Subtract(x0, x2));
            (x1, x3) = (TLanes.Add(x1, x3), TLanes.Subtract(x1, x3));
            (x4, x6) = (TLanes.Add(x4, x6), TLanes.Subtract(x4, x6));
            (x5, x7) = (TLanes.Add(x5, x7), TLanes.Subtract(x5, x7));
            MultiplyMod4(ref x2, w2, ref x3, w2, ref x6, w3, ref x7, w3, p, inverse);
            if (!narrow)
            {
                (x0, x1) = (Reduce(x0, p, inverse), Reduce(x1, p, inverse));
                (x4, x5) = (Reduce(x4, p, inverse), Reduce(x5, p, inverse));
            }

            (x0, x4) = (TLanes.Add(x0, x4), TLanes.Subtract(x0, x4));
            (x1, x5) = (TLanes.Add(x1, x5), TLanes.Subtract(x1, x5));
            (x2, x6) = (TLanes.Add(x2, x6), TLanes.Subtract(x2, x6));
            (x3, x7) = (TLanes.Add(x3, x7), TLanes.Subtract(x3, x7));
            MultiplyMod4(ref x4, w1, ref x5, w1, ref x6, w1, ref x7, w1, p, inverse);
            StoreCanonical(x0, addend, words, p, wordP, inverse);
            StoreCanonical(x1, addend + stride, words + stride, p, wordP, inverse);
            StoreCanonical(x2, addend + (2 * stride), words + (2 * stride), p, wordP, inverse);
            StoreCanonical(x3, addend + (3 * stride), words + (3 * stride), p, wordP, inverse);
            StoreCanonical(x4, addend + (4 * stride), words + (4 * stride), p, wordP, inverse);
            StoreCanonical(x5, addend + (5 * stride), words + (5 * stride), p, wordP, inverse);
            StoreCanonical(x6, addend + (6 * stride), words + (6 * stride), p, wordP, inverse);
            StoreCanonical(x7, addend + (7 * stride), words + (7 * stride), p, wordP, inverse);
        }
    }

    /// <summary>
    /// x + e, canonical, for |e| &lt;= <see cref="RingKernel.MaxAddend"/>: with 64-bit arithmetic at hand the sum of
    /// the centred residue and e is raised by p, if negative, as an integer.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreCanonical(TDouble x, int* addend, ulong* words, TDouble p, TWord wordP, TDouble inverse)
    {
        if (TLanes.HasMultiplyLow)
        {
            TWord sum = TLanes.AddWord(TLanes.ToSignedWord(Reduce(x, p, inverse)), TLanes.LoadSigned(addend));
            TLanes.StoreWord(TLanes.MinUnsigned(sum, TLanes.AddWord(sum, wordP)), words);
        }
        else
        {
            TLanes.StoreWord(TLanes.ToWord(Canonical(TLanes.Add(x, TLanes.LoadIntegers(addend)), p, inverse)), words);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void InverseTail(Factors factors, double* x, int groups, double* tail, double modulus,
        double inverseModulus, bool wide)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(inverseModulus);
        double* rows = stackalloc double[FmaTables.GroupSize];
        for (; groups > 0; groups--, x += FmaTables.GroupSize, tail += FmaTables.TailRootsPerGroup)
        {
            Lookahead.Fetch(tail + (Lookahead.Groups * FmaTables.TailRootsPerGroup), FmaTables.TailRootsPerGroup);
            double* source = x;
            if (factors.Right is not null)
            {
                Lookahead.Fetch(factors.Right + (Lookahead.Groups * FmaTables.GroupSize), FmaTables.GroupSize);
            }

            if (TLanes.Count < 8)
            {
                source = rows;
                if (factors.Right is not null)
                {
                    Product(factors, rows, p, inverse, wide);
                    factors = factors.Skip(FmaTables.GroupSize);
                }
                else
                {
                    Unsafe.CopyBlockUnaligned(rows, x, FmaTables.GroupSize * sizeof(double));
                }
            }

            for (int row = 0; row < 8; row += TLanes.Count)
            {
                double* w = tail + row;
                double* from = source + row;
                TDouble c0, c1, c2, c3, c4, c5, c6, c7;
                if (TLanes.Count == 8 && factors.Right is not null)
                {
                    (c0, c1, c2, c3) = (factors.Load(0), factors.Load(8), factors.Load(16), factors.Load(24));
                    Multiply4(ref c0, ref c1, ref c2, ref c3, factors.Right, p, inverse, wide);
                    (c4, c5, c6, c7) = (factors.Load(32), factors.Load(40), factors.Load(48), factors.Load(56));
                    Multiply4(ref c4, ref c5, ref c6, ref c7, factors.Right + 32, p, inverse, wide);
                    factors = factors.Skip(FmaTables.GroupSize);
                }
                else
                {
                    (c0, c1, c2, c3) = (TLanes.Load(from), TLanes.Load(from + 8), TLanes.Load(from + 16),
                        TLanes.Load(from + 24));
                    (c4, c5, c6, c7) = (TLanes.Load(from + 32), TLanes.Load(from + 40), TLanes.Load(from + 48),
                        TLanes.Load(from + 56));
                }

                (c0, c1) = (TLanes.Add(c0, c1), TLanes.Subtract(c0, c1));
                (c2, c3) = (TLanes.Add(c2, c3), TLanes.Subtract(c2, c3));
                (c4, c5) = (TLanes.Add(c4, c5), TLanes.Subtract(c4, c5));
                (c6, c7) = (TLanes.Add(c6, c7), TLanes.Subtract(c6, c7));
                MultiplyMod4(
                    ref c1, TLanes.Load(w + 24), ref c3, TLanes.Load(w + 32), ref c5, TLanes.Load(w + 40), ref c7,
                    TLanes.Load(w + 48), p, inverse);
                (c0, c2) = (TLanes.Add(c0, c2), TLanes.Subtract(c0, c2));
                (c1, c3) = (TLanes.Add(c1, c3), TLanes.Subtract(c1, c3));
                (c4, c6) = (TLanes.Add(c4, c6), TLanes.Subtract(c4, c6));
                (c5, c7) = (TLanes.Add(c5, c7), TLanes.Subtract(c5, c7));
                TDouble root = TLanes.Load(w + 8);
                TDouble otherRoot = TLanes.Load(w + 16);
                MultiplyMod4(ref c2, root, ref c3, root, ref c6, otherRoot, ref c7, otherRoot, p, inverse);
                (c0, c4) = (TLanes.Add(c0, c4), TLanes.Subtract(c0, c4));
                (c1, c5) = (TLanes.Add(c1, c5), TLanes.Subtract(c1, c5));
                (c2, c6) = (TLanes.Add(c2, c6), TLanes.Subtract(c2, c6));
                (c3, c7) = (TLanes.Add(c3, c7), TLanes.Subtract(c3, c7));
                root = TLanes.Load(w);
                MultiplyMod4(ref c4, root, ref c5, root, ref c6, root, ref c7, root, p, inverse);
                c0 = Reduce(c0, p, inverse);
                if (wide)
                {
                    c1 = Reduce(c1, p, inverse);
                    c2 = Reduce(c2, p, inverse);
                }

                TLanes.StoreTransposed(x + (8 * row), c0, c1, c2, c3, c4, c5, c6, c7);
            }
        }
    }

    /// <summary>64 products, four vectors at once.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Product(Factors factors, double* to, TDouble p, TDouble inverse, bool wide)
    {
        for (int i = 0; i < FmaTables.GroupSize; i += 4 * TLanes.Count)
        {
            TDouble a = factors.Load(i), b = factors.Load(i + TLanes.Count);
            TDouble c = factors.Load(i + (2 * TLanes.Count)), d = factors.Load(i + (3 * TLanes.Count));
            Multiply4(ref a, ref b, ref c, ref d, factors.Right + i, p, inverse, wide);
            TLanes.Store(a, to + i);
            TLanes.Store(b, to + i + TLanes.Count);
            TLanes.Store(c, to + i + (2 * TLanes.Count));
            TLanes.Store(d, to + i + (3 * TLanes.Count));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply4(ref TDouble a, ref TDouble b, ref TDouble c, ref TDouble d, double* right, TDouble p,
        TDouble inverse, bool wide)
    {
        int next = TLanes.Count;
        MultiplyMod4(
            ref a, TLanes.Load(right), ref b, TLanes.Load(right + next), ref c, TLanes.Load(right + (2 * next)), ref d,
            TLanes.Load(right + (3 * next)), p, inverse);
        if (wide)
        {
            (a, b) = (Reduce(a, p, inverse), Reduce(b, p, inverse));
            (c, d) = (Reduce(c, p, inverse), Reduce(d, p, inverse));
        }
    }

    /// <summary>
    /// The operands of a product by values: words or doubles on the left, centred doubles on the right. The default
    /// stands for no product.
    /// </summary>
    internal readonly struct Factors(ulong* words, double* values, double* right)
    {
        internal double* Right { get; } = right;

        internal Factors Skip(int count) => Right is null ? default
            : new(words is null ? null : words + count, values is null ? null : values + count, Right + count);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal TDouble Load(int at) => words is null ? TLanes.Load(values + at)
            : TLanes.ToDouble(TLanes.LoadWord(words + at));
    }
}
