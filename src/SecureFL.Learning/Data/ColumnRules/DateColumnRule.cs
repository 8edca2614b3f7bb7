using System.Globalization;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.ColumnRules;

/// <summary>
/// Refuses columns in which some cells are dates and others are none that this program reads, by the place of the
/// latter: years of two digits, day counts of spreadsheets, durations beyond a day.
/// </summary>
internal static class DateColumnRule
{
    private const double NoDates = 0.1;

    /// <summary>Texts that are more than a slip where nearly all cells of all sites are dates.</summary>
    private const int LeastTexts = 3;

    /// <summary>Most share of times of 24 hours or more in a column of times of day.</summary>
    private const double FewLong = 0.01;

    /// <summary>Day counts since 1899-12-30 of 1954 .. 2119.</summary>
    private const double FirstSerial = 20_000;
    private const double LastSerial = 80_000;

    private static readonly DateTime SpreadsheetEpoch = new(1899, 12, 30, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Refuses a column of dates at one site that is something else at another, and durations.</summary>
    /// <exception cref="DataFormatException">Names the first cell that is no date.</exception>
    internal static void Check(ColumnFacts column)
    {
        RefuseDurations(column);
        ColumnProfile? dated = column.Sites.FirstOrDefault(IsDated);
        bool few = column.Sites.Sum(site => (long)site.AnyDates) < ColumnFacts.NumberShare * column.Texts;
        ColumnProfile? other = column.Sites.FirstOrDefault(site =>
            site.Texts.Total >= (few ? 1 : LeastTexts) && site.AnyDates <= NoDates * site.Texts.Total);
        if (dated is not null && other is not null)
        {
            throw Undated(column, dated, other);
        }

        ColumnProfile? numbers = column.Sites.FirstOrDefault(
            site => site.Numbers.Total > site.Texts.Total && !CompactDates.Are(site));
        if (dated is not null && numbers is not null)
        {
            throw Counted(column, dated, numbers);
        }
    }

    /// <summary>The refusal of a column of texts of which at least half are dates; null for other columns.</summary>
    internal static DataFormatException? Mixture(ColumnFacts column)
    {
        long dates = column.Sites.Sum(site => (long)site.AnyDates);
        ColumnProfile? other = column.Sites.FirstOrDefault(site => site.Texts.Total > site.AnyDates);
        return 2 * dates < column.Texts || other is null ? null
            : Undated(column, column.Sites.First(site => site.AnyDates > 0), other);
    }

    private static bool IsDated(ColumnProfile site) =>
        site.AnyDates > 0 && site.AnyDates >= ColumnFacts.NumberShare * ((double)site.Texts.Total + site.Numbers.Total);

    private static DataFormatException Undated(ColumnFacts column, ColumnProfile dated, ColumnProfile other)
    {
        (string cell, ValueCount at) = other.Texts.Counts.Where(pair => DateText.Readings(pair.Key) == 0)
            .MinBy(pair => pair.Value.Line);
        (RawRow row, string date) = dated.FirstDate;
        string where = $"{row.Source ?? dated.Source}, line {row.Line.ToString(CultureInfo.InvariantCulture)}";
        bool two = ShortDates.Is(cell);
        return new DataFormatException(
            at.Source ?? other.Source,
            $"{Quoted.Text(cell)} "
            + (two ? "has a year of two digits and is not read as a date" : "is no date that is read")
            + $", where the column holds dates such as {Quoted.Text(date)} ({where})",
            at.Line,
            column.Name,
            wayOut: $"{(two ? "write the year with four digits, best as 2020-06-19"
                : "write all dates as 2020-06-19, and leave the cell empty where there is none")}; --categorical "
            + $"{column.Name} where all are categories, --ignore {column.Name} leaves the column out");
    }

    private static DataFormatException Counted(ColumnFacts column, ColumnProfile dated, ColumnProfile numbers)
    {
        (double number, ValueCount at) = numbers.Numbers.Counts.MinBy(pair => pair.Value.Line);
        (RawRow row, string date) = dated.FirstDate;
        bool serial = numbers.Minimum >= FirstSerial && numbers.Maximum <= LastSerial;
        string example = serial
            ? SpreadsheetEpoch.AddDays(number).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : "2020-06-19";
        string text = NumberSpelling.Of(number);
        return new DataFormatException(
            at.Source ?? numbers.Source,
            string.Create(
                CultureInfo.InvariantCulture,
                $"holds the number {text}, where the column holds dates such as {Quoted.Text(date)} ")
            + string.Create(CultureInfo.InvariantCulture, $"({row.Source ?? dated.Source}, line {row.Line})"),
            at.Line,
            column.Name,
            wayOut: (serial
                ? $"a spreadsheet counts days since 1899-12-30, {text} is {example} there: give the column the format "
                + $"of a date and export it again, best as {example}"
                : $"write all dates as {example}")
            + $"; --ignore {column.Name} leaves the column out");
    }

    private static void RefuseDurations(ColumnFacts column)
    {
        long times = 0;
        long beyond = 0;
        (ColumnProfile Site, string Cell, ValueCount At)? first = null;
        foreach (ColumnProfile site in column.Sites)
        {
            foreach ((string cell, ValueCount at) in site.Texts.Counts)
            {
                (bool time, bool duration) = Hours(cell);
                times += time ? at.Count : 0;
                beyond += duration ? at.Count : 0;
                first = duration && (first is null || (first.Value.Site == site && at.Line < first.Value.At.Line))
                    ? (site, cell, at) : first;
            }
        }

        if (first is not var (source, text, where) || times < ColumnFacts.NumberShare * (column.Texts + column.Numbers)
            || beyond <= FewLong * times)
        {
            return;
        }

        throw new DataFormatException(
            where.Source ?? source.Source,
            $"{Quoted.Text(text)} is a duration, no time of day, and durations are not read",
            where.Line,
            column.Name,
            wayOut: $"write durations as a number, of hours or of minutes ({Quoted.Text("31:30")} as 31.5 or "
            + $"1890); --ignore {column.Name} leaves the column out");
    }

    /// <summary>Whether the cell is h:mm or h:mm:ss, and then whether it is more than a day.</summary>
    private static (bool Time, bool Duration) Hours(string cell)
    {
        string[] parts = cell.Split(':');
        bool time = parts.Length is 2 or 3 && parts[0].Length is >= 1 and <= 4 && parts[0].All(char.IsAsciiDigit)
            && parts.Skip(1).All(
                part => part.Length == 2 && char.IsAsciiDigit(part[1]) && part[0] is >= '0' and <= '5');
        return (time, time && int.Parse(parts[0], CultureInfo.InvariantCulture) >= 24 && !cell.StartsWith("24:00",
            StringComparison.Ordinal));
    }
}
