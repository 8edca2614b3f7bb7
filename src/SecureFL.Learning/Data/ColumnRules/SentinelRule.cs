using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.ColumnRules;

/// <summary>
/// Points out numbers that look like codes for "missing": -999, 9999 and their like, far from or on the other side of
/// all other numbers.
/// </summary>
internal static class SentinelRule
{
    private static readonly string[] LastYears = ["9999", "2999"];

    /// <summary>The suspicious numbers of the column, with how often they stand there.</summary>
    internal static IEnumerable<(double Value, long Count)> Find(ColumnFacts column)
    {
        double minimum = column.Sites.Min(site => site.Ordinary.Minimum);
        double maximum = column.Sites.Max(site => site.Ordinary.Maximum);
        if (!(minimum <= maximum) || column.Sites.Sum(site => site.Numbers.Distinct) <= 4)
        {
            yield break;
        }

        double range = Math.Max(maximum - minimum, double.Epsilon);
        foreach (IGrouping<double, (double Value, long Count)> code in
            column.Sites.SelectMany(site => site.CodesSeen).GroupBy(code => code.Value).OrderBy(group => group.Key))
        {
            long count = code.Sum(pair => pair.Count);
            bool far = code.Key < minimum - range || code.Key > maximum + range;
            bool otherSide = code.Key < 0 && minimum >= 0;
            if (far || (otherSide && count > 1))
            {
                yield return (code.Key, count);
            }
        }
    }

    /// <summary>Dates of the years 9999 and 2999, with how often they stand there.</summary>
    internal static IEnumerable<(string Cell, long Count)> FindDates(ColumnFacts column) => column.Sites
        .SelectMany(site => site.Texts.Counts)
        .Where(pair => Array.Exists(LastYears, year => pair.Key.Contains(year, StringComparison.Ordinal))
            && DateText.Readings(pair.Key) != 0)
        .GroupBy(pair => pair.Key, StringComparer.Ordinal)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => (group.Key, group.Sum(pair => (long)pair.Value.Count)));

    /// <summary>One sentence, with the option to type.</summary>
    internal static string Sentence(string column, double value, long count) =>
        Sentence(column, value.ToString("R", CultureInfo.InvariantCulture), count);

    /// <summary>One sentence, with the option to type.</summary>
    internal static string Sentence(string column, string value, long count) => string.Create(
        CultureInfo.InvariantCulture,
        $"column {column}: {value} in {count} cells looks like a code for missing; if it is: --missing-values "
        + $"{Quoted.Argument(value)}");
}
