using System.Runtime.CompilerServices;
using SecureFL.Ring.Kernels;

namespace SecureFL.Rlwe.Kernels;

/// <summary>The double-precision chunk kernel, for primes below 2^50; one text for every vector width.</summary>
/// <remarks>
/// Words are below 2^45 in absolute value and weights at most p/2, so every product obeys the bound of
/// <see cref="FmaTransform{TLanes, TDouble, TWord}"/>. Opening: with z_i = v_i (q/p_i)^-1 mod p_i centred, Delta m + e
/// = sum_i z_i (q/p_i) - k q for k = round(sum_i z_i/p_i); the 2^-20 of q that stays free makes k certain. The sum is
/// taken digit by digit in the mixed base (Delta, R_0, R_1, ...): every product z_i * digit is split exactly in
/// quotient and remainder by the radix,
/// |quotient| &lt;= 2^49, so a digit before its carry is below (primes + 2) R + 2^52 and exact.
/// </remarks>
internal sealed unsafe partial class FmaChunkKernel<TLanes, TDouble, TWord>(ChunkConstants constants)
    : ChunkKernel(constants)
    where TLanes : struct, ILanes<TDouble, TWord>
    where TDouble : struct
    where TWord : struct
{
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void GatherWords(int* lanes, double* words)
    {
        ReadOnlySpan<int> lanesPerWord = Constants.Parameters.Layout.LanesPerWord.AsSpan();
        int lane = 0;
        fixed (double* weights = Constants.LaneWeights.Span)
        {
            for (int g = 0; g < lanesPerWord.Length; g++, words += Group)
            {
                int count = lanesPerWord[g];
                int* values = lanes + (lane * Group);
                double* weight = weights + lane;
                if (count == 2)
                {
                    TDouble w = TLanes.Broadcast(weight[1]);
                    for (int i = 0; i < Group; i += TLanes.Count)
                    {
                        TLanes.Store(TLanes.MultiplyAdd(TLanes.LoadIntegers(values + Group + i), w,
                            TLanes.LoadIntegers(values + i)), words + i);
                    }
                }
                else
                {
                    for (int i = 0; i < Group; i += TLanes.Count)
                    {
                        TDouble word = TLanes.LoadIntegers(values + i);
                        for (int j = 1; j < count; j++)
                        {
                            word = TLanes.MultiplyAdd(TLanes.LoadIntegers(values + (j * Group) + i),
                                TLanes.Broadcast(weight[j]), word);
                        }

                        TLanes.Store(word, words + i);
                    }
                }

                lane += count;
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    internal override void Encrypt(int prime, double* words, ulong* mask, ulong* packed)
    {
        int count = Constants.Words;
        ulong modulus = Constants.Parameters.Ckks.Moduli[prime].Value;
        int width = Constants.Parameters.Ckks.Moduli[prime].Bits;
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(1.0 / modulus);
        TWord wordP = TLanes.BroadcastWord(modulus);
        fixed (double* weights = Constants.Weights.Span[(prime * count)..],
            ratios = Constants.WeightRatios.Span[(prime * count)..])
        fixed (long* integers = Constants.WeightWords.Span[(prime * count)..])
        {
            for (int column = 0; column < WordKernel.Columns; column += TLanes.Count)
            {
                ulong* to = packed + column;
                TWord pending = TLanes.BroadcastWord(0);
                int used = 0;
                for (int i = column; i < Group; i += WordKernel.Columns)
                {
                    TWord word;
                    if (TLanes.HasMultiplyLow)
                    {
                        TWord sum = IntegerDot(words + i, (ulong*)integers, ratios, count, wordP);
                        sum = TLanes.AddWord(sum, TLanes.LoadWord(mask + i));
                        sum = TLanes.MinUnsigned(sum, TLanes.AddWord(sum, wordP));
                        word = TLanes.MinUnsigned(sum, TLanes.SubtractWord(sum, wordP));
                    }
                    else
                    {
                        TDouble sum = TLanes.ToDouble(TLanes.LoadWord(mask + i));
                        for (int g = 0; g < count; g++)
                        {
                            TDouble w = TLanes.Load(words + (g * Group) + i);
                            sum =
                                TLanes.Add(sum, FmaTransform<TLanes, TDouble, TWord>.MultiplyMod(w,
                                    TLanes.Broadcast(weights[g]), p, inverse));
                        }

                        word = TLanes.ToWord(FmaTransform<TLanes, TDouble, TWord>.Canonical(sum, p, inverse));
                    }

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

    /// <summary>
    /// sum_g words_g * weight_g mod p in two's complement, |result| &lt; 0.64 p: the quotient by the prime in double
    /// precision, the remainder modulo 2^64. Words are below 2^45, weights at most p/2, and ten such words fill the
    /// largest modulus of nine primes of 50 bits: the partial sums of the quotient stay below 10 * 2^44, and their
    /// rounding adds up to less than (1 + 2 + ... + 10 + 10) 2^44 2^-53 &lt; 0.13. With a residue added the result lies
    /// between -p and 2p, which two conditional additions make canonical.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TWord IntegerDot(double* words, ulong* weights, double* ratios, int count, TWord p)
    {
        TDouble w = TLanes.Load(words);
        TDouble quotient = TLanes.Multiply(w, TLanes.Broadcast(ratios[0]));
        TWord sum = TLanes.MultiplyLow(TLanes.ToSignedWord(w), TLanes.BroadcastWord(weights[0]));
        for (ulong* end = weights + count; ++weights < end;)
        {
            words += Group;
            ratios++;
            w = TLanes.Load(words);
            quotient = TLanes.MultiplyAdd(w, TLanes.Broadcast(*ratios), quotient);
            sum = TLanes.AddWord(sum, TLanes.MultiplyLow(TLanes.ToSignedWord(w), TLanes.BroadcastWord(*weights)));
        }

        return TLanes.SubtractWord(sum, TLanes.MultiplyLow(TLanes.ToSignedWord(TLanes.Round(quotient)), p));
    }
}
