using System.Numerics.Tensors;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Privacy;

/// <summary>
/// Bounds the sensitivity of what a site sends (Abadi et al. 2016; McMahan et al. 2018). Thread-safe.
/// </summary>
public static class NormClipping
{
    /// <summary>
    /// Unit <c>client</c>: scales <paramref name="update"/> down to a Euclidean norm of at most
    /// <paramref name="bound"/>; true when it had to.
    /// </summary>
    /// <exception cref="ArgumentException">A bound that is not positive, or an update that is not finite.</exception>
    public static bool ClipUpdate(Span<float> update, double bound)
    {
        CheckBound(bound);
        double norm = Norm(update);
        if (!double.IsFinite(norm))
        {
            throw new ArgumentException("the update holds a number that is not finite", nameof(update));
        }

        if (norm <= bound)
        {
            return false;
        }

        // The factor is rounded towards zero so that single-precision rounding cannot exceed the bound.
        float factor = (float)(bound / norm * (1 - 1e-6));
        TensorPrimitives.Multiply(update, factor, update);
        return true;
    }

    /// <summary>
    /// Unit <c>record</c>: writes the sum over <paramref name="rows"/> of each row's gradient, clipped to
    /// <paramref name="bound"/> by itself. Adding or removing one row changes the sum by at most the bound. Returns how
    /// many rows were clipped.
    /// </summary>
    /// <exception cref="ArgumentException">A bound that is not positive, or a gradient that is not finite.</exception>
    public static int SumClippedGradients(
        FeedForwardModel model, ReadOnlySpan<float> weights, Dataset data, ReadOnlySpan<int> rows, double bound,
        Span<float> sum)
    {
        ArgumentNullException.ThrowIfNull(model);
        CheckBound(bound);
        float[] gradient = new float[weights.Length];
        sum.Clear();
        int clipped = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            model.Gradient(weights, data, rows.Slice(i, 1), [], gradient);
            clipped += ClipUpdate(gradient, bound) ? 1 : 0;
            TensorPrimitives.Add(sum, gradient, sum);
        }

        return clipped;
    }

    private static double Norm(ReadOnlySpan<float> values)
    {
        double squares = 0;
        foreach (float value in values)
        {
            squares += (double)value * value;
        }

        return Math.Sqrt(squares);
    }

    private static void CheckBound(double bound)
    {
        if (!(bound > 0) || !double.IsFinite(bound))
        {
            throw new ArgumentException($"a clipping bound of {bound}, it must be positive", nameof(bound));
        }
    }
}
