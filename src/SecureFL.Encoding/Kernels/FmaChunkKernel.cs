using System.Runtime.CompilerServices;
using SecureFL.Ring.Kernels;

namespace SecureFL.Encoding.Kernels;

/// <summary>The double-precision chunk kernel, for primes below 2^50; one text for every vector width.</summary>
/// <remarks>
/// Words are below 2^45 in absolute value and weights at most p/2, so every product obeys the bound of <see cref="FmaTransform{TLanes, TDouble, TWord}"/>.
/// Opening: with z_i = v_i (q/p_i)^-1 mod p_i centred, Delta m + e = sum_i z_i (q/p_i) - k q for k = round(sum_i z_i/p_i); the 2^-20 of q that stays free makes k certain.
/// The sum is taken digit by digit in the mixed base (Delta, R_0, R_1, ...): every product z_i * digit is split exactly in quotient and remainder by the radix,
/// |quotient| &lt;= 2^49, so a digit before its carry is below (primes + 2) R + 2^52 and exact.
/// </remarks>
internal sealed unsafe class FmaChunkKernel<TLanes, TDouble, TWord>(ChunkConstants constants) : ChunkKernel(constants)
    where TLanes : struct, ILanes<TDouble, TWord>
    where TDouble : struct
    where TWord : struct
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void GatherWords(int* lanes, double* words)
    {
        ReadOnlySpan<int> lanesPerWord = Constants.Parameters.Layout.LanesPerWord.AsSpan();
        ReadOnlySpan<long> radices = Constants.Parameters.Layout.Radices.AsSpan();
        int lane = 0;
        for (int g = 0; g < lanesPerWord.Length; g++, words += Group)
        {
            for (int i = 0; i < Group; i += TLanes.Count)
            {
                TLanes.Store(TLanes.LoadIntegers(lanes + (lane * Group) + i), words + i);
            }

            double weight = 1;
            for (int j = 1; j < lanesPerWord[g]; j++)
            {
                weight *= radices[lane + j - 1];
                int* values = lanes + ((lane + j) * Group);
                TDouble w = TLanes.Broadcast(weight);
                for (int i = 0; i < Group; i += TLanes.Count)
                {
                    TLanes.Store(TLanes.MultiplyAdd(TLanes.LoadIntegers(values + i), w, TLanes.Load(words + i)), words + i);
                }
            }

            lane += lanesPerWord[g];
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void Encrypt(int prime, double* words, ulong* mask, ulong* packed)
    {
        int count = Constants.Words;
        double modulus = Constants.Parameters.Ckks.Moduli[prime].Value;
        int width = Constants.Parameters.Ckks.Moduli[prime].Bits;
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(1.0 / modulus);
        fixed (double* weights = Constants.Weights.Span[(prime * count)..])
        {
            for (int column = 0; column < WordKernel.Columns; column += TLanes.Count)
            {
                ulong* to = packed + column;
                TWord pending = TLanes.BroadcastWord(0);
                int used = 0;
                for (int i = column; i < Group; i += WordKernel.Columns)
                {
                    TDouble sum = TLanes.ToDouble(TLanes.LoadWord(mask + i));
                    int g = 0;
                    for (; g + 1 < count; g += 2)
                    {
                        TDouble a = TLanes.Load(words + (g * Group) + i);
                        TDouble b = TLanes.Load(words + ((g + 1) * Group) + i);
                        FmaTransform<TLanes, TDouble, TWord>.MultiplyMod2(ref a, TLanes.Broadcast(weights[g]), ref b, TLanes.Broadcast(weights[g + 1]), p, inverse);
                        sum = TLanes.Add(sum, TLanes.Add(a, b));
                    }

                    if (g < count)
                    {
                        TDouble a = TLanes.Load(words + (g * Group) + i);
                        sum = TLanes.Add(sum, FmaTransform<TLanes, TDouble, TWord>.MultiplyMod(a, TLanes.Broadcast(weights[g]), p, inverse));
                    }

                    TWord word = TLanes.ToWord(FmaTransform<TLanes, TDouble, TWord>.Canonical(sum, p, inverse));
                    pending = TLanes.Or(pending, TLanes.ShiftLeft(word, used));
                    used += width;
                    if (used >= 64)
                    {
                        TLanes.StoreWord(pending, to);
                        to += WordKernel.Columns;
                        used -= 64;
                        pending = TLanes.ShiftRight(word, width - used);
                    }
                }
            }
        }
    }

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
    internal override void Reduce(int prime, ulong* sums)
    {
        ResidueReducer reducer = new(Constants.Parameters.Ckks.Moduli[prime]);
        for (int i = 0; i < Group; i += TLanes.Count)
        {
            TDouble value = reducer.Lazy(TLanes.LoadWord(sums + i));
            TLanes.StoreWord(TLanes.ToWord(FmaTransform<TLanes, TDouble, TWord>.Canonical(value, reducer.P, reducer.Inverse)), sums + i);
        }
    }

    internal override bool Open(ulong** sums, ulong** masks, double* scratch, double* lanes, ref double noiseSquares, ref double noiseMax)
    {
        int primes = Constants.Primes;
        double* z = scratch;
        double* wraps = z + (primes * Group);
        double* carries = wraps + Group;
        double* digits = carries + Group;
        new Span<double>(wraps, 2 * Group).Clear();
        for (int i = 0; i < primes; i++)
        {
            Cofactors(i, sums[i], masks[i], z + (i * Group), wraps);
        }

        for (int position = 0; position < Constants.Positions; position++)
        {
            Digit(position, z, wraps, carries, digits + (position * Group));
        }

        Noise(digits, ref noiseSquares, ref noiseMax);
        int lane = 0;
        for (int g = 0; g < Constants.Words; g++)
        {
            SplitWord(g, lane, digits + ((g + 1) * Group), lanes + (lane * Group));
            lane += Constants.Parameters.Layout.LanesPerWord[g];
        }

        // Above the top word a message inside the lanes leaves exactly k times what q has there.
        double top = Constants.ModulusDigits.Span[Constants.Positions];
        return TopIsZero(wraps, carries, top);
    }

    internal override void ToIntegers(double* values, long* integers, int count)
    {
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.StoreIntegers(TLanes.Load(values + i), integers + i);
        }

        for (; i < count; i++)
        {
            integers[i] = (long)values[i];
        }
    }

    internal override void ToSingles(double* values, double step, float* singles, int count)
    {
        TDouble factor = TLanes.Broadcast(step);
        int i = 0;
        for (; i <= count - TLanes.Count; i += TLanes.Count)
        {
            TLanes.StoreSingles(TLanes.Multiply(TLanes.Load(values + i), factor), singles + i);
        }

        for (; i < count; i++)
        {
            singles[i] = (float)(values[i] * step);
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

    /// <summary>Four uploads share their bit positions and one pass over the sums, which is what memory bandwidth is spent on.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool AddFour(ulong* packed0, ulong* packed1, ulong* packed2, ulong* packed3, int width, ulong modulus, ulong* sums)
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

    /// <summary>z_i of one prime, and its part of sum_i z_i / p_i.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Cofactors(int prime, ulong* sums, ulong* mask, double* z, double* wraps)
    {
        ResidueReducer reducer = new(Constants.Parameters.Ckks.Moduli[prime]);
        TDouble factor = TLanes.Broadcast(Constants.CofactorInverses.Span[prime]);
        for (int i = 0; i < Group; i += TLanes.Count)
        {
            TDouble value = TLanes.Subtract(reducer.Lazy(TLanes.LoadWord(sums + i)), TLanes.ToDouble(TLanes.LoadWord(mask + i)));
            value = FmaTransform<TLanes, TDouble, TWord>.MultiplyMod(value, factor, reducer.P, reducer.Inverse);
            TLanes.Store(value, z + i);
            TLanes.Store(TLanes.MultiplyAdd(value, reducer.Inverse, TLanes.Load(wraps + i)), wraps + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Digit(int position, double* z, double* wraps, double* carries, double* digits)
    {
        int primes = Constants.Primes;
        double radixValue = Constants.Radices.Span[position];
        TDouble radix = TLanes.Broadcast(radixValue);
        TDouble inverse = TLanes.Broadcast(1.0 / radixValue);
        TDouble limit = TLanes.Broadcast(Math.Floor(radixValue / 2));
        TDouble modulusDigit = TLanes.Broadcast(Constants.ModulusDigits.Span[position]);
        fixed (double* factors = Constants.Digits.Span[(position * primes)..])
        {
            for (int i = 0; i < Group; i += TLanes.Count)
            {
                TDouble wrap = TLanes.Round(TLanes.Load(wraps + i));
                TDouble digit = TLanes.NegateMultiplyAdd(wrap, modulusDigit, TLanes.Load(carries + i));
                TDouble carry = TLanes.Broadcast(0);
                for (int j = 0; j < primes; j++)
                {
                    TDouble value = TLanes.Load(z + (j * Group) + i);
                    TDouble factor = TLanes.Broadcast(factors[j]);
                    TDouble high = TLanes.Multiply(value, factor);
                    TDouble low = TLanes.MultiplySubtract(value, factor, high);
                    TDouble quotient = TLanes.Round(TLanes.Multiply(high, inverse));
                    digit = TLanes.Add(digit, TLanes.Add(TLanes.NegateMultiplyAdd(quotient, radix, high), low));
                    carry = TLanes.Add(carry, quotient);
                }

                TDouble adjust = TLanes.Round(TLanes.Multiply(digit, inverse));
                digit = TLanes.NegateMultiplyAdd(adjust, radix, digit);
                carry = TLanes.Add(carry, adjust);
                digit = TLanes.WrapAbove(digit, limit, radix, ref carry);
                digit = TLanes.WrapBelow(digit, limit, radix, ref carry);
                TLanes.Store(digit, digits + i);
                TLanes.Store(carry, carries + i);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Noise(double* noise, ref double squares, ref double maximum)
    {
        TDouble sum = TLanes.Broadcast(0);
        TDouble max = TLanes.Broadcast(0);
        for (int i = 0; i < Group; i += TLanes.Count)
        {
            TDouble e = TLanes.Load(noise + i);
            sum = TLanes.MultiplyAdd(e, e, sum);
            max = TLanes.Max(max, TLanes.Abs(e));
        }

        double* lanes = stackalloc double[2 * WordKernel.Columns];
        TLanes.Store(sum, lanes);
        TLanes.Store(max, lanes + WordKernel.Columns);
        for (int i = 0; i < TLanes.Count; i++)
        {
            squares += lanes[i];
            maximum = Math.Max(maximum, lanes[WordKernel.Columns + i]);
        }
    }

    /// <summary>Balanced digits of a word, lowest lane first: division by an odd radix is never near a tie.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void SplitWord(int word, int firstLane, double* values, double* lanes)
    {
        int count = Constants.Parameters.Layout.LanesPerWord[word];
        if (count == 1)
        {
            new ReadOnlySpan<double>(values, Group).CopyTo(new Span<double>(lanes, Group));
            return;
        }

        for (int lane = 0; lane < count - 1; lane++, lanes += Group)
        {
            double radixValue = Constants.Parameters.Layout.Radices[firstLane + lane];
            double* rest = lanes + Group;
            TDouble radix = TLanes.Broadcast(radixValue);
            TDouble inverse = TLanes.Broadcast(1.0 / radixValue);
            for (int i = 0; i < Group; i += TLanes.Count)
            {
                TDouble value = TLanes.Load(values + i);
                TDouble quotient = TLanes.Round(TLanes.Multiply(value, inverse));
                TLanes.Store(TLanes.NegateMultiplyAdd(quotient, radix, value), lanes + i);
                TLanes.Store(quotient, rest + i);
            }

            values = rest;
        }
    }

    private static bool TopIsZero(double* wraps, double* carries, double top)
    {
        bool zero = true;
        for (int i = 0; i < Group; i++)
        {
            zero &= carries[i] - (Math.Round(wraps[i]) * top) == 0;
        }

        return zero;
    }

    /// <summary>Sums of up to 2^64 to |x| &lt; p/2 + 2^32 + 1: the upper half times 2^32 mod p, plus the lower half.</summary>
    private readonly struct ResidueReducer
    {
        private readonly TDouble _shift;
        private readonly TWord _low;

        internal ResidueReducer(Ring.Arithmetic.Modulus modulus)
        {
            P = TLanes.Broadcast(modulus.Value);
            Inverse = TLanes.Broadcast(1.0 / modulus.Value);
            _shift = TLanes.Broadcast(modulus.Centre(modulus.Reduce(1L << 32)));
            _low = TLanes.BroadcastWord(uint.MaxValue);
        }

        internal TDouble P { get; }

        internal TDouble Inverse { get; }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal TDouble Lazy(TWord sum)
        {
            TDouble high = TLanes.ToDouble(TLanes.ShiftRight(sum, 32));
            TDouble low = TLanes.ToDouble(TLanes.And(sum, _low));
            return TLanes.Add(FmaTransform<TLanes, TDouble, TWord>.MultiplyMod(high, _shift, P, Inverse), low);
        }
    }
}
