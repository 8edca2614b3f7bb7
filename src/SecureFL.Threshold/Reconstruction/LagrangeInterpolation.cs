using SecureFL.Threshold.Fields;

namespace SecureFL.Threshold.Reconstruction;

/// <summary>Weights of Lagrange's formula for distinct non-zero points, which are public.</summary>
internal static class LagrangeInterpolation<TField>
    where TField : IPrimeField
{
    /// <summary>
    /// w_j = product over i != j of x_i / (x_i - x_j), so that f(0) = sum over j of w_j f(x_j) for every f of degree
    /// below the count.
    /// </summary>
    public static uint[] WeightsAtZero(ReadOnlySpan<uint> points)
    {
        uint[] weights = new uint[points.Length];
        for (int j = 0; j < points.Length; j++)
        {
            uint numerator = 1;
            uint denominator = 1;
            for (int i = 0; i < points.Length; i++)
            {
                if (i != j)
                {
                    numerator = FieldOperations<TField>.Multiply(numerator, points[i]);
                    denominator = FieldOperations<TField>.Multiply(denominator,
                        FieldOperations<TField>.Subtract(points[i], points[j]));
                }
            }

            weights[j] = FieldOperations<TField>.Multiply(numerator, FieldOperations<TField>.Inverse(denominator));
        }

        return weights;
    }

    /// <summary>
    /// u_j = product over i != j of 1 / (x_j - x_i): values y lie on a polynomial of degree below t if and only if the
    /// m - t sums over j of u_j x_j^i y_j, i = 0 .. m - t - 1, vanish (the dual of a generalised Reed-Solomon code;
    /// MacWilliams and Sloane, ch. 10, §8).
    /// </summary>
    public static uint[] DualMultipliers(ReadOnlySpan<uint> points)
    {
        uint[] multipliers = new uint[points.Length];
        for (int j = 0; j < points.Length; j++)
        {
            uint product = 1;
            for (int i = 0; i < points.Length; i++)
            {
                if (i != j)
                {
                    product = FieldOperations<TField>.Multiply(product,
                        FieldOperations<TField>.Subtract(points[j], points[i]));
                }
            }

            multipliers[j] = FieldOperations<TField>.Inverse(product);
        }

        return multipliers;
    }
}
