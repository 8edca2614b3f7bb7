namespace SecureFL.Learning.Data.Columns;

/// <summary>
/// Whole numbers that are dates written without marks, 20210404: taken for dates where all numbers of the column are
/// such, of 1900 .. 2099, and its name or another site's dates say so. Thread-safe.
/// </summary>
internal static class CompactDates
{
    private static readonly string[] Words = ["date", "datum", "fecha", "birth", "geburt", "naissance", "nacimiento"];
    private static readonly string[] Names = ["dob", "dt", "day", "tag", "jour", "dia", "giorno", "data"];

    /// <summary>Whether all numbers of the file are such dates.</summary>
    internal static bool Are(ColumnProfile site) =>
        site.Numbers.Total > 0 && site.DatesWithoutMarks == site.Numbers.Total;

    /// <summary>Whether the numbers of all files are to be read as dates.</summary>
    internal static bool Hold(ColumnFacts column) =>
        column.Numbers > 0 && column.Sites.All(site => site.Numbers.Total == 0 || Are(site))
        && (column.Sites.Any(site => site.AnyDates > 0) || (!column.IsLabel && IsDateName(column.Name)));

    private static bool IsDateName(string name)
    {
        string lower = name.ToLowerInvariant();
        return Array.Exists(Words, word => lower.Contains(word, StringComparison.Ordinal))
            || lower.Split('_', '-', '.', ' ').Any(word => Names.Contains(word));
    }
}
