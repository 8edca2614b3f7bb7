using System.Runtime.CompilerServices;
using SecureFL.Ring.Arithmetic;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// The double-precision kernel; words of values and sums are the bits of doubles, |sum| &lt;= 2.7 p. The bounds are
/// those of <see cref="FmaTransform{TLanes, TDouble, TWord}"/>. With eight lanes products are taken as values come,
/// with fewer after the transform: the same sums modulo p.
/// </summary>
internal sealed unsafe class FmaProductSumKernel<TLanes, TDouble, TWord> : ProductSumKernel
    where TLanes : struct, ILanes<TDouble, TWord>
    where TDouble : struct
    where TWord : struct
{
    private const int GroupsPerBlock = FmaTransform<TLanes, TDouble, TWord>.ProductBlock / GroupSize;

    private readonly FmaTables _tables;
    private readonly double _p;

    internal FmaProductSumKernel(Modulus modulus)
        : base(modulus)
    {
        _tables = new FmaTables(Degree, modulus);
        _p = modulus.Value;
    }

    internal override void Begin(ReadOnlySpan<ulong> coefficients, ulong limit, Span<ulong> values)
    {
        if (TLanes.Count < 8)
        {
            Transform(coefficients, limit, values);
            return;
        }

        Check(coefficients.Length, nameof(coefficients));
        Check(values.Length, nameof(values));
        fixed (ulong* from = coefficients, to = values)
        fixed (double* roots = _tables.Roots.Span)
        {
            FmaTransform<TLanes, TDouble, TWord>.ForwardFirst(from, (double*)to, roots, _p, limit > Modulus.Value);
        }
    }

    internal override bool MultiplyAccumulate(int group, ReadOnlySpan<byte> packed, Span<ulong> values,
        Span<ulong> sums)
    {
        Check(values.Length, nameof(values));
        Check(sums.Length, nameof(sums));
        CheckGroup(group, packed.Length);
        fixed (byte* words = packed)
        fixed (ulong* x = values, to = sums)
        fixed (double* roots = _tables.Roots.Span, tail = _tables.Tail.Span)
        {
            double* value = (double*)x + (group * GroupSize);
            double* sum = (double*)to + (group * GroupSize);
            if (TLanes.Count < 8)
            {
                return Accumulate((ulong*)words, Modulus.Bits, Modulus.Value, value, sum);
            }

            if (group % GroupsPerBlock == 0)
            {
                FmaTransform<TLanes, TDouble, TWord>.ForwardBlockLevels(group / GroupsPerBlock, (double*)x, roots, _p);
            }

            return FmaTransform<TLanes, TDouble, TWord>.TailProducts(
                value, tail + (group * GroupSize / FmaTables.GroupSize * FmaTables.TailRootsPerGroup), (ulong*)words,
                Modulus.Bits, sum, _p);
        }
    }

    internal override void Finish(Span<ulong> sums)
    {
        Check(sums.Length, nameof(sums));
        fixed (ulong* words = sums)
        {
            Canonicalise(words, Degree, _p);
        }
    }

    private protected override void Transform(ReadOnlySpan<ulong> coefficients, ulong limit, Span<ulong> values)
    {
        Check(coefficients.Length, nameof(coefficients));
        Check(values.Length, nameof(values));
        fixed (ulong* from = coefficients, to = values)
        fixed (double* roots = _tables.Roots.Span, tail = _tables.Tail.Span)
        {
            ToDoubles(from, (double*)to, Degree, _p, limit > Modulus.Value);
            FmaTransform<TLanes, TDouble, TWord>.Forward((double*)to, Degree, roots, tail, _p);
        }
    }

    private protected override ulong ToResidue(ulong value) =>
        Modulus.Reduce((long)BitConverter.UInt64BitsToDouble(value));

    private protected override ulong FromResidue(ulong residue) =>
        BitConverter.DoubleToUInt64Bits(Modulus.Centre(residue));

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static bool Accumulate(ulong* packed, int width, ulong modulus, double* values, double* sums)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(1.0 / modulus);
        TWord mask = TLanes.BroadcastWord((1UL << width) - 1);
        TWord highest = TLanes.BroadcastWord(0);
        for (int column = 0; column < WordKernel.Columns; column += TLanes.Count)
        {
            PackedColumn<TLanes, TWord> from = new(packed + column, width);
            for (int i = column; i < GroupSize; i += WordKernel.Columns)
            {
                TWord word = TLanes.And(from.Next(i + WordKernel.Columns >= GroupSize), mask);
                highest = TLanes.Max(highest, word);
                TLanes.Store(
                    FmaTransform<TLanes, TDouble, TWord>.MultiplyInto(TLanes.Load(sums + i), TLanes.Load(values + i),
                        TLanes.ToDouble(word), p, inverse), sums + i);
            }
        }

        return TLanes.IsZero(TLanes.AtLeast(highest, TLanes.BroadcastWord(modulus)));
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void ToDoubles(ulong* words, double* x, int length, double modulus, bool reduce)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(1.0 / modulus);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            TWord word = TLanes.LoadWord(words + i);
            TLanes.Store(
                reduce ? FmaTransform<TLanes, TDouble, TWord>.ReduceWord(word, p, inverse) : TLanes.ToDouble(word),
                x + i);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void Canonicalise(ulong* words, int length, double modulus)
    {
        TDouble p = TLanes.Broadcast(modulus);
        TDouble inverse = TLanes.Broadcast(1.0 / modulus);
        for (int i = 0; i < length; i += TLanes.Count)
        {
            TDouble sum = TLanes.Load((double*)words + i);
            TLanes.StoreWord(TLanes.ToWord(FmaTransform<TLanes, TDouble, TWord>.Canonical(sum, p, inverse)), words + i);
        }
    }
}
