using System.Runtime.CompilerServices;
using SecureFL.Ring.Kernels;

namespace SecureFL.Encoding.Kernels;

/// <summary>
/// From lanes to packed residues of all primes in one pass over the group, four rows at a time: the words of the four rows are made once and stay in the first-level cache for all primes,
/// and two primes share each load and conversion. Only with 64-bit multiplication in the hardware.
/// </summary>
internal sealed unsafe partial class FmaChunkKernel<TLanes, TDouble, TWord>
{
    private const int Row = WordKernel.Columns;
    private const int Rows = 4;

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void EncryptGroup(int* lanes, double* words, ulong** masks, ulong** packed)
    {
        if (!TLanes.HasMultiplyLow)
        {
            base.EncryptGroup(lanes, words, masks, packed);
            return;
        }

        int primes = Constants.Primes;
        int count = Constants.Words;
        ulong* pending = (ulong*)(words + (Rows * Row * count));
        fixed (double* ratios = Constants.WeightRatios.Span)
        fixed (long* weights = Constants.WeightWords.Span)
        fixed (PackedRow* rows = Constants.PackedRows)
        fixed (ulong* moduli = Constants.ModulusWords.Span)
        {
            for (int column = 0; column < Row; column += TLanes.Count)
            {
                for (int i = 0; i < primes; i++)
                {
                    TLanes.StoreWord(TLanes.BroadcastWord(0), pending + (i * Row));
                }

                for (int at = column, row = 0; at < Group; at += Rows * Row, row += Rows)
                {
                    MakeWords(lanes + at, words);
                    int prime = 0;
                    for (; prime < primes - 1; prime += 2)
                    {
                        Target target = new(masks[prime] + at, packed[prime] + column, pending + (prime * Row), rows + (prime * PackedRow.Count) + row, moduli[prime]);
                        Target next = new(masks[prime + 1] + at, packed[prime + 1] + column, pending + ((prime + 1) * Row), rows + ((prime + 1) * PackedRow.Count) + row, moduli[prime + 1]);
                        Pair(words, count, ratios + (prime * count), (ulong*)weights + (prime * count), &target, &next);
                    }

                    if (prime < primes)
                    {
                        Target target = new(masks[prime] + at, packed[prime] + column, pending + (prime * Row), rows + (prime * PackedRow.Count) + row, moduli[prime]);
                        Single(words, count, ratios + (prime * count), (ulong*)weights + (prime * count), &target);
                    }
                }
            }
        }
    }

