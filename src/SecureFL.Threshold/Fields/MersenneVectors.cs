using SecureFL.Threshold.Kernels;

namespace SecureFL.Threshold.Fields;

/// <summary>
/// Arithmetic over vectors of canonical elements of F_p, p = 2^31 - 1. No operation branches on, or indexes by, an
/// element. Thread-safe.
/// </summary>
public static class MersenneVectors
{
    /// <summary>
    /// destination[i] = values[i] * factor + addends[i] mod p. The destination may be exactly one of the inputs.
    /// </summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static void MultiplyAdd(ReadOnlySpan<uint> values, uint factor, ReadOnlySpan<uint> addends,
        Span<uint> destination)
    {
        SpanChecks.SameLength(values.Length, addends.Length);
        SpanChecks.SameLength(values.Length, destination.Length);
        MersenneKernels.MultiplyAdd(values, factor, addends, destination);
    }

    /// <summary>sum over i of a[i] * b[i] mod p.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static uint DotProduct(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        SpanChecks.SameLength(a.Length, b.Length);
        return MersenneKernels.DotProduct(a, b);
    }
}
