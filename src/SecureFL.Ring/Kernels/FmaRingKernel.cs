using System.Runtime.CompilerServices;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// The double-precision kernel of one prime below 2^50. Words of prepared secrets are the bits of doubles.
/// </summary>
internal sealed unsafe class FmaRingKernel<TLanes, TDouble, TWord> : RingKernel
    where TLanes : struct, ILanes<TDouble, TWord>
    where TDouble : struct
    where TWord : struct
{
    private readonly FmaTables _tables;
    private readonly double _p;
    private readonly double _degreeInverse;
    private readonly double[] _ternaryFactors;

    internal FmaRingKernel(int degree, Modulus modulus)
        : base(degree, modulus)
    {
        _tables = new FmaTables(degree, modulus);
        _p = modulus.Value;
        _degreeInverse = modulus.Centre(modulus.Inverse((ulong)degree));
        _ternaryFactors = TernaryFactors(modulus, modulus.MinimalPrimitiveRoot(degree), degree);
    }

    internal override void Forward(Span<ulong> polynomial)
    {
        Check(polynomial.Length, nameof(polynomial));
        fixed (ulong* words = polynomial)
        {
            double* x = (double*)words;
            ToDoubles(words, x, Degree);
            Transform(x);
            Canonicalise(x, words, Degree, _p);
        }
    }

    internal override void Inverse(Span<ulong> values)
    {
        Check(values.Length, nameof(values));
        fixed (ulong* words = values)
        {
            double* x = (double*)words;
            ToDoubles(words, x, Degree);
            Scale(x, Degree, _degreeInverse, _p);
            TransformBack(x);
            Canonicalise(x, words, Degree, _p);
        }
    }

    internal override void Prepare(ReadOnlySpan<int> small, Span<ulong> prepared)
    {
        Check(small.Length, nameof(small));
        Check(prepared.Length, nameof(prepared));
        fixed (int* from = small)
        fixed (ulong* words = prepared)
        {
            double* x = (double*)words;
            for (int i = 0; i < Degree; i += TLanes.Count)
            {
                TLanes.Store(TLanes.LoadIntegers(from + i), x + i);
            }

            Transform(x);
            // The 1/N of every inverse transform is paid here, once; the product leaves |x|
            // <= T(6.4) p, so it is reduced to p/2 for the products to come.
            Scale(x, Degree, _degreeInverse, _p);
        }
    }

    internal override void MultiplyAdd(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> prepared, ReadOnlySpan<int> small,
        Span<ulong> result)
    {
        Check(a.Length, nameof(a));
        Check(prepared.Length, nameof(prepared));
        Check(small.Length, nameof(small));
        Check(result.Length, nameof(result));
        fixed (ulong* left = a)
        fixed (ulong* right = prepared)
        fixed (int* addend = small)
        fixed (ulong* words = result)
        {
            InverseProduct(new(left, null, (double*)right), addend, words);
        }
    }

    internal override void PrepareKey(ReadOnlySpan<ulong> values, Span<ulong> key)
    {
        Check(values.Length, nameof(values));
        Check(key.Length, nameof(key));
        fixed (ulong* from = values)
        fixed (ulong* to = key)
        {
            ToDoubles(from, (double*)to, Degree);
            Scale((double*)to, Degree, _degreeInverse, _p);
        }
    }

    internal override void LiftTernary(ReadOnlySpan<int> ternary, Span<ulong> lifted)
    {
        Check(ternary.Length, nameof(ternary));
        Check(lifted.Length, nameof(lifted));
        fixed (int* small = ternary)
        fixed (ulong* words = lifted)
        fixed (double* factors = _ternaryFactors, roots = _tables.Roots.Span, tail = _tables.Tail.Span)
        {
            FmaTransform<TLanes, TDouble, TWord>.ForwardTernary(small, (double*)words, Degree, factors,
                roots, tail, _p);
        }
    }

    internal override void MultiplyAddLifted(ReadOnlySpan<ulong> key, ReadOnlySpan<ulong> lifted,
        ReadOnlySpan<int> small, Span<ulong> result)
    {
        Check(key.Length, nameof(key));
        Check(lifted.Length, nameof(lifted));
        Check(small.Length, nameof(small));
        Check(result.Length, nameof(result));
        fixed (ulong* left = lifted, right = key, words = result)
        fixed (int* addend = small)
        {
            InverseProduct(new(null, (double*)left, (double*)right), addend, words);
        }
    }

    internal override void PrepareValues(ReadOnlySpan<ulong> values, Span<ulong> prepared)
    {
        Check(values.Length, nameof(values));
        Check(prepared.Length, nameof(prepared));
        fixed (ulong* from = values)
        fixed (ulong* to = prepared)
        {
            ToDoubles(from, (double*)to, Degree);
            Scale((double*)to, Degree, 1.0, _p);
        }
    }

    internal override void MultiplyAccumulate(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> prepared,
        Span<ulong> accumulator)
    {
        Check(a.Length, nameof(a));
        Check(prepared.Length, nameof(prepared));
        Check(accumulator.Length, nameof(accumulator));
        fixed (ulong* left = a)
        fixed (ulong* right = prepared)
        fixed (ulong* sum = accumulator)
        {
            Accumulate(left, (double*)right, sum, Degree, _p);
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

    internal override void PrepareResidues(ReadOnlySpan<ulong> polynomial, ulong factor, Span<ulong> prepared)
    {
        Check(polynomial.Length, nameof(polynomial));
        Check(prepared.Length, nameof(prepared));
        fixed (ulong* from = polynomial)
        fixed (ulong* words = prepared)
        {
            double* x = (double*)words;
            ToDoubles(from, x, Degree);
            Transform(x);
            Scale(x, Degree, Modulus.Centre(Modulus.Multiply(factor, Modulus.Inverse((ulong)Degree))), _p);
        }
    }

    internal override void AddLimbs(ReadOnlySpan<ulong> limbs, ulong offset, Span<ulong> result)
    {
        Check(result.Length, nameof(result));
        int count = CheckLimbs(limbs.Length);
        fixed (ulong* from = limbs)
        fixed (ulong* words = result)
        {
            for (int limb = 0; limb < count; limb++)
            {
                double weight = Modulus.Centre(Modulus.Power(2, (ulong)(limb * LimbBits)));
                AddScaled(from + (limb * Degree), weight, limb == 0 ? offset : 0, words, Degree, _p);
            }
        }
    }

    /// <summary>
    /// words + limb * weight - offset: |sum| is below p + T(2^53) p + p = 4 p, inside 2^53. A limb below 2^53 is split
    /// at 2^32, for words become doubles below 2^52 only.
    /// </summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void AddScaled(ulong* limb, double weight, double offset, ulong* words, int length, double modulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(1.0 / modulus);
        TDouble w = TLanes.Broadcast(weight);
        TDouble constant = TLanes.Broadcast(offset);
        TDouble shift = TLanes.Broadcast(4294967296.0);
        TWord low = TLanes.BroadcastWord(uint.MaxValue);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            TWord word = TLanes.LoadWord(limb + i);
            TDouble value = TLanes.MultiplyAdd(TLanes.ToDouble(TLanes.ShiftRight(word, 32)), shift,
                TLanes.ToDouble(TLanes.And(word, low)));
            TDouble y = FmaTransform<TLanes, TDouble, TWord>.MultiplyMod(value, w, p, inverse);
            y = TLanes.Subtract(TLanes.Add(y, TLanes.ToDouble(TLanes.LoadWord(words + i))), constant);
            TLanes.StoreWord(TLanes.ToWord(FmaTransform<TLanes, TDouble, TWord>.Canonical(y, p, inverse)), words + i);
        }
    }

    private void Transform(double* x)
    {
        fixed (double* roots = _tables.Roots.Span, tail = _tables.Tail.Span)
        {
            FmaTransform<TLanes, TDouble, TWord>.Forward(x, Degree, roots, tail, _p);
        }
    }

    private void TransformBack(double* x)
    {
        fixed (double* roots = _tables.InverseRoots.Span, tail = _tables.InverseTail.Span)
        {
            FmaTransform<TLanes, TDouble, TWord>.InverseUnscaled(x, Degree, roots, tail, _p);
        }
    }

    private void InverseProduct(FmaTransform<TLanes, TDouble, TWord>.Factors factors, int* addend, ulong* words)
    {
        fixed (double* roots = _tables.InverseRoots.Span, tail = _tables.InverseTail.Span)
        {
            FmaTransform<TLanes, TDouble, TWord>.InverseProduct(factors, addend, words, Degree, roots, tail, _p);
        }
    }

    /// <summary>
    /// With r_n the root of node n: r_1; r_2, r_2 r_1; r_3, -r_3 r_1; then for the nodes 4 to 7 the factors of
    /// coefficients 1, 5, 3, 7 of eight strided ones.
    /// </summary>
    private static double[] TernaryFactors(Modulus modulus, ulong psi, int degree)
    {
        int bits = System.Numerics.BitOperations.Log2((uint)degree);
        ulong Root(int node) => modulus.Power(psi, (ulong)EvaluationOrder.ReverseBits(node, bits));
        ulong Times(ulong a, ulong b) => modulus.Multiply(a, b);
        ulong Signed(ulong a, bool negative) => negative ? modulus.Subtract(0, a) : a;
        ulong first = Root(1);
        List<ulong> factors = [first, Root(2), Times(Root(2), first), Root(3), Signed(Times(Root(3), first), true)];
        for (int node = 4; node < 8; node++)
        {
            ulong second = Signed(Root(node / 2), node % 2 == 1);
            ulong signedFirst = Signed(first, node >= 6);
            factors.AddRange([Root(node), Times(Root(node), signedFirst), Times(Root(node), second),
                Times(Root(node), Times(second, signedFirst))]);
        }

        return [.. factors.Select(factor => (double)modulus.Centre(factor))];
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ToDoubles(ulong* words, double* x, int length)
    {
        for (int i = 0; i < length; i += TLanes.Count)
        {
            TLanes.Store(TLanes.ToDouble(TLanes.LoadWord(words + i)), x + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Scale(double* x, int length, double factor, double modulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(1.0 / modulus);
        TDouble w = TLanes.Broadcast(factor);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            TDouble y = FmaTransform<TLanes, TDouble, TWord>.MultiplyMod(TLanes.Load(x + i), w, p, inverse);
            TLanes.Store(FmaTransform<TLanes, TDouble, TWord>.Reduce(y, p, inverse), x + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(ulong* left, double* right, ulong* sum, int length, double modulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(1.0 / modulus);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            // At most T(1) p + p < 2p: see the bounds of FmaTransform.
            TDouble y = FmaTransform<TLanes, TDouble, TWord>.MultiplyMod(TLanes.ToDouble(TLanes.LoadWord(left + i)),
                TLanes.Load(right + i), p, inverse);
            y = TLanes.Add(y, TLanes.ToDouble(TLanes.LoadWord(sum + i)));
            TLanes.StoreWord(TLanes.ToWord(FmaTransform<TLanes, TDouble, TWord>.Canonical(y, p, inverse)), sum + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Canonicalise(double* x, ulong* words, int length, double modulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(1.0 / modulus);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            TLanes.StoreWord(TLanes.ToWord(
                FmaTransform<TLanes, TDouble, TWord>.Canonical(TLanes.Load(x + i), p, inverse)), words + i);
        }
    }
}
