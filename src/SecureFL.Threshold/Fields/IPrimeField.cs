using SecureFL.Threshold.Elements;

namespace SecureFL.Threshold.Fields;

/// <summary>
/// The prime field a sharing lives in. Shares, proofs and decoding are written once over this interface: the product
/// runs them at p = 2^31 - 1, the tests enumerate the same code at p = 5 and 7. Elements are canonical (0 &lt;= a &lt;
/// p, p &lt; 2^31).
/// </summary>
internal interface IPrimeField
{
    /// <summary>p.</summary>
    static abstract uint Modulus { get; }

    /// <summary>v mod p.</summary>
    static abstract uint Reduce(ulong v);

    /// <summary>
    /// destination[i] = values[i] * factor + addends[i]; lengths equal; the destination may be exactly one of the
    /// inputs.
    /// </summary>
    static abstract void MultiplyAdd(ReadOnlySpan<uint> values, uint factor, ReadOnlySpan<uint> addends,
        Span<uint> destination);

    /// <summary>sum over i of a[i] * b[i]; lengths equal.</summary>
    static abstract uint DotProduct(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b);
}

/// <summary>F_p at p = 2^31 - 1.</summary>
internal readonly struct Mersenne31 : IPrimeField
{
    public static uint Modulus => MersenneField.Modulus;

    public static uint Reduce(ulong v) => MersenneField.Reduce(v);

    public static void MultiplyAdd(ReadOnlySpan<uint> values, uint factor, ReadOnlySpan<uint> addends,
        Span<uint> destination) =>
        MersenneVectors.MultiplyAdd(values, factor, addends, destination);

    public static uint DotProduct(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b) => MersenneVectors.DotProduct(a, b);
}

/// <summary>Scalar operations every prime field has.</summary>
internal static class FieldOperations<TField>
    where TField : IPrimeField
{
    public static uint Add(uint a, uint b) => TField.Reduce((ulong)a + b);

    public static uint Subtract(uint a, uint b) => TField.Reduce((ulong)a + TField.Modulus - b);

    public static uint Multiply(uint a, uint b) => TField.Reduce((ulong)a * b);

    /// <summary>a^(p-2). Public operands only: points and decoder state.</summary>
    public static uint Inverse(uint a)
    {
        ArgumentOutOfRangeException.ThrowIfZero(a);
        uint result = 1;
        for (uint exponent = TField.Modulus - 2; exponent != 0; exponent >>= 1)
        {
            result = (exponent & 1) != 0 ? Multiply(result, a) : result;
            a = Multiply(a, a);
        }

        return result;
    }
}
