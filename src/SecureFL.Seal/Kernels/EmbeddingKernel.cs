using System.Runtime.Intrinsics;
using SecureFL.Ring.Kernels;

namespace SecureFL.Seal.Kernels;

/// <summary>The complex Fourier transforms of the canonical embedding, at one vector width. Thread-safe.</summary>
internal abstract class EmbeddingKernel
{
    internal static EmbeddingKernel Create(VectorWidth? width = null) => (width ?? VectorWidths.Best) switch
    {
        VectorWidth.Bits512 => new EmbeddingKernel<Lanes512, Vector512<double>, Vector512<ulong>>(),
        VectorWidth.Bits256 => new EmbeddingKernel<Lanes256, Vector256<double>, Vector256<ulong>>(),
        VectorWidth.Bits128 => new EmbeddingKernel<Lanes128, Vector128<double>, Vector128<ulong>>(),
        _ => new ScalarEmbeddingKernel(),
    };

    /// <summary>
    /// In: M values as <see cref="EmbeddingTables.Position"/> arranges them. Out: coefficient n in
    /// <paramref name="real"/>, coefficient M + n in
    /// <paramref name="imaginary"/>, times <paramref name="factor"/>; the caller's factor holds the 1/M of the inverse
    /// transform.
    /// </summary>
    internal abstract void ToCoefficients(EmbeddingTables tables, Span<double> real, Span<double> imaginary,
        double factor);

    /// <summary>The inverse with factor 1 and without 1/M: coefficients in, values out.</summary>
    internal abstract void ToValues(EmbeddingTables tables, Span<double> real, Span<double> imaginary);

    /// <summary>
    /// To nearest, ties to even; false if an integer would be 2^51 or more in absolute value, or a value is not a
    /// number.
    /// </summary>
    internal abstract bool TryRound(ReadOnlySpan<double> values, Span<long> integers);

    private protected static void Check(EmbeddingTables tables, Span<double> real, Span<double> imaginary)
    {
        if (real.Length != tables.Points || imaginary.Length != tables.Points)
        {
            throw new ArgumentException(
                $"{real.Length} and {imaginary.Length} values for a transform of {tables.Points}");
        }
    }
}
