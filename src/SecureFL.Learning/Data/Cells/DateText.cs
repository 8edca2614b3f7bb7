namespace SecureFL.Learning.Data.Cells;

/// <summary>
/// Reads dates and times, years of four digits only; dates without marks too (20210404). A
/// cell's own offset from UTC is applied. Thread-safe.
/// </summary>
public static class DateText
{
    private const string Months = "janfebmaraprmayjunjulaugsepoctnovdec";
    private const int Longest = 40;
    private static readonly DateTime Epoch = DateTime.UnixEpoch;

    /// <summary>
    /// The readings under which <paramref name="cell"/> is a date or time, as flags 1 &lt;&lt; reading; 0 for none.
    /// </summary>
    public static int Readings(ReadOnlySpan<char> cell)
    {
        int flags = 0;
        if (cell.Length is < 4 or > Longest || !char.IsAsciiLetterOrDigit(cell[0]))
        {
            return 0;
        }

        foreach (DateReading reading in
            new[] { DateReading.YearFirst, DateReading.DayFirst, DateReading.MonthFirst, DateReading.Clock })
        {
            flags |= TryRead(cell, reading, out _) ? 1 << (int)reading : 0;
        }

        return flags;
    }

    /// <summary>
    /// Days since 1970-01-01 (negative before), or seconds since midnight for <see cref="DateReading.Clock"/>.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<char> cell, DateReading reading, out double value)
    {
        value = 0;
        ReadOnlySpan<char> text = cell.Trim();
        if (text.Length is < 4 or > Longest)
        {
            return false;
        }

        if (reading == DateReading.Clock)
        {
            bool whole = TryTime(text, out value, allowOffset: false);
            return whole;
        }

        if (CompactDate.TryRead(text, out value))
        {
            return true;
        }

        if (!TryDate(ref text, reading, out int year, out int month, out int day)
            || year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        double seconds = 0;
        if (text.Length > 0)
        {
            bool separated = text[0] is ' ' or 'T' or 't';
            if (!separated || !TryTime(text[1..].Trim(), out seconds, allowOffset: true))
            {
                return false;
            }
        }

        DateTime date = new(year, month, day, 0, 0, 0, DateTimeKind.Utc);
        value = (date - Epoch).TotalDays + (seconds / 86400);
        return true;
    }

    private static bool TryDate(ref ReadOnlySpan<char> text, DateReading reading, out int year, out int month,
        out int day)
    {
        (year, month, day) = (0, 0, 0);
        if (!Part(ref text, out int first, out int firstLength, out bool firstNamed) || !Mark(ref text, out char mark)
            || !Part(ref text, out int second, out int secondLength, out bool secondNamed)
            || !Mark(ref text, out char mark2)
            || !Part(ref text, out int third, out int thirdLength, out bool thirdNamed) || thirdNamed)
        {
            return false;
        }

        bool named = firstNamed || secondNamed;
        if (!named && (mark != mark2 || mark is ' ' or ','))
        {
            return false;
        }

        if (firstLength == 4 && !firstNamed)
        {
            (year, month, day) = (first, second, third);
            return thirdLength <= 2 && secondLength <= 2 || secondNamed;
        }

        if (thirdLength != 4 || (!firstNamed && firstLength > 2) || (!secondNamed && secondLength > 2))
        {
            return false;
        }

        if (named)
        {
            (year, month, day) = firstNamed ? (third, first, second) : (third, second, first);
            return firstNamed != secondNamed;
        }

        bool monthFirst = reading == DateReading.MonthFirst;
        (year, month, day) = monthFirst ? (third, first, second) : (third, second, first);
        return reading == DateReading.DayFirst || (monthFirst && mark != '.');
    }

    /// <summary>A number of at most four digits, or the name of a month.</summary>
    private static bool Part(ref ReadOnlySpan<char> text, out int value, out int length, out bool named)
    {
        (value, length, named) = (0, 0, text.Length > 0 && char.IsAsciiLetter(text[0]));
        while (length < text.Length && (named ? char.IsAsciiLetter(text[length]) : char.IsAsciiDigit(text[length])
            && length < 4))
        {
            value = named ? 0 : (value * 10) + text[length] - '0';
            length++;
        }

        if (named)
        {
            int at = length >= 3 ? Months.AsSpan().IndexOf(text[..3], StringComparison.OrdinalIgnoreCase) : -1;
            if (at < 0 || at % 3 != 0)
            {
                return false;
            }

            value = (at / 3) + 1;
        }

        text = text[length..];
        return length > 0;
    }

    private static bool Mark(ref ReadOnlySpan<char> text, out char mark)
    {
        mark = text.Length > 0 ? text[0] : '\0';
        if (mark is not ('-' or '/' or '.' or ' ' or ','))
        {
            return false;
        }

        text = text[1..].TrimStart(' ');
        return true;
    }

    /// <summary>H:mm, H:mm:ss, a fraction, am or pm, an offset.</summary>
    private static bool TryTime(ReadOnlySpan<char> text, out double seconds, bool allowOffset)
    {
        seconds = 0;
        double offset = 0;
        if (allowOffset && text.Length > 1)
        {
            if (text[^1] is 'Z' or 'z')
            {
                text = text[..^1];
            }
            else if (text.LastIndexOfAny('+', '-') is > 0 and int at)
            {
                ReadOnlySpan<char> zone = text[(at + 1)..];
                int colon = zone.Contains(':') ? 1 : 0;
                bool twoParts = zone.Length == 4 + colon;
                if (!(twoParts || zone.Length == 2) || !Digits(zone[..2], out int hours)
                    || !Digits(twoParts ? zone[(2 + colon)..] : "00", out int minutes))
                {
                    return false;
                }

                offset = (text[at] == '-' ? -60 : 60) * ((hours * 60) + minutes);
                text = text[..at];
            }
        }

        text = text.Trim();
        int noon = text.EndsWith("pm", StringComparison.OrdinalIgnoreCase)
            ? 12 : text.EndsWith("am", StringComparison.OrdinalIgnoreCase) ? 0 : -1;
        text = noon >= 0 ? text[..^2].Trim() : text;
        int firstColon = text.IndexOf(':');
        if (firstColon is < 1 or > 2 || !Digits(text[..firstColon], out int hour))
        {
            return false;
        }

        ReadOnlySpan<char> rest = text[(firstColon + 1)..];
        int second = 0;
        double fraction = 0;
        if (rest.Length < 2 || !Digits(rest[..2], out int minute))
        {
            return false;
        }

        if (rest.Length > 2)
        {
            if (rest.Length < 5 || rest[2] != ':' || !Digits(rest[3..5], out second)
                || (rest.Length > 5 && (rest[5] is not ('.' or ',') || !Fraction(rest[6..], out fraction))))
            {
                return false;
            }
        }

        hour = noon < 0 ? hour : hour is >= 1 and <= 12 ? (hour % 12) + noon : 24;
        seconds = (hour * 3600) + (minute * 60) + second + fraction - offset;
        return hour < 24 && minute < 60 && second < 60;
    }

    private static bool Digits(ReadOnlySpan<char> text, out int value)
    {
        value = 0;
        foreach (char c in text)
        {
            value = (value * 10) + c - '0';
        }

        return !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');
    }

    private static bool Fraction(ReadOnlySpan<char> text, out double value)
    {
        value = 0;
        double unit = 0.1;
        foreach (char c in text)
        {
            value += unit * (c - '0');
            unit /= 10;
        }

        return text.Length is > 0 and <= 9 && !text.ContainsAnyExceptInRange('0', '9');
    }
}
