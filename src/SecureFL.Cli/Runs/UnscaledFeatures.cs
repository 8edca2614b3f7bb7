using System.Globalization;
using SecureFL.Cli.Sites;

namespace SecureFL.Cli.Runs;

/// <summary>Points out features of very different size that nobody scales: one learning rate cannot fit them.</summary>
internal static class UnscaledFeatures
{
    /// <summary>The largest feature over the smallest, each by its largest absolute value.</summary>
    private const double VeryDifferent = 100;

    /// <summary>One sentence for tables; null where the sizes are alike.</summary>
    internal static string? Sentence(LoadedSites loaded)
    {
        if (loaded.Schema is null)
        {
            return null;
        }

        string[] names = [.. loaded.Schema.FeatureNames()];
        double[] sizes = new double[names.Length];
        foreach (LoadedSite site in loaded.Sites)
        {
            ReadOnlySpan<double> cells = site.Train.Features;
            for (int i = 0; i < cells.Length; i++)
            {
                double size = Math.Abs(cells[i]);
                sizes[i % names.Length] = size > sizes[i % names.Length] ? size : sizes[i % names.Length];
            }
        }

        int[] used = [.. Enumerable.Range(0, names.Length).Where(feature => sizes[feature] > 0)
            .OrderBy(feature => sizes[feature])];
        return used.Length < 2 || sizes[used[^1]] < VeryDifferent * sizes[used[0]] ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"with --normalize none {names[used[0]]} is at most {sizes[used[0]]:G4} and {names[used[^1]]} "
                + $"{sizes[used[^1]]:G4}: features of so different size train slowly or not at all; --normalize "
                + $"federated scales them");
    }
}
