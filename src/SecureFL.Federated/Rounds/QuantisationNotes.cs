using System.Globalization;

namespace SecureFL.Federated.Rounds;

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
    public static IEnumerable<string> Of(double? clippedShare, QuantisationGrain? coarsest)
    {
        if (clippedShare > MostClipped)
        {
            yield return string.Create(CultureInfo.InvariantCulture,
                $"{100 * clippedShare.Value:0.0} % of the updates' elements were clipped");
        }

        if (coarsest is { StepOverUpdate: > 1 })
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"the quantisation step of tensor {coarsest.Tensor}, {coarsest.Step:G3}, exceeds the typical "
                + $"element of its update, {coarsest.Update:G3}");
        }
    }
}
