using SecureFL.Ring.Randomness;
using SecureFL.Threshold.Fields;

namespace SecureFL.Threshold.Sharing;

/// <summary>
/// One secret polynomial f_k of degree below t for each column k, stored by degree: row d holds the coefficients of x^d
/// of every column, and row 0 holds the secrets f_k(0). Not thread-safe; disposing erases all coefficients.
/// </summary>
internal sealed class SecretPolynomials<TField> : IDisposable
    where TField : IPrimeField
{
    private readonly SecretBuffer<uint> _coefficients;

    public SecretPolynomials(int threshold, int columns)
    {
        Threshold = threshold;
        Columns = columns;
        _coefficients = new SecretBuffer<uint>(checked(threshold * columns));
    }

    public int Threshold { get; }

    public int Columns { get; }

    /// <summary>The coefficients of x^degree, one a column.</summary>
    public Span<uint> Row(int degree) => _coefficients.Span.Slice(degree * Columns, Columns);

    /// <summary>values[k] = f_k(point), by Horner's rule on all columns at once. The point is public.</summary>
    public void Evaluate(uint point, Span<uint> values)
    {
        SpanChecks.SameLength(Columns, values.Length);
        Row(Threshold - 1).CopyTo(values);
        for (int degree = Threshold - 2; degree >= 0; degree--)
        {
            TField.MultiplyAdd(values, point, Row(degree), values);
        }
    }

    /// <summary>
    /// h(x) = f_mask(x) + sum over k of weights[k] f_k(x): the t coefficients of the polynomial that shows the degree
    /// of the first
    /// <c>weights.Length</c> columns and hides them behind the column <paramref name="mask"/>.
    /// </summary>
    public void Combine(ReadOnlySpan<uint> weights, int mask, Span<uint> combined)
    {
        SpanChecks.SameLength(Threshold, combined.Length);
        for (int degree = 0; degree < Threshold; degree++)
        {
            ReadOnlySpan<uint> row = Row(degree);
            combined[degree] = FieldOperations<TField>.Add(row[mask],
                TField.DotProduct(weights, row[..weights.Length]));
        }
    }

    /// <summary>
    /// Whether the share (values of all columns at the point) lies on a combined polynomial: h(x) = g(x) + sum of r_k
    /// y_k.
    /// </summary>
    public static bool IsOnCombined(ReadOnlySpan<uint> share, uint point, ReadOnlySpan<uint> weights, int mask,
        ReadOnlySpan<uint> combined)
    {
        uint claimed = 0;
        for (int degree = combined.Length - 1; degree >= 0; degree--)
        {
            claimed = TField.Reduce(((ulong)claimed * point) + combined[degree]);
        }

        return claimed == FieldOperations<TField>.Add(share[mask], TField.DotProduct(weights, share[..weights.Length]));
    }

    public void Dispose() => _coefficients.Dispose();

    public override string ToString() => "SecretPolynomials";
}
