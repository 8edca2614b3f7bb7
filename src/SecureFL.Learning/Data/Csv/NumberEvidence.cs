using System.Globalization;
using SecureFL.Learning.Data.Cells;

namespace SecureFL.Learning.Data.Csv;

/// <summary>A cell that shows how numbers are written, and where it stands.</summary>
internal sealed record SeenNumber(string Cell, long Line, string Column)
{
    /// <summary>The cell and its line, for a message.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"'{Cell}', line {Line}");
}

/// <summary>The first cell of each kind that a column, or a file, holds.</summary>
internal sealed class NumberEvidence
{
    /// <summary>1.5</summary>
    internal SeenNumber? Point { get; private set; }

    /// <summary>1,5</summary>
    internal SeenNumber? Comma { get; private set; }

    /// <summary>1.234</summary>
    internal SeenNumber? EitherPoint { get; private set; }

    /// <summary>1,234</summary>
    internal SeenNumber? EitherComma { get; private set; }

    /// <summary>1.234.567 or 1.234,5</summary>
    internal SeenNumber? PointGroups { get; private set; }

    /// <summary>1,234,567 or 1,234.5</summary>
    internal SeenNumber? CommaGroups { get; private set; }

    /// <summary>1 234</summary>
    internal SeenNumber? Spaces { get; private set; }

    /// <summary>1'234</summary>
    internal SeenNumber? Apostrophes { get; private set; }

    /// <summary>Whether a number of four digits or more stands without a mark: its column has no groups.</summary>
    internal bool Ungrouped { get; private set; }

    /// <summary>What says that commas stand before fractions.</summary>
    internal SeenNumber? ByComma => Comma ?? PointGroups;

    /// <summary>What says that points stand before fractions.</summary>
    internal SeenNumber? ByPoint => Point ?? CommaGroups;

    internal void Add(NumberShape shape, bool grouped, string cell, long line, string column)
    {
        if (shape is NumberShape.None or NumberShape.Plain)
        {
            Ungrouped |= shape == NumberShape.Plain && cell.Count(char.IsAsciiDigit) > 3;
            return;
        }

        SeenNumber seen = new(cell, line, column);
        bool blank = grouped && cell.AsSpan().ContainsAny("\u00A0\u202F\u2009 ");
        bool apostrophe = grouped && cell.AsSpan().ContainsAny("'\u2019");
        switch (shape)
        {
            case NumberShape.DecimalPoint:
                Point ??= seen;
                CommaGroups ??= grouped && cell.Contains(',', StringComparison.Ordinal) ? seen : null;
                break;
            case NumberShape.DecimalComma:
                Comma ??= seen;
                PointGroups ??= grouped && cell.Contains('.', StringComparison.Ordinal) ? seen : null;
                break;
            case NumberShape.EitherPoint: EitherPoint ??= seen; break;
            case NumberShape.EitherComma: EitherComma ??= seen; break;
            case NumberShape.GroupedByPoint: PointGroups ??= seen; break;
            case NumberShape.GroupedByComma: CommaGroups ??= seen; break;
            case NumberShape.GroupedBySpace: blank = true; break;
            case NumberShape.GroupedByApostrophe: apostrophe = true; break;
        }

        // A blank before a unit is none between thousands: apostrophes and marks come first.
        Apostrophes ??= apostrophe ? seen : null;
        bool other = apostrophe || shape is NumberShape.DecimalPoint && cell.Contains(',', StringComparison.Ordinal)
            || shape is NumberShape.DecimalComma && cell.Contains('.', StringComparison.Ordinal);
        Spaces ??= blank && !other ? seen : null;
    }

    internal void Add(NumberEvidence other)
    {
        Point ??= other.Point;
        Comma ??= other.Comma;
        EitherPoint ??= other.EitherPoint;
        EitherComma ??= other.EitherComma;
        PointGroups ??= other.PointGroups;
        CommaGroups ??= other.CommaGroups;
        Spaces ??= other.Spaces;
        Apostrophes ??= other.Apostrophes;
    }

    /// <summary>How the numbers are written, in words, with the cells that show it.</summary>
    /// <param name="format">The way that was found.</param>
    /// <param name="columns">Whether the columns are named too.</param>
    internal string Describe(NumberFormat format, bool columns)
    {
        string Place(SeenNumber? seen) =>
            seen is null ? "" : columns ? $" ({seen}, column {seen.Column})" : $" ({seen})";
        List<string> parts = [];
        if (format.Decimal == ',' && (Comma is not null || format.Thousands is null))
        {
            parts.Add("decimal commas" + Place(Comma ?? EitherComma));
        }
        else if (format == NumberFormat.Plain)
        {
            parts.Add("decimal points" + Place(Point ?? EitherPoint));
        }

        if (format.Thousands is char mark)
        {
            string name = mark switch { '.' => "points", ',' => "commas", ' ' => "spaces", _ => "apostrophes" };
            SeenNumber? spot = mark switch
            {
                '.' => PointGroups ?? EitherPoint,
                ',' => CommaGroups ?? EitherComma,
                ' ' => Spaces,
                _ => Apostrophes,
            };
            parts.Add($"{name} between thousands{Place(spot)}");
        }

        return $"numbers have {string.Join(" and ", parts)}";
    }
}
