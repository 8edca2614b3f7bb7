using System.Runtime.CompilerServices;
using SecureFL.Ring.Kernels;

namespace SecureFL.Rlwe.Kernels;

/// <summary>
/// Two primes and four rows at a time: a word is loaded and converted once for both, a weight loaded once for the rows;
/// loads are what limits one prime alone.
/// </summary>
internal sealed unsafe partial class FmaChunkKernel<TLanes, TDouble, TWord>
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void EncryptPair(int prime, double* words, ulong* mask, ulong* nextMask, ulong* packed,
        ulong* nextPacked)
    {
        if (!TLanes.HasMultiplyLow)
        {
            Encrypt(prime, words, mask, packed);
            Encrypt(prime + 1, words, nextMask, nextPacked);
            return;
        }

        const int Row = WordKernel.Columns;
        int count = Constants.Words;
        TWord p = TLanes.BroadcastWord(Constants.Parameters.Ckks.Moduli[prime].Value);
        TWord nextP = TLanes.BroadcastWord(Constants.Parameters.Ckks.Moduli[prime + 1].Value);
        fixed (double* ratios = Constants.WeightRatios.Span[(prime * count)..])
        fixed (long* weights = Constants.WeightWords.Span[(prime * count)..])
        {
            for (int column = 0; column < Row; column += TLanes.Count)
            {
                Packer to = new(packed + column, Constants.Parameters.Ckks.Moduli[prime].Bits);
                Packer nextTo = new(nextPacked + column, Constants.Parameters.Ckks.Moduli[prime + 1].Bits);
                for (int i = column; i < Group; i += 4 * Row)
                {
                    // The same rows of the next group, which begins another page.
                    Lookahead.Fetch(mask + Group + i, 4 * Row);
                    Lookahead.Fetch(nextMask + Group + i, 4 * Row);
                    TDouble qa = TLanes.Broadcast(0), qb = qa, qc = qa, qd = qa, na = qa, nb = qa, nc = qa, nd = qa;
                    TWord sa = TLanes.BroadcastWord(0), sb = sa, sc = sa, sd = sa, ta = sa, tb = sa, tc = sa, td = sa;
                    double* word = words + i;
                    for (int g = 0; g < count; g++, word += Group)
                    {
                        TDouble a = TLanes.Load(word), b = TLanes.Load(word + Row), c = TLanes.Load(word + (2 * Row)),
                            d = TLanes.Load(word + (3 * Row));
                        TDouble ratio = TLanes.Broadcast(ratios[g]);
                        (qa, qb) = (TLanes.MultiplyAdd(a, ratio, qa), TLanes.MultiplyAdd(b, ratio, qb));
                        (qc, qd) = (TLanes.MultiplyAdd(c, ratio, qc), TLanes.MultiplyAdd(d, ratio, qd));
                        ratio = TLanes.Broadcast(ratios[count + g]);
                        (na, nb) = (TLanes.MultiplyAdd(a, ratio, na), TLanes.MultiplyAdd(b, ratio, nb));
                        (nc, nd) = (TLanes.MultiplyAdd(c, ratio, nc), TLanes.MultiplyAdd(d, ratio, nd));
                        TWord wa = TLanes.ToSignedWord(a), wb = TLanes.ToSignedWord(b), wc = TLanes.ToSignedWord(c),
                            wd = TLanes.ToSignedWord(d);
                        TWord weight = TLanes.BroadcastWord((ulong)weights[g]);
                        (sa, sb) = (AddProduct(sa, wa, weight), AddProduct(sb, wb, weight));
                        (sc, sd) = (AddProduct(sc, wc, weight), AddProduct(sd, wd, weight));
                        weight = TLanes.BroadcastWord((ulong)weights[count + g]);
                        (ta, tb) = (AddProduct(ta, wa, weight), AddProduct(tb, wb, weight));
                        (tc, td) = (AddProduct(tc, wc, weight), AddProduct(td, wd, weight));
                    }

                    to.Push(Residue(sa, qa, mask + i, p));
                    to.Push(Residue(sb, qb, mask + i + Row, p));
                    to.Push(Residue(sc, qc, mask + i + (2 * Row), p));
                    to.Push(Residue(sd, qd, mask + i + (3 * Row), p));
                    nextTo.Push(Residue(ta, na, nextMask + i, nextP));
                    nextTo.Push(Residue(tb, nb, nextMask + i + Row, nextP));
                    nextTo.Push(Residue(tc, nc, nextMask + i + (2 * Row), nextP));
                    nextTo.Push(Residue(td, nd, nextMask + i + (3 * Row), nextP));
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord AddProduct(TWord sum, TWord a, TWord b) => TLanes.AddWord(sum, TLanes.MultiplyLow(a, b));

    /// <summary>
    /// sum - round(quotient) p + mask, canonical; see <see cref="IntegerDot"/>. The conversion to integers rounds.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord Residue(TWord sum, TDouble quotient, ulong* mask, TWord p)
    {
        sum = TLanes.SubtractWord(sum, TLanes.MultiplyLow(TLanes.ToSignedWord(quotient), p));
        sum = TLanes.AddWord(sum, TLanes.LoadWord(mask));
        sum = TLanes.MinUnsigned(sum, TLanes.AddWord(sum, p));
        return TLanes.MinUnsigned(sum, TLanes.SubtractWord(sum, p));
    }

    /// <summary>Writes neighbouring columns of a packed group row by row.</summary>
    private ref struct Packer(ulong* to, int width)
    {
        private ulong* _to = to;
        private TWord _pending = TLanes.BroadcastWord(0);
        private int _used;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal void Push(TWord word)
        {
            _pending = TLanes.Or(_pending, TLanes.ShiftLeft(word, _used));
            _used += width;
            if (_used >= 64)
            {
                TLanes.StoreWord(_pending, _to);
                _to += WordKernel.Columns;
                _used -= 64;
                _pending = TLanes.ShiftRight(word, width - _used);
            }
        }
    }
}
