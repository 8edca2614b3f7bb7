namespace SecureFL.Learning.Data.Cells;

/// <summary>
/// How the cells of a column of dates or times are read. Dates become days since 1970-01-01, a time of day their
/// fraction.
/// </summary>
public enum DateReading
{
    /// <summary>The year first (2020-04-03, 2020/04/03 12:30), or the month by its English name (3-Apr-2020).</summary>
    YearFirst,

    /// <summary>As <see cref="YearFirst"/>, and 03/04/2020 or 3.4.2020 for the third of April.</summary>
    DayFirst,

    /// <summary>As <see cref="YearFirst"/>, and 04/03/2020 for the third of April.</summary>
    MonthFirst,

    /// <summary>A time of day without a date (14:05 or 14:05:30): seconds since midnight.</summary>
    Clock,
}
