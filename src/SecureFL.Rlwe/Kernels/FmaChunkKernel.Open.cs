using System.Runtime.CompilerServices;
using SecureFL.Ring.Kernels;

namespace SecureFL.Rlwe.Kernels;

/// <summary>From sums and masks back to lanes.</summary>
internal sealed unsafe partial class FmaChunkKernel<TLanes, TDouble, TWord>
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void Reduce(int prime, ulong* sums)
    {
        ResidueReducer reducer = new(Constants.Parameters.Ckks.Moduli[prime]);
        for (int i = 0; i < Group; i += TLanes.Count)
        {
            TDouble value = reducer.Lazy(TLanes.LoadWord(sums + i));
            TLanes.StoreWord(TLanes.ToWord(
                FmaTransform<TLanes, TDouble, TWord>.Canonical(value, reducer.P, reducer.Inverse)), sums + i);
        }
    }

    internal override bool Open(ulong** sums, ulong** masks, double* scratch, double* lanes, ref double noiseSquares,
        ref double noiseMax)
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

        RoundAll(wraps);
        for (int position = 0; position < Constants.Positions; position++)
        {
            Digit(position, z, wraps, carries, digits + (position * Group));
        }

        double weight = 1;
        for (int digit = 1; digit < Constants.NoiseDigits; digit++)
        {
            weight *= Constants.Radices.Span[digit - 1];
            AddNoiseDigit(digits + (digit * Group), weight, digits);
        }

        Noise(digits, ref noiseSquares, ref noiseMax);
        int lane = 0;
        for (int g = 0; g < Constants.Words; g++)
        {
            SplitWord(g, lane, digits + ((g + Constants.NoiseDigits) * Group), lanes + (lane * Group));
            lane += Constants.Parameters.Layout.LanesPerWord[g];
        }

        return TopIsZero(wraps, carries, Constants.ModulusDigits.Span[Constants.Positions]);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
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

    /// <summary>z_i of one prime, and its part of sum_i z_i / p_i.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void Cofactors(int prime, ulong* sums, ulong* mask, double* z, double* wraps)
    {
        ResidueReducer reducer = new(Constants.Parameters.Ckks.Moduli[prime]);
        TDouble factor = TLanes.Broadcast(Constants.CofactorInverses.Span[prime]);
        for (int i = 0; i < Group; i += TLanes.Count)
        {
            // The same words of the next group, which begins another page.
            Lookahead.Fetch(sums + Group + i, TLanes.Count);
            Lookahead.Fetch(mask + Group + i, TLanes.Count);
            TDouble value = TLanes.Subtract(reducer.Lazy(TLanes.LoadWord(sums + i)),
                TLanes.ToDouble(TLanes.LoadWord(mask + i)));
            value = FmaTransform<TLanes, TDouble, TWord>.MultiplyMod(value, factor, reducer.P, reducer.Inverse);
            TLanes.Store(value, z + i);
            TLanes.Store(TLanes.MultiplyAdd(value, reducer.Inverse, TLanes.Load(wraps + i)), wraps + i);
        }
    }

    private void Digit(int position, double* z, double* wraps, double* carries, double* digits)
    {
        if (TLanes.HasMultiplyLow && Constants.DigitsAreExact)
        {
            DigitOfIntegers(position, z, wraps, carries, digits);
        }
        else
        {
            DigitOfDoubles(position, z, wraps, carries, digits);
        }
    }

    /// <summary>
    /// sum_i z_i * digit_i in one sum modulo 2^64, its quotient by the radix in double precision (below 2^52, so off by
    /// less than one). What the digit then has above the radix is found by rounding: where it stays below 2^51 an odd
    /// radix R is never nearer to a tie than 1/(2R) > 2^-52 |digit/R|, and a power of two divides exactly, with a shift
    /// of 1/(4R) to send a tie to -R/2.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void DigitOfIntegers(int position, double* z, double* wraps, double* carries, double* digits)
    {
        int primes = Constants.Primes;
        double radixValue = Constants.Radices.Span[position];
        TDouble radix = TLanes.Broadcast(radixValue);
        TDouble inverse = TLanes.Broadcast(1.0 / radixValue);
        TDouble tie = TLanes.Broadcast(radixValue % 2 == 0 ? 0.25 / radixValue : 0);
        TDouble modulusDigit = TLanes.Broadcast(Constants.ModulusDigits.Span[position]);
        TWord wordRadix = TLanes.BroadcastWord((ulong)radixValue);
        fixed (double* ratios = Constants.DigitRatios.Span[(position * primes)..])
        fixed (long* factors = Constants.DigitWords.Span[(position * primes)..])
        {
            for (int i = 0; i < Group; i += 4 * TLanes.Count)
            {
                TDouble qa = TLanes.Broadcast(0), qb = qa, qc = qa, qd = qa;
                TWord sa = TLanes.BroadcastWord(0), sb = sa, sc = sa, sd = sa;
                double* from = z + i;
                for (int j = 0; j < primes; j++, from += Group)
                {
                    TDouble a = TLanes.Load(from), b = TLanes.Load(from + TLanes.Count),
                        c = TLanes.Load(from + (2 * TLanes.Count)), d = TLanes.Load(from + (3 * TLanes.Count));
                    TDouble ratio = TLanes.Broadcast(ratios[j]);
                    (qa, qb) = (TLanes.MultiplyAdd(a, ratio, qa), TLanes.MultiplyAdd(b, ratio, qb));
                    (qc, qd) = (TLanes.MultiplyAdd(c, ratio, qc), TLanes.MultiplyAdd(d, ratio, qd));
                    TWord factor = TLanes.BroadcastWord((ulong)factors[j]);
                    (sa, sb) = (AddProduct(sa, TLanes.ToSignedWord(a), factor),
                        AddProduct(sb, TLanes.ToSignedWord(b), factor));
                    (sc, sd) = (AddProduct(sc, TLanes.ToSignedWord(c), factor),
                        AddProduct(sd, TLanes.ToSignedWord(d), factor));
                }

                Finish(sa, qa, wraps + i, carries + i, digits + i, radix, inverse, tie, modulusDigit, wordRadix);
                Finish(sb, qb, wraps + i + TLanes.Count, carries + i + TLanes.Count, digits + i + TLanes.Count, radix,
                    inverse, tie, modulusDigit, wordRadix);
                Finish(sc, qc, wraps + i + (2 * TLanes.Count), carries + i + (2 * TLanes.Count),
                    digits + i + (2 * TLanes.Count), radix, inverse, tie, modulusDigit, wordRadix);
                Finish(sd, qd, wraps + i + (3 * TLanes.Count), carries + i + (3 * TLanes.Count),
                    digits + i + (3 * TLanes.Count), radix, inverse, tie, modulusDigit, wordRadix);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(
        TWord sum, TDouble quotient, double* wraps, double* carries, double* digits, TDouble radix, TDouble inverse,
        TDouble tie, TDouble modulusDigit, TWord wordRadix)
    {
        TWord whole = TLanes.ToSignedWord(quotient);
        TDouble digit = TLanes.FromSignedWord(TLanes.SubtractWord(sum, TLanes.MultiplyLow(whole, wordRadix)));
        digit = TLanes.Add(digit, TLanes.NegateMultiplyAdd(TLanes.Load(wraps), modulusDigit, TLanes.Load(carries)));
        TDouble adjust = TLanes.Round(TLanes.MultiplyAdd(digit, inverse, tie));
        TLanes.Store(TLanes.NegateMultiplyAdd(adjust, radix, digit), digits);
        TLanes.Store(TLanes.Add(TLanes.FromSignedWord(whole), adjust), carries);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private void DigitOfDoubles(int position, double* z, double* wraps, double* carries, double* digits)
    {
        int primes = Constants.Primes;
        double radixValue = Constants.Radices.Span[position];
        TDouble radix = TLanes.Broadcast(radixValue);
        TDouble inverse = TLanes.Broadcast(1.0 / radixValue);
        // Odd radices have digits of at most (R - 1)/2. The even one, Delta, has them from -Delta/2 to Delta/2 - 1: a
        // tie has one representative at every width.
        TDouble most = TLanes.Broadcast(Math.Floor((radixValue - 1) / 2));
        TDouble least = TLanes.Broadcast(Math.Floor(radixValue / 2));
        TDouble modulusDigit = TLanes.Broadcast(Constants.ModulusDigits.Span[position]);
        fixed (double* factors = Constants.Digits.Span[(position * primes)..])
        {
            for (int i = 0; i < Group; i += TLanes.Count)
            {
                TDouble digit = TLanes.NegateMultiplyAdd(TLanes.Load(wraps + i), modulusDigit,
                    TLanes.Load(carries + i));
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
                digit = TLanes.WrapAbove(digit, most, radix, ref carry);
                digit = TLanes.WrapBelow(digit, least, radix, ref carry);
                TLanes.Store(digit, digits + i);
                TLanes.Store(carry, carries + i);
            }
        }
    }

    /// <summary>noise + digit * weight, rounded: the size of noise beyond 2^53 is a statistic.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AddNoiseDigit(double* digit, double weight, double* noise)
    {
        TDouble w = TLanes.Broadcast(weight);
        for (int i = 0; i < Group; i += TLanes.Count)
        {
            TLanes.Store(TLanes.MultiplyAdd(TLanes.Load(digit + i), w, TLanes.Load(noise + i)), noise + i);
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

    /// <summary>Above the top word a message inside the lanes leaves exactly k times what q has there.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool TopIsZero(double* wraps, double* carries, double top)
    {
        TDouble factor = TLanes.Broadcast(top);
        TDouble largest = TLanes.Broadcast(0);
        for (int i = 0; i < Group; i += TLanes.Count)
        {
            largest =
                TLanes.Max(largest,
                    TLanes.Abs(TLanes.NegateMultiplyAdd(TLanes.Load(wraps + i), factor, TLanes.Load(carries + i))));
        }

        return TLanes.IsZero(TLanes.ToWord(largest));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void RoundAll(double* values)
    {
        for (int i = 0; i < Group; i += TLanes.Count)
        {
            TLanes.Store(TLanes.Round(TLanes.Load(values + i)), values + i);
        }
    }

    /// <summary>
    /// Sums of up to 2^64 to |x| &lt; p/2 + 2^32 + 1: the upper half times 2^32 mod p, plus the lower half.
    /// </summary>
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
