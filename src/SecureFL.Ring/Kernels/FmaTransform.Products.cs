using System.Runtime.CompilerServices;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// The forward transform of degree 4096 that begins with words and ends in products: neither its input as doubles nor
/// its values touch memory. For eight lanes, whose rows are those of packed words.
/// </summary>
/// <remarks>
/// Product. Values are |v| &lt;= 6.4 p, or 13 p for p &lt; 2^48; words w are below 2^bits &lt; 2 p, neither centred nor
/// sure to be below the prime; a sum s is |s| &lt;= 2.7 p. k = round(fl(fl(v/p) w + fl(s/p))): fl(v/p) takes two
/// roundings, so k is off by at most v w 2^-52 / p, which is 1.6 for w &lt; 2^50 and v = 6.4 p and 0.9 for w &lt; 2^48
/// and v = 13 p, and by 1 for the roundings of the fused sum, below 2^53, and of k. vw = h + l exactly, |l| &lt;= 2^49
/// and at most p/2; |h - kp| &lt;= 2.7 p + |s| + |l| &lt; 6 p &lt; 2^53, so that FMA is exact, and so are the sums with
/// l, below 5.5 p, and with s: below 2.7 p again.
/// </remarks>
internal static unsafe partial class FmaTransform<TLanes, TDouble, TWord>
{
    /// <summary>Length of the blocks that <see cref="ForwardBlockLevels"/> takes: half of 4096.</summary>
    internal const int ProductBlock = DepthFirstLength;

    /// <summary>
    /// The first level of a transform: from words of at most p, or of any 64 bits if <paramref name="reduce"/>.
    /// </summary>
    internal static void ForwardFirst(ulong* words, double* x, double* roots, double p, bool reduce)
    {
        if (reduce)
        {
            FirstReducing(words, x, ProductBlock, roots[1], p, 1.0 / p);
        }
        else
        {
            First(words, x, ProductBlock, roots[1], p, 1.0 / p);
        }
    }

    /// <summary>All levels of one of the two blocks but the first and the last three.</summary>
    internal static void ForwardBlockLevels(int block, double* x, double* roots, double p) =>
        ForwardLevels(x + (block * ProductBlock), ProductBlock, 2 + block, roots, p, 1.0 / p);

    /// <summary>
    /// Any 64-bit words to |x| &lt; p, for p above 2^35: the upper half, times 2^32 an exact double, is reduced to
    /// p/2 (1 + 2^-20), the lower half below 2^32 &lt; p/8 added.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TDouble ReduceWord(TWord word, TDouble p, TDouble inverse)
    {
        TDouble upper = TLanes.Multiply(TLanes.ToDouble(TLanes.ShiftRight(word, 32)), TLanes.Broadcast(4294967296.0));
        return TLanes.Add(Reduce(upper, p, inverse),
            TLanes.ToDouble(TLanes.And(word, TLanes.BroadcastWord(uint.MaxValue))));
    }

    /// <summary>s + v w modulo p, lazily; see the remarks.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static TDouble MultiplyInto(TDouble sum, TDouble v, TDouble w, TDouble p, TDouble inverse)
    {
        TDouble h = TLanes.Multiply(v, w);
        TDouble k = TLanes.Round(
            TLanes.MultiplyAdd(TLanes.Multiply(v, inverse), w, TLanes.Multiply(sum, inverse)));
        TDouble l = TLanes.MultiplySubtract(v, w, h);
        return TLanes.Add(TLanes.Add(TLanes.NegateMultiplyAdd(k, p, h), l), sum);
    }

