using System.Globalization;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// What people should know about one round's or one site's clipping and quantisation, with numbers. Thread-safe.
/// </summary>
public static class QuantisationNotes
{
    /// <summary>Share of clipped elements above which it is said.</summary>
    public const double MostClipped = 0.01;

    /// <summary>The notes; none where all is well.</summary>
    /// <param name="clippedShare">Clipped elements' share of all.</param>
    /// <param name="coarsest">The tensor whose quantisation is coarsest.</param>
    /// <param name="most">The tensor that lost most, for whoever has the updates; null for a server, which has
    /// their sum alone.</param>
    public static IEnumerable<string> Of(double? clippedShare, QuantisationGrain? coarsest, ClippedTensor? most = null)
    {
        if (clippedShare > MostClipped)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{100 * clippedShare.Value:0.0} % of the updates' elements were clipped{WayOut(most)}");
        }

        if (coarsest is { StepOverUpdate: > 1 })
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"the quantisation step of tensor {coarsest.Tensor}, {coarsest.Step:G3}, exceeds the typical "
                + $"element of its update, {coarsest.Update:G3}; more --bits in a new plan make it smaller; late in "
                + $"training, when updates shrink to nothing, it does no harm");
        }
    }

    /// <summary>The note on a mean that was beyond the clip; none where it was not.</summary>
    /// <param name="beyond">Elements of the mean update that were set to the clip.</param>
    public static IEnumerable<string> OfMean(long beyond)
    {
        if (beyond > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{beyond} elements of the mean update were beyond the clip and were set to it: the contributions' "
                + $"weights add up to less than one, or a client sent a false one");
        }
    }

    /// <summary>
    /// The clip that leaves room for every element seen, as the preparation chooses: twice the largest, rounded up to
    /// a power of two. Null where no number would do.
    /// </summary>
    /// <param name="largest">The largest magnitude, in the units of the weights; 0 for none.</param>
    public static float? Enough(double largest)
    {
        double clip = Math.Pow(2, Math.Ceiling(Math.Log2(2 * largest)));
        return largest > 0 && clip <= float.MaxValue ? (float)clip : null;
    }

    private static string WayOut(ClippedTensor? most)
    {
        if (most is null)
        {
            return "; the sites' own logs name the tensor and the --clip of a new plan that leaves room";
        }

        string tensor = string.Create(CultureInfo.InvariantCulture,
            $", most of tensor {most.Tensor}, {100 * most.Share:0.0} % of its elements; ");
        return tensor + (Enough(most.Largest) is float clip
            ? string.Create(CultureInfo.InvariantCulture, $"--clip {clip:R} in a new plan leaves room for all of them")
            : "a new plan needs a larger --clip");
    }
}
