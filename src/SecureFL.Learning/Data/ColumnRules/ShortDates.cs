using System.Globalization;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.ColumnRules;

/// <summary>
/// Texts that a person reads as dates and this program does not, as nobody can tell what comes first: 19.06.20.
/// </summary>
/// <param name="What">What they are, with an example.</param>
/// <param name="WayOut">How to write them.</param>
internal sealed record ShortDates(string What, string WayOut)
{
    private const double Share = 0.9;

    /// <summary>What nine tenths of the column's texts are; null where they are something else.</summary>
    internal static ShortDates? Of(ColumnFacts column)
    {
        KeyValuePair<string, ValueCount>[] texts = [.. column.Sites.SelectMany(site => site.Texts.Counts)];
        long total = texts.Sum(pair => (long)pair.Value.Count);
        return total > 0 && texts.Where(pair => Is(pair.Key)).Sum(pair => (long)pair.Value.Count) >= Share * total
            ? new ShortDates(
                $"dates with a year of two digits ({Quoted.Text(texts[0].Key)})",
                "write them with four, best as 2020-06-19, to have dates")
            : null;
    }

    /// <summary>dd.mm.yy, mm/dd/yy, yy-mm-dd.</summary>
    internal static bool Is(string cell)
    {
        string[] parts = cell.Trim().Split(['.', '/', '-']);
        return parts.Length == 3 && Array.TrueForAll(parts,
            part => part.Length is 1 or 2 && part.All(char.IsAsciiDigit))
            && Array.Exists(parts, part => int.Parse(part, CultureInfo.InvariantCulture) is >= 1 and <= 12);
    }
}
