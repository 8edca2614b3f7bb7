using SecureFL.Threshold.Fields;

namespace SecureFL.Threshold.Reconstruction;

/// <summary>
/// Unique decoding of one Reed-Solomon word: m values, of which all but at most e = floor((m - t) / 2) lie on one
/// polynomial of degree below t. Gao, "A new algorithm for decoding Reed-Solomon codes" (2003): stop Euclid's algorithm
/// on the vanishing and the interpolation polynomial of the points at the first remainder of degree below (m + t) / 2.
/// </summary>
internal static class ReedSolomonDecoder<TField>
    where TField : IPrimeField
{
    /// <summary>
    /// Marks the positions that are not on the polynomial. False if no polynomial of degree below t passes through all
    /// but e of the values: a proof that more than e of them are wrong.
    /// </summary>
    public static bool TryLocateErrors(ReadOnlySpan<uint> points, ReadOnlySpan<uint> values, int threshold,
        Span<bool> wrong)
    {
        int count = points.Length;
        uint[] previous = FieldPolynomial<TField>.Vanishing(points);
        uint[] current = FieldPolynomial<TField>.Interpolate(points, values);
        uint[] previousCofactor = [0];
        uint[] cofactor = [1];
        while (2 * FieldPolynomial<TField>.Degree(current) >= count + threshold)
        {
            (uint[] quotient, uint[] remainder) = FieldPolynomial<TField>.Divide(previous, current);
            (previous, current) = (current, remainder);
            uint[] next = FieldPolynomial<TField>.Subtract(previousCofactor,
                FieldPolynomial<TField>.Multiply(quotient, cofactor));
            (previousCofactor, cofactor) = (cofactor, next);
        }

        (uint[] message, uint[] rest) = FieldPolynomial<TField>.Divide(current, cofactor);
        if (FieldPolynomial<TField>.Degree(rest) >= 0 || FieldPolynomial<TField>.Degree(message) >= threshold)
        {
            return false;
        }

        int errors = 0;
        for (int j = 0; j < count; j++)
        {
            wrong[j] = FieldPolynomial<TField>.Evaluate(message, points[j]) != values[j];
            errors += wrong[j] ? 1 : 0;
        }

        return 2 * errors <= count - threshold;
    }
}
