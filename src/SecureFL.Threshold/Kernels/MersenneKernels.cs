using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using SecureFL.Threshold.Elements;

namespace SecureFL.Threshold.Kernels;

/// <summary>
/// The loops over vectors of elements of F_p, p = 2^31 - 1, each beside its scalar twin, which is its oracle and its
/// fallback; both give the same canonical words. Lengths are checked by the caller. A 32-bit multiplication of the even
/// and of the odd lanes fills eight 64-bit products at a time; no step depends on a value.
/// </summary>
internal static class MersenneKernels
{
    private const uint P = MersenneField.Modulus;
    private const int Bits = MersenneField.BitLength;

    public static bool IsVectorised => Avx2.IsSupported;

    public static void MultiplyAdd(ReadOnlySpan<uint> values, uint factor, ReadOnlySpan<uint> addends,
        Span<uint> destination)
    {
        int done = IsVectorised ? MultiplyAddAvx2(values, factor, addends, destination) : 0;
        MultiplyAddScalar(values[done..], factor, addends[done..], destination[done..]);
    }

    public static uint DotProduct(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        int done = 0;
        uint sum = IsVectorised ? DotProductAvx2(a, b, out done) : 0;
        return MersenneField.Add(sum, DotProductScalar(a[done..], b[done..]));
    }

    /// <summary>sums[i] += words[i], lazily in 64 bits.</summary>
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    public static void AddLazily(ReadOnlySpan<uint> words, Span<ulong> sums)
    {
        ReadOnlySpan<Vector256<uint>> w = MemoryMarshal.Cast<uint, Vector256<uint>>(words);
        Span<Vector256<ulong>> s = MemoryMarshal.Cast<ulong, Vector256<ulong>>(sums)[..(2 * w.Length)];
        for (int i = 0; i < w.Length; i++)
        {
            (Vector256<ulong> low, Vector256<ulong> high) = Vector256.Widen(w[i]);
            s[2 * i] += low;
            s[(2 * i) + 1] += high;
        }

        for (int i = w.Length * Vector256<uint>.Count; i < words.Length; i++)
        {
            sums[i] += words[i];
        }
    }

    internal static void MultiplyAddScalar(ReadOnlySpan<uint> values, uint factor, ReadOnlySpan<uint> addends,
        Span<uint> destination)
    {
        for (int i = 0; i < values.Length; i++)
        {
            destination[i] = MersenneField.Reduce(((ulong)values[i] * factor) + addends[i]);
        }
    }

    internal static uint DotProductScalar(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        ulong sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            ulong product = (ulong)a[i] * b[i];
            sum += (product & P) + (product >> Bits);   // < 2^32 a term: 2^32 terms fit
        }

        return MersenneField.Reduce(sum);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static int MultiplyAddAvx2(ReadOnlySpan<uint> values, uint factor, ReadOnlySpan<uint> addends,
        Span<uint> destination)
    {
        ReadOnlySpan<Vector256<uint>> v = MemoryMarshal.Cast<uint, Vector256<uint>>(values);
        ReadOnlySpan<Vector256<uint>> c = MemoryMarshal.Cast<uint, Vector256<uint>>(addends)[..v.Length];
        Span<Vector256<uint>> d = MemoryMarshal.Cast<uint, Vector256<uint>>(destination)[..v.Length];
        Vector256<uint> w = Vector256.Create(factor);
        Vector256<ulong> low32 = Vector256.Create(0xFFFF_FFFFUL);
        Vector256<uint> p = Vector256.Create(P);
        for (int i = 0; i < v.Length; i++)
        {
            Vector256<ulong> even = Fold(Fold(Avx2.Multiply(v[i], w) + (c[i].AsUInt64() & low32)));
            Vector256<ulong> odd =
                Fold(Fold(Avx2.Multiply((v[i].AsUInt64() >> 32).AsUInt32(), w) + (c[i].AsUInt64() >> 32)));
            // v*w + c <= (p-1)^2 + p-1 < 2^62: one fold leaves less than 2^32, a second at most p + 1 < 2p.
            Vector256<uint> both = (even | (odd << 32)).AsUInt32();
            d[i] = Vector256.Min(both, both - p);
        }

        return v.Length * Vector256<uint>.Count;
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static uint DotProductAvx2(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b, out int done)
    {
        ReadOnlySpan<Vector256<uint>> x = MemoryMarshal.Cast<uint, Vector256<uint>>(a);
        ReadOnlySpan<Vector256<uint>> y = MemoryMarshal.Cast<uint, Vector256<uint>>(b)[..x.Length];
        Vector256<ulong> sum = Vector256<ulong>.Zero;
        int i = 0;
        for (; i < x.Length - 1; i += 2)
        {
            // 4 (p-1)^2 < 2^64: four products share one fold, which leaves less than 2^34; 2^30 of these fit a lane.
            Vector256<ulong> four = Products(x[i], y[i]) + Products(x[i + 1], y[i + 1]);
            sum += Fold(four);
        }

        if (i < x.Length)
        {
            sum += Fold(Products(x[i], y[i]));
        }

        done = x.Length * Vector256<uint>.Count;
        ulong total = 0;
        for (int lane = 0; lane < Vector256<ulong>.Count; lane++)
        {
            total += MersenneField.Reduce(sum[lane]);
        }

        return MersenneField.Reduce(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Products(Vector256<uint> x, Vector256<uint> y) =>
        Avx2.Multiply(x, y) + Avx2.Multiply((x.AsUInt64() >> 32).AsUInt32(), (y.AsUInt64() >> 32).AsUInt32());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Fold(Vector256<ulong> v) => (v & Vector256.Create((ulong)P)) + (v >> Bits);
}
