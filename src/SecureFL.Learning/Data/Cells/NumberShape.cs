using System.Buffers;

namespace SecureFL.Learning.Data.Cells;

/// <summary>What a cell that could be a number says of how its file writes numbers.</summary>
internal enum NumberShape
{
    /// <summary>No number in any way of writing.</summary>
    None,

    /// <summary>A number in every way of writing: no mark inside.</summary>
    Plain,

    /// <summary>1.5 or 1,234.5</summary>
    DecimalPoint,

    /// <summary>1,5 or 1.234,5</summary>
    DecimalComma,

    /// <summary>1.234: a fraction, or groups.</summary>
    EitherPoint,

    /// <summary>1,234: a fraction, or groups.</summary>
    EitherComma,

    /// <summary>1.234.567</summary>
    GroupedByPoint,

    /// <summary>1,234,567</summary>
    GroupedByComma,

    /// <summary>1 234 or 1 234.5</summary>
    GroupedBySpace,

    /// <summary>1'234</summary>
    GroupedByApostrophe,
}

/// <summary>Classifies cells. Thread-safe.</summary>
internal static class NumberShapes
{
    /// <summary>What can stand inside a number, but for its point.</summary>
    internal static readonly SearchValues<char> Marks = SearchValues.Create(", \u00A0\u202F\u2009'\u2019");

    private static readonly SearchValues<char> Blanks = SearchValues.Create(" \u00A0\u202F\u2009'\u2019");

    /// <summary>The shape of <paramref name="cell"/>, and whether it also has groups beside its decimal mark.</summary>
    internal static NumberShape Of(ReadOnlySpan<char> cell, out bool grouped)
    {
        grouped = false;
        ReadOnlySpan<char> text = cell.Trim();
        if (text.Length > 0 && text[0] is '+' or '-' or '\u2212')
        {
            text = text[1..];
        }

        int length = text.Length;
        text = WithoutExponent(text);
        bool exponent = text.Length < length;
        int blank = text.IndexOfAny(Blanks);
        if (blank >= 0)
        {
            char mark = text[blank] is '\'' or '\u2019' ? '\'' : ' ';
            int end = text.IndexOfAny(".,");
            ReadOnlySpan<char> whole = end < 0 ? text : text[..end];
            bool fits = IsGrouped(whole, mark) && (end < 0 || AllDigits(text[(end + 1)..]));
            grouped = fits;
            return !fits ? NumberShape.None
                : end >= 0 ? text[end] == '.' ? NumberShape.DecimalPoint : NumberShape.DecimalComma
                : mark == ' ' ? NumberShape.GroupedBySpace : NumberShape.GroupedByApostrophe;
        }

        int points = text.Count('.');
        int commas = text.Count(',');
        return (points, commas) switch
        {
            (0, 0) => AllDigits(text) && text.Length > 0 ? NumberShape.Plain : NumberShape.None,
            (1, 0) => Single(text, '.', NumberShape.DecimalPoint,
                exponent ? NumberShape.DecimalPoint : NumberShape.EitherPoint),
            (0, 1) => Single(text, ',', NumberShape.DecimalComma,
                exponent ? NumberShape.DecimalComma : NumberShape.EitherComma),
            ( > 1, 0) => IsGrouped(text, '.') ? NumberShape.GroupedByPoint : NumberShape.None,
            (0, > 1) => IsGrouped(text, ',') ? NumberShape.GroupedByComma : NumberShape.None,
            ( >= 1, 1) when text.LastIndexOf('.')
                < text.IndexOf(',') => Both(text, '.', ',', NumberShape.DecimalComma, out grouped),
            (1, >= 1) when text.LastIndexOf(',')
                < text.IndexOf('.') => Both(text, ',', '.', NumberShape.DecimalPoint, out grouped),
            _ => NumberShape.None,
        };
    }

    private static NumberShape Single(ReadOnlySpan<char> text, char mark, NumberShape fraction, NumberShape either)
    {
        int at = text.IndexOf(mark);
        ReadOnlySpan<char> whole = text[..at];
        ReadOnlySpan<char> rest = text[(at + 1)..];
        if (!AllDigits(whole) || !AllDigits(rest) || text.Length == 1)
        {
            return NumberShape.None;
        }

        return rest.Length == 3 && whole.Length is >= 1 and <= 3 && whole[0] != '0' ? either : fraction;
    }

    private static NumberShape Both(ReadOnlySpan<char> text, char group, char mark, NumberShape shape, out bool grouped)
    {
        int at = text.IndexOf(mark);
        grouped = IsGrouped(text[..at], group) && AllDigits(text[(at + 1)..]);
        return grouped ? shape : NumberShape.None;
    }

    private static bool IsGrouped(ReadOnlySpan<char> text, char separator)
    {
        int length = 0;
        bool first = true;
        foreach (char c in text)
        {
            if (NumberFormat.Groups(separator, c))
            {
                if (first ? length is < 1 or > 3 : length != 3)
                {
                    return false;
                }

                (first, length) = (false, 0);
            }
            else if (char.IsAsciiDigit(c))
            {
                length++;
            }
            else
            {
                return false;
            }
        }

        return !first && length == 3;
    }

    private static ReadOnlySpan<char> WithoutExponent(ReadOnlySpan<char> text)
    {
        int at = text.IndexOfAny('e', 'E');
        if (at <= 0)
        {
            return text;
        }

        ReadOnlySpan<char> exponent = text[(at + 1)..];
        exponent = exponent.Length > 0 && exponent[0] is '+' or '-' ? exponent[1..] : exponent;
        return exponent.Length > 0 && AllDigits(exponent) ? text[..at] : text;
    }

    private static bool AllDigits(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
