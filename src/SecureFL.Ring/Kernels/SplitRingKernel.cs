using System.Runtime.CompilerServices;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// The 32-bit-split kernel of one prime below 2^60. Prepared secrets are canonical residues times 2^64 (Montgomery
/// form) in evaluation order.
/// </summary>
internal sealed unsafe class SplitRingKernel<TLanes, TDouble, TWord> : RingKernel
    where TLanes : struct, ILanes<TDouble, TWord>
    where TDouble : struct
    where TWord : struct
{
    private readonly SplitTables _forward;
    private readonly SplitTables _backward;
    private readonly ulong _p;
    private readonly ulong _inverse;
    private readonly ulong _degreeInverse;
    private readonly ulong _montgomery;

    internal SplitRingKernel(int degree, Modulus modulus)
        : base(degree, modulus)
    {
        if (modulus.Bits > MaxSplitBits)
        {
            throw new ArgumentException(
                $"the split kernel takes primes of at most {MaxSplitBits} bits, not {modulus.Bits}", nameof(modulus));
        }

        ulong psi = modulus.MinimalPrimitiveRoot(degree);
        _forward = new SplitTables(degree, modulus, psi);
        _backward = new SplitTables(degree, modulus, modulus.Inverse(psi));
        _p = modulus.Value;
        _degreeInverse = modulus.Inverse((ulong)degree);
        _montgomery = (ulong)((UInt128.One << 64) % modulus.Value);
        // Newton: p p = 1 mod 8, and each step doubles the bits that are right.
        _inverse = _p;
        for (int bits = 3; bits < 64; bits *= 2)
        {
            _inverse *= 2 - (_p * _inverse);
        }
    }

    internal override void Forward(Span<ulong> polynomial)
    {
        Check(polynomial.Length, nameof(polynomial));
        fixed (ulong* x = polynomial)
        {
            SplitTransform<TLanes, TDouble, TWord>.Forward(x, Degree, _forward, _p);
            Canonicalise(x, Degree, _p);
        }
    }

    internal override void Inverse(Span<ulong> values)
    {
        Check(values.Length, nameof(values));
        fixed (ulong* x = values)
        {
            SplitTransform<TLanes, TDouble, TWord>.InverseUnscaled(x, Degree, _backward, _p);
            Scale(x, x, Degree, _degreeInverse, Quotient(_degreeInverse), _p);
        }
    }

    internal override void Prepare(ReadOnlySpan<int> small, Span<ulong> prepared)
    {
        Check(small.Length, nameof(small));
        Check(prepared.Length, nameof(prepared));
        fixed (int* from = small)
        fixed (ulong* x = prepared)
        {
            Lift(from, x, Degree, _p);
            SplitTransform<TLanes, TDouble, TWord>.Forward(x, Degree, _forward, _p);
            // The 1/N of every inverse transform is paid here, once.
            ulong factor = Modulus.Multiply(_degreeInverse, _montgomery);
            Scale(x, x, Degree, factor, Quotient(factor), _p);
        }
    }

    internal override void PrepareResidues(ReadOnlySpan<ulong> polynomial, ulong factor, Span<ulong> prepared)
    {
        Check(polynomial.Length, nameof(polynomial));
        Check(prepared.Length, nameof(prepared));
        polynomial.CopyTo(prepared);
        fixed (ulong* x = prepared)
        {
            SplitTransform<TLanes, TDouble, TWord>.Forward(x, Degree, _forward, _p);
            ulong scale = Modulus.Multiply(Modulus.Multiply(factor, _degreeInverse), _montgomery);
            Scale(x, x, Degree, scale, Quotient(scale), _p);
        }
    }

    internal override void MultiplyAdd(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> prepared, ReadOnlySpan<int> small,
        Span<ulong> result)
    {
        Check(a.Length, nameof(a));
        Check(prepared.Length, nameof(prepared));
        Check(small.Length, nameof(small));
        Check(result.Length, nameof(result));
        fixed (ulong* left = a, right = prepared, x = result)
        fixed (int* addend = small)
        {
            Multiply(left, right, x, Degree, _p, _inverse);
            SplitTransform<TLanes, TDouble, TWord>.InverseUnscaled(x, Degree, _backward, _p);
            AddCanonicalise(x, addend, Degree, _p);
        }
    }

    internal override void PrepareValues(ReadOnlySpan<ulong> values, Span<ulong> prepared)
    {
        Check(values.Length, nameof(values));
        Check(prepared.Length, nameof(prepared));
        fixed (ulong* from = values, to = prepared)
        {
            Scale(from, to, Degree, _montgomery, Quotient(_montgomery), _p);
        }
    }

    internal override void MultiplyAccumulate(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> prepared,
        Span<ulong> accumulator)
    {
        Check(a.Length, nameof(a));
        Check(prepared.Length, nameof(prepared));
        Check(accumulator.Length, nameof(accumulator));
        fixed (ulong* left = a, right = prepared, sum = accumulator)
        {
            Accumulate(left, right, sum, Degree, _p, _inverse);
        }
    }

    internal override void SwapOrder(Span<ulong> values)
    {
        Check(values.Length, nameof(values));
        fixed (ulong* words = values)
        {
            OrderSwap<TLanes, TDouble, TWord>.Swap(words, Degree);
        }
    }

    private ulong Quotient(ulong w) => SplitTables.Quotient(w, Modulus);

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Canonicalise(ulong* x, int length, ulong modulus)
    {
        TWord p = TLanes.BroadcastWord(modulus);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            TLanes.StoreWord(SplitArithmetic<TLanes, TWord>.Canonical8(TLanes.LoadWord(x + i), p), x + i);
        }
    }

    /// <summary>Any words times w, canonical.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Scale(ulong* from, ulong* to, int length, ulong factor, ulong factorQuotient, ulong modulus)
    {
        TWord p = TLanes.BroadcastWord(modulus);
        TWord w = TLanes.BroadcastWord(factor);
        TWord quotient = TLanes.BroadcastWord(factorQuotient);
        TWord top = TLanes.BroadcastWord(factorQuotient >> 32);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            TWord y = SplitArithmetic<TLanes, TWord>.Multiply(TLanes.LoadWord(from + i), w, quotient, top, p);
            TLanes.StoreWord(SplitArithmetic<TLanes, TWord>.Canonical4(y, p), to + i);
        }
    }

    /// <summary>|s| &lt; 2^23 as residues.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Lift(int* from, ulong* to, int length, ulong modulus)
    {
        TWord p = TLanes.BroadcastWord(modulus);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            TWord value = TLanes.LoadSigned(from + i);
            TLanes.StoreWord(TLanes.SubtractIfAtLeast(TLanes.AddWord(value, p), p), to + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(ulong* left, ulong* right, ulong* to, int length, ulong modulus, ulong modulusInverse)
    {
        TWord p = TLanes.BroadcastWord(modulus);
        TWord inverse = TLanes.BroadcastWord(modulusInverse);
        TWord low32 = TLanes.BroadcastWord(uint.MaxValue);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            TWord y = SplitArithmetic<TLanes, TWord>.MultiplyMontgomery(TLanes.LoadWord(left + i),
                TLanes.LoadWord(right + i), p, inverse, low32);
            TLanes.StoreWord(y, to + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(ulong* left, ulong* right, ulong* sum, int length, ulong modulus,
        ulong modulusInverse)
    {
        TWord p = TLanes.BroadcastWord(modulus);
        TWord inverse = TLanes.BroadcastWord(modulusInverse);
        TWord low32 = TLanes.BroadcastWord(uint.MaxValue);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            TWord y = SplitArithmetic<TLanes, TWord>.MultiplyMontgomery(TLanes.LoadWord(left + i),
                TLanes.LoadWord(right + i), p, inverse, low32);
            TLanes.StoreWord(SplitArithmetic<TLanes, TWord>.Canonical4(TLanes.AddWord(y, TLanes.LoadWord(sum + i)), p),
                sum + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AddCanonicalise(ulong* x, int* addend, int length, ulong modulus)
    {
        TWord p = TLanes.BroadcastWord(modulus);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            // Below 4p, plus p and a small integer of either sign.
            TWord small = TLanes.AddWord(p, TLanes.LoadSigned(addend + i));
            TLanes.StoreWord(
                SplitArithmetic<TLanes, TWord>.Canonical8(TLanes.AddWord(TLanes.LoadWord(x + i), small), p), x + i);
        }
    }
}
