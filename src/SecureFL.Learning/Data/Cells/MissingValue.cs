using System.Buffers;

namespace SecureFL.Learning.Data.Cells;

/// <summary>
/// Which cells count as missing: empty or blank, <c>?</c>, <c>NA</c>, <c>N/A</c>, <c>NaN</c>, <c>NaT</c>, <c>null</c>,
/// and what spreadsheets and statistics programs write, <c>#N/A</c> and <c>&lt;NA&gt;</c>; whatever their case.
/// </summary>
public static class MissingValue
{
    /// <summary>Whether <paramref name="cell"/> says that there is no value.</summary>
    public static bool Is(ReadOnlySpan<char> cell)
    {
        ReadOnlySpan<char> text = cell.Trim();
        return text.Length switch
        {
            0 => true,
            1 => text[0] == '?',
            2 => text.Equals("NA", StringComparison.OrdinalIgnoreCase),
            3 => text.Equals("N/A", StringComparison.OrdinalIgnoreCase)
                || text.Equals("NaN", StringComparison.OrdinalIgnoreCase)
                || text.Equals("NaT", StringComparison.OrdinalIgnoreCase),
            4 => text.Equals("null", StringComparison.OrdinalIgnoreCase)
                || text.Equals("#N/A", StringComparison.OrdinalIgnoreCase)
                || text.Equals("<NA>", StringComparison.OrdinalIgnoreCase),
            _ => false,
        };
    }

    /// <summary>
    /// Whether <paramref name="cell"/> is a word or mark that means "no value" in a column of numbers, but may be a
    /// category of its own among texts:
    /// <c>-</c>, <c>.</c>, <c>none</c>, <c>unknown</c> and their like.
    /// </summary>
    public static bool IsMarker(ReadOnlySpan<char> cell)
    {
        ReadOnlySpan<char> text = cell.Trim();
        if (text.Length is 0 or > 16)
        {
            return false;
        }

        if (!text.ContainsAnyExcept(Marks))
        {
            return true;
        }

        foreach (string word in Markers)
        {
            if (text.Equals(word, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static readonly SearchValues<char> Marks = SearchValues.Create("-._*/\\?#\u2013\u2014");

    private static readonly string[] Markers =
    [
        "none", "nil", "unknown", "unk", "missing", "n.a.", "n.a", "na.", "nd", "n.d.", "not available", "not done",
        "not applicable", "(null)", "(none)",
        "empty", "undefined", "#value!", "#div/0!", "#ref!", "#num!", "#null!", "#name?", "k.a.", "unbekannt",
    ];
}
