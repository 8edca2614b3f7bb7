using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace SecureFL.Learning.Models;

/// <summary>
/// The two vector operations of dense layers. Sums run in an order that depends on the length alone: library reductions
/// that align their loads first may add up differently when the garbage collector moves an array, and training must
/// repeat bit for bit.
/// </summary>
internal static class DenseKernels
{
    /// <summary>The scalar product of two spans of one length: four vector accumulators, then the tail.</summary>
    public static T Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ReadOnlySpan<Vector<T>> a = MemoryMarshal.Cast<T, Vector<T>>(x);
        ReadOnlySpan<Vector<T>> b = MemoryMarshal.Cast<T, Vector<T>>(y[..x.Length]);
        Vector<T> s0 = Vector<T>.Zero;
        Vector<T> s1 = Vector<T>.Zero;
        Vector<T> s2 = Vector<T>.Zero;
        Vector<T> s3 = Vector<T>.Zero;
        int i = 0;
        for (; i + 4 <= a.Length && i + 4 <= b.Length; i += 4)
        {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }

        for (; i < a.Length && i < b.Length; i++)
        {
            s0 += a[i] * b[i];
        }

        T sum = Vector.Sum(s0 + s1 + (s2 + s3));
        for (int tail = i * Vector<T>.Count; tail < x.Length; tail++)
        {
            sum += x[tail] * y[tail];
        }

        return sum;
    }

    /// <summary>target += x * scale, element by element (no reduction, so any order gives the same bits).</summary>
    public static void AddScaled<T>(ReadOnlySpan<T> x, T scale, Span<T> target)
        where T : unmanaged, IFloatingPointIeee754<T> => TensorPrimitives.FusedMultiplyAdd(x, scale, target, target);
}
