using SecureFL.Ring.Arithmetic;

namespace SecureFL.Ring.Kernels;

/// <summary>
/// The 64-bit integer kernel of one prime below 2^61: fallback and oracle. Prepared secrets are canonical residues in
/// evaluation order.
/// </summary>
internal sealed class ScalarRingKernel : RingKernel
{
    private readonly ScalarTransform _transform;
    private readonly ulong _degreeInverse;

    internal ScalarRingKernel(int degree, Modulus modulus)
        : base(degree, modulus)
    {
        _transform = new ScalarTransform(degree, modulus);
        _degreeInverse = modulus.Inverse((ulong)degree);
    }

    internal override void Forward(Span<ulong> polynomial)
    {
        Check(polynomial.Length, nameof(polynomial));
        _transform.Forward(polynomial);
        Transpose(polynomial);
    }

    internal override void Inverse(Span<ulong> values)
    {
        Check(values.Length, nameof(values));
        Transpose(values);
        _transform.InverseUnscaled(values);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Modulus.Multiply(values[i], _degreeInverse);
        }
    }

    internal override void Prepare(ReadOnlySpan<int> small, Span<ulong> prepared)
    {
        Check(small.Length, nameof(small));
        Check(prepared.Length, nameof(prepared));
        for (int i = 0; i < small.Length; i++)
        {
            prepared[i] = Lift(small[i]);
        }

        Forward(prepared);
        for (int i = 0; i < prepared.Length; i++)
        {
            prepared[i] = Modulus.Multiply(prepared[i], _degreeInverse);
        }
    }

    internal override void MultiplyAdd(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> prepared, ReadOnlySpan<int> small,
        Span<ulong> result)
    {
        Check(a.Length, nameof(a));
        Check(prepared.Length, nameof(prepared));
        Check(small.Length, nameof(small));
        Check(result.Length, nameof(result));
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = Modulus.Multiply(a[i], prepared[i]);
        }

        Transpose(result);
        _transform.InverseUnscaled(result);
        for (int i = 0; i < result.Length; i++)
        {
            ulong sum = result[i] + Residue(small[i]);
            ulong difference = sum - Modulus.Value;
            result[i] = difference + (Modulus.Value & (ulong)((long)difference >> 63));
        }
    }

    internal override void PrepareValues(ReadOnlySpan<ulong> values, Span<ulong> prepared)
    {
        Check(values.Length, nameof(values));
        Check(prepared.Length, nameof(prepared));
        values.CopyTo(prepared);
    }

    internal override void MultiplyAccumulate(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> prepared,
        Span<ulong> accumulator)
    {
        Check(a.Length, nameof(a));
        Check(prepared.Length, nameof(prepared));
        Check(accumulator.Length, nameof(accumulator));
        for (int i = 0; i < accumulator.Length; i++)
        {
            ulong difference = accumulator[i] + Modulus.Multiply(a[i], prepared[i]) - Modulus.Value;
            accumulator[i] = difference + (Modulus.Value & (ulong)((long)difference >> 63));
        }
    }

    internal override void SwapOrder(Span<ulong> values)
    {
        Check(values.Length, nameof(values));
        Transpose(values);
    }

    internal override void PrepareResidues(ReadOnlySpan<ulong> polynomial, ulong factor, Span<ulong> prepared)
    {
        Check(polynomial.Length, nameof(polynomial));
        Check(prepared.Length, nameof(prepared));
        polynomial.CopyTo(prepared);
        Forward(prepared);
        ConstantMultiplier scale = new(Modulus, Modulus.Multiply(factor, _degreeInverse));
        for (int i = 0; i < prepared.Length; i++)
        {
            prepared[i] = scale.Multiply(prepared[i]);
        }
    }

    /// <summary>An integer of absolute value at most p as a residue, without a branch.</summary>
    private ulong Residue(int value) => (ulong)value + (Modulus.Value & (ulong)((long)value >> 63));

    /// <summary>
    /// |s| &lt; 2^23 as a residue below 2p, without a branch on s: p 2^k &gt;= 2^23 for k = max(0, 24 - bits of p).
    /// </summary>
    private ulong Lift(int value)
    {
        int top = Math.Max(0, 24 - Modulus.Bits);
        ulong x = (ulong)value + ((Modulus.Value << top) & (ulong)((long)value >> 63));
        for (int shift = top - 1; shift >= 1; shift--)
        {
            ulong difference = x - (Modulus.Value << shift);
            x = difference + ((Modulus.Value << shift) & (ulong)((long)difference >> 63));
        }

        return x;
    }

    private static void Transpose(Span<ulong> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            int j = EvaluationOrder.Transpose(i);
            if (i < j)
            {
                (values[i], values[j]) = (values[j], values[i]);
            }
        }
    }
}
