using System.Buffers;
using System.Globalization;

namespace SecureFL.Learning.Data.Cells;

/// <summary>
/// A number and its unit in one cell: <c>12.5 %</c>, <c>5mg</c>, <c>1.1 mg/dl</c>, <c>$1,234.50</c>. Stateless and
/// thread-safe.
/// </summary>
internal static class CellUnit
{
    private const int Longest = 12;

    private static readonly SearchValues<char> NumberCharacters =
        SearchValues.Create("+-\u22120123456789.,' \u00A0\u202F\u2009\u2019");

    /// <summary>
    /// Units that measure the same thing in other sizes stand beside each other here; others can be words of any kind.
    /// </summary>
    private static readonly HashSet<string> Known =
    [
        "%", "\u2030", "kg", "g", "mg", "\u00B5g", "ug", "mcg", "ng", "pg", "lb", "lbs", "oz", "l", "dl", "cl", "ml",
        "\u00B5l", "ul", "fl",
        "km", "m", "dm", "cm", "mm", "\u00B5m", "um", "nm", "in", "ft", "mi", "mol", "mmol", "\u00B5mol", "umol",
        "nmol", "pmol",
        "IU", "U", "kU", "mU", "mIU", "Pa", "kPa", "mmHg", "bar", "mbar", "\u00B0C", "\u00B0F", "C", "F", "K",
        "s", "sec", "ms", "min", "h", "hr", "hrs", "d", "day", "days", "wk", "weeks", "mo", "months", "y", "yr",
        "yrs", "years",
        "J", "kJ", "kcal", "cal", "W", "kW", "V", "mV", "A", "mA", "Hz", "kHz", "bpm", "k", "M",
    ];

    /// <summary>Words for money, which may stand before the number too, as signs such as $ do.</summary>
    private static readonly HashSet<string> Money =
    [
        "EUR", "USD", "GBP", "CHF", "JPY", "CNY", "INR", "SEK", "NOK", "DKK", "PLN", "CZK", "HUF", "CAD", "AUD", "NZD",
        "BRL", "ZAR", "TRY", "US$", "A$", "C$", "R$", "kr",
    ];

    /// <summary>
    /// The number and what follows it; false for any other text. The micro sign and the Greek letter are one unit.
    /// </summary>
    internal static bool TrySplit(ReadOnlySpan<char> cell, out ReadOnlySpan<char> number, out string unit)
    {
        ReadOnlySpan<char> text = cell.Trim();
        int before = PrefixLength(text);
        if (before > 0)
        {
            number = text[before..].TrimStart();
            unit = text[..before].ToString();
            return NumberShapes.Of(number, out _) != NumberShape.None;
        }

        int end = text.IndexOfAnyExcept(NumberCharacters);
        number = end <= 0 ? [] : text[..end].TrimEnd();
        unit = "";
        if (number.IsEmpty || !char.IsAsciiDigit(number[^1]) || text.Length - end > Longest)
        {
            return false;
        }

        ReadOnlySpan<char> rest = text[end..];
        foreach (char c in rest)
        {
            if (!char.IsLetter(c) && !IsMoneySign(c) && c is not ('%' or '\u2030' or '/' or '^' or '\u00B0' or '\u00B5'
                or '\u00B2' or '\u00B3'))
            {
                return false;
            }
        }

        unit = rest.ToString().Replace('\u03BC', '\u00B5');
        return NumberShapes.Of(number, out _) != NumberShape.None;
    }

    /// <summary>The cell without its unit.</summary>
    internal static ReadOnlySpan<char> NumberOf(ReadOnlySpan<char> cell) =>
        TrySplit(cell, out ReadOnlySpan<char> number, out _) ? number : cell;

    /// <summary>Whether it is a unit and nothing else: 2a and 2b are no measurements in two units.</summary>
    internal static bool IsKnown(string unit) =>
        unit.Split('/').All(part => Known.Contains(part) || Money.Contains(part)
            || (part is [char sign] && IsMoneySign(sign)));

    /// <summary>Length of the sign or word for money, or percent sign, before a number; 0 for none.</summary>
    internal static int PrefixLength(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAny(NumberCharacters);
        return end switch
        {
            <= 0 or > 3 => 0,
            1 => IsMoneySign(text[0]) || text[0] == '%' ? 1 : 0,
            _ => Money.GetAlternateLookup<ReadOnlySpan<char>>().Contains(text[..end]) ? end : 0,
        };
    }

    private static bool IsMoneySign(char c) => char.GetUnicodeCategory(c) == UnicodeCategory.CurrencySymbol;
}