    /// <summary>Words of four rows: [word][4 rows], as doubles and as integers.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void MakeWords(int* lanes, double* words)
    {
        ReadOnlySpan<int> lanesPerWord = Constants.Parameters.Layout.LanesPerWord.AsSpan();
        fixed (double* laneWeights = Constants.LaneWeights.Span)
        {
            double* weight = laneWeights;
            foreach (int lanesHere in lanesPerWord)
            {
                TDouble a = TLanes.LoadIntegers(lanes), b = TLanes.LoadIntegers(lanes + Row), c = TLanes.LoadIntegers(lanes + (2 * Row)), d = TLanes.LoadIntegers(lanes + (3 * Row));
                for (int lane = 1; lane < lanesHere; lane++)
                {
                    int* upper = lanes + (lane * Group);
                    TDouble w = TLanes.Broadcast(weight[lane]);
                    (a, b) = (TLanes.MultiplyAdd(TLanes.LoadIntegers(upper), w, a), TLanes.MultiplyAdd(TLanes.LoadIntegers(upper + Row), w, b));
                    (c, d) = (TLanes.MultiplyAdd(TLanes.LoadIntegers(upper + (2 * Row)), w, c), TLanes.MultiplyAdd(TLanes.LoadIntegers(upper + (3 * Row)), w, d));
                }

                TLanes.Store(a, words);
                TLanes.Store(b, words + Row);
                TLanes.Store(c, words + (2 * Row));
                TLanes.Store(d, words + (3 * Row));
                lanes += lanesHere * Group;
                weight += lanesHere;
                words += Rows * Row;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Pair(double* words, int count, double* ratios, ulong* weights, Target* target, Target* next)
    {
        TDouble qa = TLanes.Broadcast(0), qb = qa, qc = qa, qd = qa, na = qa, nb = qa, nc = qa, nd = qa;
        TWord sa = TLanes.BroadcastWord(0), sb = sa, sc = sa, sd = sa, ta = sa, tb = sa, tc = sa, td = sa;
        for (double* end = ratios + count; ratios < end; ratios++, weights++, words += Rows * Row)
        {
            TDouble ratio = TLanes.Broadcast(ratios[0]), nextRatio = TLanes.Broadcast(ratios[count]);
            TDouble a = TLanes.Load(words), b = TLanes.Load(words + Row), c = TLanes.Load(words + (2 * Row)), d = TLanes.Load(words + (3 * Row));
            (qa, qb, qc, qd) = (TLanes.MultiplyAdd(a, ratio, qa), TLanes.MultiplyAdd(b, ratio, qb), TLanes.MultiplyAdd(c, ratio, qc), TLanes.MultiplyAdd(d, ratio, qd));
            (na, nb, nc, nd) = (TLanes.MultiplyAdd(a, nextRatio, na), TLanes.MultiplyAdd(b, nextRatio, nb), TLanes.MultiplyAdd(c, nextRatio, nc), TLanes.MultiplyAdd(d, nextRatio, nd));
            TWord weight = TLanes.BroadcastWord(weights[0]), nextWeight = TLanes.BroadcastWord(weights[count]);
            TWord wa = TLanes.ToSignedWord(a), wb = TLanes.ToSignedWord(b), wc = TLanes.ToSignedWord(c), wd = TLanes.ToSignedWord(d);
            (sa, sb, sc, sd) = (AddProduct(sa, wa, weight), AddProduct(sb, wb, weight), AddProduct(sc, wc, weight), AddProduct(sd, wd, weight));
            (ta, tb, tc, td) = (AddProduct(ta, wa, nextWeight), AddProduct(tb, wb, nextWeight), AddProduct(tc, wc, nextWeight), AddProduct(td, wd, nextWeight));
        }

        Push(sa, sb, sc, sd, qa, qb, qc, qd, target);
        Push(ta, tb, tc, td, na, nb, nc, nd, next);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Single(double* words, int count, double* ratios, ulong* weights, Target* target)
    {
        TDouble qa = TLanes.Broadcast(0), qb = qa, qc = qa, qd = qa;
        TWord sa = TLanes.BroadcastWord(0), sb = sa, sc = sa, sd = sa;
        for (double* end = ratios + count; ratios < end; ratios++, weights++, words += Rows * Row)
        {
            TDouble ratio = TLanes.Broadcast(ratios[0]);
            TDouble a = TLanes.Load(words), b = TLanes.Load(words + Row), c = TLanes.Load(words + (2 * Row)), d = TLanes.Load(words + (3 * Row));
            (qa, qb, qc, qd) = (TLanes.MultiplyAdd(a, ratio, qa), TLanes.MultiplyAdd(b, ratio, qb), TLanes.MultiplyAdd(c, ratio, qc), TLanes.MultiplyAdd(d, ratio, qd));
            TWord weight = TLanes.BroadcastWord(weights[0]);
            (sa, sb) = (AddProduct(sa, TLanes.ToSignedWord(a), weight), AddProduct(sb, TLanes.ToSignedWord(b), weight));
            (sc, sd) = (AddProduct(sc, TLanes.ToSignedWord(c), weight), AddProduct(sd, TLanes.ToSignedWord(d), weight));
        }

        Push(sa, sb, sc, sd, qa, qb, qc, qd, target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Push(TWord a, TWord b, TWord c, TWord d, TDouble qa, TDouble qb, TDouble qc, TDouble qd, Target* target)
    {
        TWord p = TLanes.BroadcastWord(target->Prime);
        ulong* mask = target->Mask;
        a = Residue(a, qa, mask, p);
        b = Residue(b, qb, mask + Row, p);
        c = Residue(c, qc, mask + (2 * Row), p);
        d = Residue(d, qd, mask + (3 * Row), p);
        PackedRow* row = target->Rows;
        TWord pending = PushRow(a, TLanes.LoadWord(target->Pending), row, target->Packed);
        pending = PushRow(b, pending, row + 1, target->Packed);
        pending = PushRow(c, pending, row + 2, target->Packed);
        TLanes.StoreWord(PushRow(d, pending, row + 3, target->Packed), target->Pending);
    }

    /// <summary>Without a branch, which the rows of nine primes in turn would make unpredictable: what is pending is stored every time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord PushRow(TWord word, TWord pending, PackedRow* row, ulong* packed)
    {
        pending = TLanes.Or(pending, TLanes.ShiftLeftBy(word, TLanes.BroadcastWord(row->Used)));
        TLanes.StoreWord(pending, packed + row->Offset);
        return TLanes.Or(TLanes.And(pending, TLanes.BroadcastWord(row->Keep)), TLanes.ShiftRightBy(word, TLanes.BroadcastWord(row->Rest)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord AddProduct(TWord sum, TWord a, TWord b) => TLanes.AddWord(sum, TLanes.MultiplyLow(a, b));

    /// <summary>sum - round(quotient) p + mask, canonical; see <see cref="IntegerDot"/>. The conversion to integers rounds.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord Residue(TWord sum, TDouble quotient, ulong* mask, TWord p)
    {
        sum = TLanes.SubtractWord(sum, TLanes.MultiplyLow(TLanes.ToSignedWord(quotient), p));
        sum = TLanes.AddWord(sum, TLanes.LoadWord(mask));
        sum = TLanes.MinUnsigned(sum, TLanes.AddWord(sum, p));
        return TLanes.MinUnsigned(sum, TLanes.SubtractWord(sum, p));
    }

    /// <summary>Where four rows of one prime come from and go to.</summary>
    private readonly struct Target(ulong* mask, ulong* packed, ulong* pending, PackedRow* rows, ulong prime)
    {
        internal readonly ulong* Mask = mask;
        internal readonly ulong* Packed = packed;
        internal readonly ulong* Pending = pending;
        internal readonly PackedRow* Rows = rows;
        internal readonly ulong Prime = prime;
    }
}
