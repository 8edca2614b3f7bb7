using System.Buffers;
using System.Globalization;

namespace SecureFL.Federated.Data;

/// <summary>Texts that a person reads as numbers or dates and this program does not: 97%, 1.1 mg/dl, 19.06.20.</summary>
/// <param name="What">What they are, with an example.</param>
/// <param name="WayOut">How to write them.</param>
internal sealed record WrittenNumber(string What, string WayOut)
{
    private const double Share = 0.9;
    private const int LongestUnit = 12;

    private static readonly SearchValues<char> Digits = SearchValues.Create("+-0123456789.,");

    /// <summary>What nine tenths of the column's texts are; null where they are texts. Numbers without a unit are no objection.</summary>
    internal static WrittenNumber? Of(ColumnFacts column)
    {
        KeyValuePair<string, ValueCount>[] texts = [.. column.Sites.SelectMany(site => site.Texts.Counts)];
        long total = texts.Sum(pair => (long)pair.Value.Count);
        if (total == 0)
        {
            return null;
        }

        string first = texts[0].Key;
        string? unit = UnitOf(first);
        bool Most(Func<string, bool> fits) => texts.Where(pair => fits(pair.Key)).Sum(pair => (long)pair.Value.Count) >= Share * total;
        return unit is not null && Most(text => UnitOf(text) == unit)
            ? new WrittenNumber(
                unit == "%" ? $"percentages ({ColumnFacts.Quote(first)})" : $"numbers with a unit ({ColumnFacts.Quote(first)})",
                $"write the numbers without {ColumnFacts.Quote(unit)} to have a number")
            : Most(IsShortDate)
            ? new WrittenNumber($"dates with a year of two digits ({ColumnFacts.Quote(first)})", "write them with four, best as 2020-06-19, to have dates")
            : null;
    }

    /// <summary>What follows a number: a percent sign, or letters and marks as in mg/dl.</summary>
    private static string? UnitOf(string cell)
    {
        string text = cell.Trim();
        int end = text.AsSpan().IndexOfAnyExcept(Digits);
        if (end <= 0 || !char.IsAsciiDigit(text[end - 1]) || text.Length - end > LongestUnit)
        {
            return null;
        }

        string unit = text[end..].Trim();
        bool number = NumberShapes.Of(text.AsSpan(0, end), out _) != NumberShape.None;
        bool plain = unit.All(c => char.IsLetter(c) || c is '%' or '/' or '^' or '\u00B0' or '\u00B5' or '\u00B2' or '\u00B3');
        return number && plain && unit.Length > 0 ? unit : null;
    }

    /// <summary>dd.mm.yy, mm/dd/yy, yy-mm-dd.</summary>
    private static bool IsShortDate(string cell)
    {
        string[] parts = cell.Trim().Split(['.', '/', '-']);
        return parts.Length == 3 && Array.TrueForAll(parts, part => part.Length is 1 or 2 && part.All(char.IsAsciiDigit))
            && Array.Exists(parts, part => int.Parse(part, CultureInfo.InvariantCulture) is >= 1 and <= 12);
    }
}
