using System.Globalization;
using SecureFL.Learning.Data.Datasets;

namespace SecureFL.Learning.Data.Checks;

/// <summary>
/// A site whose rows are all of one class trains towards that class alone, and nothing at the site holds it back but
/// the rate and the ridge: that takes nothing from a model of enough rounds, and much from one of few.
/// </summary>
public static class OneClassRule
{
    /// <summary>
    /// What people should know of it, a sentence that starts with the rows; null for rows of several classes, and for
    /// numbers.
    /// </summary>
    /// <param name="rows">A site's training rows.</param>
    /// <param name="classes">The names of the classes; empty for their numbers.</param>
    public static string? Sentence(RawDataset rows, IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(classes);
        long[] counts = rows.CountClasses();
        int present = Array.FindIndex(counts, count => count > 0);
        if (present < 0 || counts[present] != rows.Count)
        {
            return null;
        }

        string name = present < classes.Count ? classes[present] : present.ToString(CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture,
            $"{(rows.Count == 1 ? "the only training row has" : $"all {rows.Count} training rows have")} the label ")
            + name + Advice;
    }

    /// <summary>The same of a table with this label alone.</summary>
    internal static string OfTable(string label, string value) => $"every row has the label {label} {value}{Advice}";

    private const string Advice =
        ": such a site draws the model towards that label, above all in a run of few rounds; is the label read as "
        + "it is meant?";
}
