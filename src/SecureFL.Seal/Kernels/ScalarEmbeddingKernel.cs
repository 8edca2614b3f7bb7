using SecureFL.Ring.Kernels;

namespace SecureFL.Seal.Kernels;

/// <summary>Radix 2, one value at a time: fallback and oracle.</summary>
internal sealed class ScalarEmbeddingKernel : EmbeddingKernel
{
    internal override void ToCoefficients(EmbeddingTables tables, Span<double> real, Span<double> imaginary,
        double factor)
    {
        Check(tables, real, imaginary);
        SwapOrder(real);
        SwapOrder(imaginary);
        for (int h = 1; h < tables.Points; h *= 2)
        {
            for (int at = 0; at < tables.Points; at++)
            {
                if ((at & h) == 0)
                {
                    int root = h + (at & (h - 1));
                    (double wr, double wi) = (tables.RootReal.Span[root], tables.RootImaginary.Span[root]);
                    (double xr, double xi) = (real[at + h], imaginary[at + h]);
                    double tr = (xr * wr) + (xi * wi);
                    double ti = (xi * wr) - (xr * wi);
                    (real[at + h], imaginary[at + h]) = (real[at] - tr, imaginary[at] - ti);
                    (real[at], imaginary[at]) = (real[at] + tr, imaginary[at] + ti);
                }
            }
        }

        for (int n = 0; n < tables.Points; n++)
        {
            (double wr, double wi) = (tables.TwistReal.Span[n] * factor, tables.TwistImaginary.Span[n] * factor);
            (double xr, double xi) = (real[n], imaginary[n]);
            (real[n], imaginary[n]) = ((xr * wr) + (xi * wi), (xi * wr) - (xr * wi));
        }
    }

    internal override void ToValues(EmbeddingTables tables, Span<double> real, Span<double> imaginary)
    {
        Check(tables, real, imaginary);
        for (int n = 0; n < tables.Points; n++)
        {
            (double wr, double wi) = (tables.TwistReal.Span[n], tables.TwistImaginary.Span[n]);
            (double xr, double xi) = (real[n], imaginary[n]);
            (real[n], imaginary[n]) = ((xr * wr) - (xi * wi), (xi * wr) + (xr * wi));
        }

        for (int h = tables.Points / 2; h >= 1; h /= 2)
        {
            for (int at = 0; at < tables.Points; at++)
            {
                if ((at & h) == 0)
                {
                    int root = h + (at & (h - 1));
                    (double wr, double wi) = (tables.RootReal.Span[root], tables.RootImaginary.Span[root]);
                    (double dr, double di) = (real[at] - real[at + h], imaginary[at] - imaginary[at + h]);
                    (real[at], imaginary[at]) = (real[at] + real[at + h], imaginary[at] + imaginary[at + h]);
                    (real[at + h], imaginary[at + h]) = ((dr * wr) - (di * wi), (di * wr) + (dr * wi));
                }
            }
        }

        SwapOrder(real);
        SwapOrder(imaginary);
    }

    internal override bool TryRound(ReadOnlySpan<double> values, Span<long> integers)
    {
        bool fits = true;
        for (int i = 0; i < values.Length; i++)
        {
            double rounded = Math.Round(values[i]);
            fits &= Math.Abs(rounded) < 1L << 51;
            integers[i] = fits ? (long)rounded : 0;
        }

        return fits;
    }

    private static void SwapOrder(Span<double> values)
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
