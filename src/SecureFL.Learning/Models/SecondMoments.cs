using System.Collections.Immutable;
using System.Numerics.Tensors;
using SecureFL.Learning.Data.Datasets;

namespace SecureFL.Learning.Models;

/// <summary>
/// The mean over rows of x x', where x is a row's features and a 1 for the intercept: symmetric, in packed form (row i
/// from its diagonal element on). Immutable.
/// </summary>
public sealed class SecondMoments
{
    /// <summary>Wraps packed elements.</summary>
    /// <param name="size">Features and the intercept.</param>
    /// <param name="packed">size (size + 1) / 2 elements.</param>
    /// <exception cref="ArgumentException">Another number of elements.</exception>
    public SecondMoments(int size, ImmutableArray<double> packed)
    {
        Size = size;
        Packed = packed.Length == LengthOf(size)
            ? packed
            : throw new ArgumentException(
                $"{packed.Length} elements, {size} features with the intercept have {LengthOf(size)}", nameof(packed));
    }

    /// <summary>Features and the intercept.</summary>
    public int Size { get; }

    /// <summary>Whether nothing was summed (<see cref="Bound"/>).</summary>
    public bool IsBound { get; private init; }

    /// <summary>Element (0, 0), (0, 1) .. (0, size-1), (1, 1) and so on.</summary>
    public ImmutableArray<double> Packed { get; }

    /// <summary>Elements of the packed form.</summary>
    public static int LengthOf(int size) => checked(size * (size + 1) / 2);

    /// <summary>
    /// Refuses what no rows have: a negative square, an intercept of 0, or a product beyond its squares where all three
    /// are of one sum.
    /// </summary>
    /// <param name="sumOf">The number of the sum that each element of the packed form was opened in: other sums may be
    /// of other sites' rows.</param>
    /// <param name="slack">What rounding may have added to an element, by sum.</param>
    /// <returns>The same, with products that exceed squares of other sums lowered to what those allow, and how many
    /// these are.</returns>
    /// <exception cref="ArgumentException">Names the element.</exception>
    internal (SecondMoments Moments, int Lowered) Fit(ReadOnlySpan<int> sumOf, ReadOnlySpan<double> slack)
    {
        int[] diagonal = new int[Size];
        for (int i = 0, at = 0; i < Size; at += Size - i, i++)
        {
            diagonal[i] = at;
            if (!(Packed[at] >= 0) || (i == Size - 1 && !(Packed[at] > 0)))
            {
                throw new ArgumentException($"a mean square of {Packed[at]} in column {i}");
            }
        }

        double[] fitting = [.. Packed];
        int lowered = 0;
        for (int i = 0, at = 0; i < Size; i++)
        {
            for (int j = i; j < Size; j++, at++)
            {
                (int first, int second) = (diagonal[i], diagonal[j]);
                double own = slack[sumOf[at]];
                double most = Math.Sqrt((Packed[first] + own) * (Packed[second] + own)) + own;
                if (Math.Abs(Packed[at]) <= most)
                {
                    continue;
                }

                if (!double.IsFinite(Packed[at]) || (sumOf[at] == sumOf[first] && sumOf[at] == sumOf[second]))
                {
                    throw new ArgumentException(
                        $"a mean product of {Packed[at]} of columns {i} and {j}, whose squares allow {most}");
                }

                fitting[at] = Math.CopySign(Math.Sqrt(Packed[first] * Packed[second]), Packed[at]);
                lowered++;
            }
        }

        return (lowered == 0 ? this : new SecondMoments(Size, [.. fitting]), lowered);
    }

    /// <summary>
    /// What bounds the second moments of standardised features that nobody has summed: no eigenvalue exceeds the trace.
    /// </summary>
    public static SecondMoments Bound(int size) =>
        new(size,
            [.. Enumerable.Range(0, size).SelectMany(
                i => Enumerable.Range(i, size - i).Select(j => i == j ? (double)size : 0))])
        { IsBound = true };

    /// <summary>Row and column of an element of the packed form.</summary>
    internal static (int Row, int Column) PlaceOf(int element, int size)
    {
        int row = 0;
        for (int length = size; element >= length; element -= length, length--)
        {
            row++;
        }

        return (row, row + element);
    }

    /// <summary>Of all rows, each times the weight of its class.</summary>
    /// <param name="data">The rows.</param>
    /// <param name="classWeights">A factor for each class, or empty.</param>
    public static SecondMoments Of(Dataset data, ReadOnlySpan<float> classWeights)
    {
        ArgumentNullException.ThrowIfNull(data);
        int size = data.Width + 1;
        double[] row = new double[size];
        double[] sums = new double[LengthOf(size)];
        for (int r = 0; r < data.Count; r++)
        {
            ReadOnlySpan<float> features = data.Row(r);
            for (int f = 0; f < features.Length; f++)
            {
                row[f] = features[f];
            }

            row[^1] = 1;
            double weight = classWeights.IsEmpty ? 1 : classWeights[(int)data.Labels[r]];
            for (int i = 0, at = 0; i < size; at += size - i, i++)
            {
                double factor = weight * row[i];
                if (factor != 0)
                {
                    Span<double> target = sums.AsSpan(at, size - i);
                    TensorPrimitives.MultiplyAdd(row.AsSpan(i), factor, target, target);
                }
            }
        }

        TensorPrimitives.Divide(sums, Math.Max(1, data.Count), sums);
        return new SecondMoments(size, [.. sums]);
    }

    /// <summary>The whole matrix, row-major.</summary>
    internal double[] ToMatrix()
    {
        double[] matrix = new double[Size * Size];
        for (int i = 0, at = 0; i < Size; i++)
        {
            for (int j = i; j < Size; j++, at++)
            {
                matrix[(i * Size) + j] = matrix[(j * Size) + i] = Packed[at];
            }
        }

        return matrix;
    }
}
