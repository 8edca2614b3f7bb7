using SecureFL.Threshold.Fields;

namespace SecureFL.Threshold.Reconstruction;

/// <summary>
/// Polynomials over F_p as arrays of coefficients from x^0 up, of public values; the zero polynomial has degree -1.
/// </summary>
internal static class FieldPolynomial<TField>
    where TField : IPrimeField
{
    public static int Degree(ReadOnlySpan<uint> a)
    {
        int degree = a.Length - 1;
        while (degree >= 0 && a[degree] == 0)
        {
            degree--;
        }

        return degree;
    }

    public static uint Evaluate(ReadOnlySpan<uint> a, uint point)
    {
        uint value = 0;
        for (int i = a.Length - 1; i >= 0; i--)
        {
            value = TField.Reduce(((ulong)value * point) + a[i]);
        }

        return value;
    }

    public static uint[] Multiply(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        uint[] product = new uint[Math.Max(1, a.Length + b.Length - 1)];
        for (int i = 0; i < a.Length; i++)
        {
            for (int j = 0; j < b.Length; j++)
            {
                product[i + j] = TField.Reduce(((ulong)a[i] * b[j]) + product[i + j]);
            }
        }

        return product;
    }

    public static uint[] Subtract(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        uint[] difference = new uint[Math.Max(a.Length, b.Length)];
        a.CopyTo(difference);
        for (int i = 0; i < b.Length; i++)
        {
            difference[i] = FieldOperations<TField>.Subtract(difference[i], b[i]);
        }

        return difference;
    }

    /// <summary>a = quotient * b + remainder, the degree of the remainder below that of b, b not zero.</summary>
    public static (uint[] Quotient, uint[] Remainder) Divide(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        int divisorDegree = Degree(b);
        uint[] remainder = a.ToArray();
        uint[] quotient = new uint[Math.Max(1, a.Length - divisorDegree)];
        uint leadInverse = FieldOperations<TField>.Inverse(b[divisorDegree]);
        for (int shift = Degree(a) - divisorDegree; shift >= 0; shift--)
        {
            uint factor = FieldOperations<TField>.Multiply(remainder[shift + divisorDegree], leadInverse);
            quotient[shift] = factor;
            for (int i = 0; i <= divisorDegree; i++)
            {
                uint product = FieldOperations<TField>.Multiply(factor, b[i]);
                remainder[shift + i] = FieldOperations<TField>.Subtract(remainder[shift + i], product);
            }
        }

        return (quotient, remainder);
    }

    /// <summary>The product of (x - point) over the points.</summary>
    public static uint[] Vanishing(ReadOnlySpan<uint> points)
    {
        uint[] product = [1];
        foreach (uint point in points)
        {
            product = Multiply(product, [FieldOperations<TField>.Subtract(0, point), 1]);
        }

        return product;
    }

    /// <summary>
    /// The polynomial of degree below the number of points through the values (Newton's divided differences).
    /// </summary>
    public static uint[] Interpolate(ReadOnlySpan<uint> points, ReadOnlySpan<uint> values)
    {
        uint[] result = new uint[points.Length];
        uint[] basis = [1];
        for (int j = 0; j < points.Length; j++)
        {
            uint gap = FieldOperations<TField>.Subtract(values[j], Evaluate(result, points[j]));
            uint factor = FieldOperations<TField>.Multiply(gap,
                FieldOperations<TField>.Inverse(Evaluate(basis, points[j])));
            for (int i = 0; i < basis.Length; i++)
            {
                result[i] = TField.Reduce(((ulong)factor * basis[i]) + result[i]);
            }

            basis = Multiply(basis, [FieldOperations<TField>.Subtract(0, points[j]), 1]);
        }

        return result;
    }
}
