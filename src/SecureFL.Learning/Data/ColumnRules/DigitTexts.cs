using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.ColumnRules;

/// <summary>
/// Texts that look like numbers in a form that is not read: 120/80, 5..7, 12:5. Stateless and thread-safe.
/// </summary>
internal static class DigitTexts
{
    private const double Share = 0.9;

    /// <summary>
    /// What to know of a column nine tenths of whose texts are digits and marks alone, without the column's name; null
    /// for others.
    /// </summary>
    internal static string? Sentence(ColumnFacts column)
    {
        KeyValuePair<string, ValueCount>[] texts = [.. column.Sites.SelectMany(site => site.Texts.Counts)];
        long total = texts.Sum(pair => (long)pair.Value.Count);
        KeyValuePair<string, ValueCount>[] fitting = [.. texts.Where(pair => Is(pair.Key))];
        if (fitting.Length == 0 || fitting.Sum(pair => (long)pair.Value.Count) < Share * total)
        {
            return null;
        }

        string example = fitting.MinBy(pair => pair.Value.Line).Key;
        return $"its cells look like numbers in a form that is not read ({Quoted.Text(example)}): split two "
            + $"numbers in one cell into two columns, and write any other as a plain number";
    }

    private static bool Is(string text) => text.Any(char.IsAsciiDigit) && !text.Any(char.IsLetter);
}
