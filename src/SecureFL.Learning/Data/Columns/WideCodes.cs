using System.Globalization;
using SecureFL.Learning.Data.Cells;

namespace SecureFL.Learning.Data.Columns;

/// <summary>
/// Whole numbers of so many digits that double precision, exact up to 2^53, takes several for one: codes such as
/// 900000000000207008, which mean nothing as amounts. Stateless and thread-safe.
/// </summary>
internal static class WideCodes
{
    /// <summary>A site's different numbers, each in its one spelling; codes digit by digit.</summary>
    internal static IEnumerable<KeyValuePair<string, ValueCount>> Values(ColumnProfile site)
    {
        if (site.Codes.Total == 0)
        {
            return site.Numbers.Counts
                .Select(pair => KeyValuePair.Create(NumberSpelling.Of(pair.Key), pair.Value));
        }

        Dictionary<double, int> codes = site.Codes.Counts.GroupBy(pair => Number(pair.Key))
            .ToDictionary(group => group.Key, group => group.Sum(pair => pair.Value.Count));
        return site.Numbers.Counts.Where(pair => pair.Value.Count > codes.GetValueOrDefault(pair.Key))
            .Select(pair => KeyValuePair.Create(NumberSpelling.Of(pair.Key), pair.Value with
            {
                Count = pair.Value.Count - codes.GetValueOrDefault(pair.Key),
            })).Concat(site.Codes.Counts);
    }

    /// <summary>Refuses a column of numbers of which several would become one.</summary>
    /// <exception cref="DataFormatException">Names two of them.</exception>
    internal static void Refuse(ColumnFacts column)
    {
        if (column.Sites.All(site => site.Codes.Total == 0))
        {
            return;
        }

        Dictionary<double, (string Text, string Source)> seen = [];
        foreach (ColumnProfile site in column.Sites)
        {
            foreach ((string text, ValueCount at) in Values(site).OrderBy(pair => pair.Value.Line))
            {
                string source = at.Source ?? site.Source;
                if (!seen.TryAdd(Number(text), (text, source)) && seen[Number(text)].Text != text)
                {
                    throw Fault(source, at.Line, column.Name, text, seen[Number(text)].Text, column.IsLabel);
                }
            }
        }
    }

    internal static DataFormatException Fault(
        string source, long line, string column, string one, string other, bool label) => new(
            source,
            $"{one} and {other} are one number to the 16 digits that numbers have here: codes, no amounts",
            line,
            column,
            wayOut: label ? "name the classes with --classes, or write them as words"
                : $"--categorical {column} takes them as categories, --ignore {column} leaves the column out");

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
