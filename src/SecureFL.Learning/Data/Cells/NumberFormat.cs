using System.Globalization;

namespace SecureFL.Learning.Data.Cells;

/// <summary>
/// How a file writes numbers. An exponent, a sign (the typographic minus too) and blanks around are accepted
/// everywhere. Immutable and thread-safe.
/// </summary>
/// <param name="Decimal">Before the fraction: a point or a comma.</param>
/// <param name="Thousands">Between groups of three digits; null for none. A space stands for every kind of blank, an
/// apostrophe for both kinds.</param>
public readonly record struct NumberFormat(char Decimal, char? Thousands)
{
    private const int LongestNumber = 64;
    private const char TypographicMinus = '\u2212';

    /// <summary>A decimal point and no groups, as programs write.</summary>
    public static NumberFormat Plain { get; } = new('.', null);

    /// <summary>
    /// Reads the finite number in <paramref name="cell"/>; false for anything else, infinities and NaN included.
    /// </summary>
    public bool TryParse(ReadOnlySpan<char> cell, out double value)
    {
        if (Decimal == '.' && Thousands is null && !cell.Contains(TypographicMinus))
        {
            return TryParsePlain(cell, out value);
        }

        value = 0;
        ReadOnlySpan<char> text = cell.Trim();
        if (text.Length > LongestNumber)
        {
            return false;
        }

        Span<char> plain = stackalloc char[LongestNumber];
        int length = 0;
        int group = -1;
        bool fraction = false;
        foreach (char c in text)
        {
            if (c == Decimal || (c is 'e' or 'E' && !fraction))
            {
                if (fraction || group is >= 0 and not 3)
                {
                    return false;
                }

                fraction = true;
                plain[length++] = c == Decimal ? '.' : c;
            }
            else if (Thousands is char separator && Groups(separator, c))
            {
                if (fraction || group is >= 0 and not 3 || (group < 0 && length - Sign(plain, length) is 0 or > 3))
                {
                    return false;
                }

                group = 0;
            }
            else if (c == '.')
            {
                return false;
            }
            else
            {
                group += group >= 0 && char.IsAsciiDigit(c) ? 1 : 0;
                plain[length++] = c == TypographicMinus ? '-' : c;
            }
        }

        return (fraction || group is -1 or 3) && TryParsePlain(plain[..length], out value);
    }

    /// <summary>The number in <paramref name="cell"/> with a decimal point and no groups, digit for digit; null for
    /// anything else.</summary>
    internal string? ToPlain(string cell)
    {
        NumberFormat own = this;
        return !TryParse(cell, out _) ? null : string.Concat(
            cell.Trim().Where(c => own.Thousands is not char separator || !Groups(separator, c))
                .Select(c => c == own.Decimal ? '.' : c == TypographicMinus ? '-' : c));
    }

    internal static bool Groups(char separator, char c) => separator switch
    {
        ' ' => c is ' ' or '\u00A0' or '\u202F' or '\u2009',
        '\'' => c is '\'' or '\u2019',
        _ => c == separator,
    };

    private static int Sign(ReadOnlySpan<char> plain, int length) => length > 0 && plain[0] is '-' or '+' ? 1 : 0;

    private static bool TryParsePlain(ReadOnlySpan<char> text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
