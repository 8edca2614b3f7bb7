using System.Globalization;

namespace SecureFL.Federated.Data;

/// <summary>
/// Whole numbers that are dates written without marks, 20210404: taken for dates where all numbers of the column are
/// such, of 1900 .. 2099, and its name or another site's dates say so. Thread-safe.
/// </summary>
internal static class CompactDates
{
    private const int FirstYear = 1900;
    private const int LastYear = 2099;

    private static readonly string[] Words = ["date", "datum", "fecha", "birth", "geburt", "naissance", "nacimiento"];
    private static readonly string[] Names = ["dob", "dt", "day", "tag", "jour", "dia", "giorno", "data"];

    /// <summary>Days since 1970-01-01 of yyyymmdd; false for anything else.</summary>
    internal static bool TryRead(ReadOnlySpan<char> cell, out double days)
    {
        days = 0;
        ReadOnlySpan<char> digits = cell.EndsWith(".0", StringComparison.Ordinal) ? cell[..^2] : cell;
        if (digits.Length != 8 || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        int number = int.Parse(digits, CultureInfo.InvariantCulture);
        (int year, int month, int day) = (number / 10_000, number / 100 % 100, number % 100);
        if (year is < FirstYear or > LastYear || month is < 1 or > 12 || day < 1
            || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        days = (new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalDays;
        return true;
    }

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