    /// <summary>
    /// The last three levels of 512 values, times 512 packed words, added to as many sums. Whether all words are below
    /// the prime.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal static bool TailProducts(double* x, double* tail, ulong* packed, int width, double* sums, double modulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(1.0 / modulus);
        TWord mask = TLanes.BroadcastWord((1UL << width) - 1);
        TWord highest = TLanes.BroadcastWord(0);
        PackedColumn<TLanes, TWord> from = new(packed, width);
        for (int group = 0; group < WordKernel.GroupSize / FmaTables.GroupSize; group++,
            x += FmaTables.GroupSize, tail += FmaTables.TailRootsPerGroup, sums += FmaTables.GroupSize)
        {
            Lookahead.Fetch(tail + (Lookahead.Groups * FmaTables.TailRootsPerGroup), FmaTables.TailRootsPerGroup);
            Lookahead.Fetch(sums + (Lookahead.Groups * FmaTables.GroupSize), FmaTables.GroupSize);
            TLanes.LoadTransposed(x, out TDouble c0, out TDouble c1, out TDouble c2, out TDouble c3, out TDouble c4,
                out TDouble c5, out TDouble c6, out TDouble c7);
            TDouble root = TLanes.Load(tail);
            MultiplyMod4(ref c4, root, ref c5, root, ref c6, root, ref c7, root, p, inverse);
            (c0, c4) = (TLanes.Add(c0, c4), TLanes.Subtract(c0, c4));
            (c1, c5) = (TLanes.Add(c1, c5), TLanes.Subtract(c1, c5));
            (c2, c6) = (TLanes.Add(c2, c6), TLanes.Subtract(c2, c6));
            (c3, c7) = (TLanes.Add(c3, c7), TLanes.Subtract(c3, c7));
            root = TLanes.Load(tail + 8);
            TDouble otherRoot = TLanes.Load(tail + 16);
            MultiplyMod4(ref c2, root, ref c3, root, ref c6, otherRoot, ref c7, otherRoot, p, inverse);
            (c0, c2) = (TLanes.Add(c0, c2), TLanes.Subtract(c0, c2));
            (c1, c3) = (TLanes.Add(c1, c3), TLanes.Subtract(c1, c3));
            (c4, c6) = (TLanes.Add(c4, c6), TLanes.Subtract(c4, c6));
            (c5, c7) = (TLanes.Add(c5, c7), TLanes.Subtract(c5, c7));
            MultiplyMod4(
                ref c1, TLanes.Load(tail + 24), ref c3, TLanes.Load(tail + 32), ref c5, TLanes.Load(tail + 40), ref c7,
                TLanes.Load(tail + 48), p, inverse);
            bool last = group == (WordKernel.GroupSize / FmaTables.GroupSize) - 1;
            Product(TLanes.Add(c0, c1), from.Next(false), mask, ref highest, sums, p, inverse);
            Product(TLanes.Subtract(c0, c1), from.Next(false), mask, ref highest, sums + 8, p, inverse);
            Product(TLanes.Add(c2, c3), from.Next(false), mask, ref highest, sums + 16, p, inverse);
            Product(TLanes.Subtract(c2, c3), from.Next(false), mask, ref highest, sums + 24, p, inverse);
            Product(TLanes.Add(c4, c5), from.Next(false), mask, ref highest, sums + 32, p, inverse);
            Product(TLanes.Subtract(c4, c5), from.Next(false), mask, ref highest, sums + 40, p, inverse);
            Product(TLanes.Add(c6, c7), from.Next(false), mask, ref highest, sums + 48, p, inverse);
            Product(TLanes.Subtract(c6, c7), from.Next(last), mask, ref highest, sums + 56, p, inverse);
        }

        return TLanes.IsZero(TLanes.AtLeast(highest, TLanes.BroadcastWord((ulong)modulus)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Product(TDouble value, TWord packed, TWord mask, ref TWord highest, double* sums, TDouble p,
        TDouble inverse)
    {
        TWord word = TLanes.And(packed, mask);
        highest = TLanes.Max(highest, word);
        TLanes.Store(MultiplyInto(TLanes.Load(sums), value, TLanes.ToDouble(word), p, inverse), sums);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void First(ulong* words, double* x, int stride, double root, double modulus, double inverseModulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(inverseModulus);
        TDouble w = TLanes.Broadcast(root);
        for (ulong* end = words + stride; words < end; words += TLanes.Count, x += TLanes.Count)
        {
            TDouble a = TLanes.ToDouble(TLanes.LoadWord(words));
            TDouble b = MultiplyMod(TLanes.ToDouble(TLanes.LoadWord(words + stride)), w, p, inverse);
            TLanes.Store(TLanes.Add(a, b), x);
            TLanes.Store(TLanes.Subtract(a, b), x + stride);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void FirstReducing(ulong* words, double* x, int stride, double root, double modulus,
        double inverseModulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(inverseModulus);
        TDouble w = TLanes.Broadcast(root);
        for (ulong* end = words + stride; words < end; words += TLanes.Count, x += TLanes.Count)
        {
            TDouble a = ReduceWord(TLanes.LoadWord(words), p, inverse);
            TDouble b = MultiplyMod(ReduceWord(TLanes.LoadWord(words + stride), p, inverse), w, p, inverse);
            TLanes.Store(TLanes.Add(a, b), x);
            TLanes.Store(TLanes.Subtract(a, b), x + stride);
        }
    }
}
