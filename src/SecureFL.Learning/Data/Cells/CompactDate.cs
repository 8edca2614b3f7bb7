using System.Globalization;

namespace SecureFL.Learning.Data.Cells;

/// <summary>A date written without marks, 20210404, of the years 1900 .. 2099. Thread-safe.</summary>
internal static class CompactDate
{
    private const int FirstYear = 1900;
    private const int LastYear = 2099;

    /// <summary>Days since 1970-01-01 of yyyymmdd; false for anything else.</summary>
    internal static bool TryRead(ReadOnlySpan<char> cell, out double days)
    {
        days = 0;
        ReadOnlySpan<char> digits = cell.EndsWith(".0", StringComparison.Ordinal) ? cell[..^2] : cell;
        if (digits.Length != 8 || digits.ContainsAnyExceptInRange('0', '9'))
        {
            return false;
        }

        int number = int.Parse(digits, CultureInfo.InvariantCulture);
        (int year, int month, int day) = (number / 10_000, number / 100 % 100, number % 100);
        if (year is < FirstYear or > LastYear || month is < 1 or > 12 || day < 1
            || day > DateTime.DaysInMonth(year, month))
        {
            return false;
        }

        days = (new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc) - DateTime.UnixEpoch).TotalDays;
        return true;
    }
}
