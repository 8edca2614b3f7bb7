using System.Collections.Immutable;
using System.Globalization;

namespace SecureFL.Federated.Data;

/// <summary>
/// Finds out how a file writes its numbers: one way for the whole file, from what its columns of numbers show. What
/// contradicts itself, or can mean two things, is refused. Thread-safe.
/// </summary>
internal static class NumberFormatDetection
{
    /// <summary>
    /// Least share of a column's present cells that must look like numbers for the column to have a say.
    /// </summary>
    private const double LeastShare = 0.8;

    /// <summary>The format, and a remark where it is not the plain one.</summary>
    /// <exception cref="DataFormatException">Both marks are decimal marks, or a single one can be read as fraction and
    /// as group.</exception>
    internal static (NumberFormat Format, string? Remark) Detect(
        string source, ImmutableArray<string> columns, IReadOnlyList<RawRow> rows, CsvReadOptions options)
    {
        if (options is { Decimal: char fixedDecimal, Thousands: char fixedThousands })
        {
            return
                (new NumberFormat(fixedDecimal, fixedThousands == CsvReadOptions.NoThousands ? null : fixedThousands),
                    null);
        }

        Evidence all = new();
        if (Enumerable.Range(0, columns.Length).Any(c => Suspect(rows, c)))
        {
            for (int c = 0; c < columns.Length; c++)
            {
                Look(source, columns[c], rows, c, options, all);
            }
        }

        return Decide(source, all, options);
    }

    /// <summary>
    /// Whether a cell of the column may be a number that is not written plainly: a cheap look, as most columns have
    /// none.
    /// </summary>
    private static bool Suspect(IReadOnlyList<RawRow> rows, int column)
    {
        foreach (RawRow row in rows)
        {
            string cell = row.Cells[column];
            int at = cell.AsSpan().IndexOfAny(NumberShapes.Marks);
            at = at < 0 && cell.AsSpan().Count('.') > 1 ? 0 : at;
            if (at >= 0 && NumberShapes.Of(CellUnit.NumberOf(cell), out _) is not (NumberShape.None or NumberShape.Plain
                or NumberShape.DecimalPoint))
            {
                return true;
            }
        }

        return false;
    }

    private static void Look(
        string source, string name, IReadOnlyList<RawRow> rows, int column, CsvReadOptions options, Evidence all)
    {
        Evidence own = new();
        int present = 0;
        int numbers = 0;
        foreach (RawRow row in rows)
        {
            string cell = row.Cells[column];
            if (MissingValue.Is(cell) || MissingValue.IsMarker(cell))
            {
                continue;
            }

            present++;
            NumberShape shape = NumberShapes.Of(CellUnit.NumberOf(cell), out bool grouped);
            numbers += shape == NumberShape.None ? 0 : 1;
            own.Add(shape, grouped, cell, row.Line, name);
        }

        if (numbers < LeastShare * present)
        {
            return;
        }

        if (own.Point is Seen point && own.Comma is Seen comma && options.Decimal is null)
        {
            throw Contradiction(source, point, comma);
        }

        all.Add(own);
    }

    private static (NumberFormat Format, string? Remark) Decide(string source, Evidence seen, CsvReadOptions options)
    {
        char? given = options.Decimal;
        if (given is null && seen is { Point: Seen point, Comma: Seen comma })
        {
            throw Contradiction(source, point, comma);
        }

        bool byComma = given == ',' || (given is null && (seen.Comma is not null || seen.PointGroups is not null));
        bool byPoint = given == '.' || (given is null && (seen.Point is not null || seen.CommaGroups is not null));
        if (given is null && seen is { PointGroups: Seen points, CommaGroups: Seen commas })
        {
            throw Contradiction(source, points, commas);
        }

        if (given is null && !byComma && !byPoint && options.Thousands is null && seen.EitherComma is Seen either)
        {
            throw new DataFormatException(
                source,
                $"'{either.Cell}' can be {either.Cell.Replace(',', '.')} or "
                + $"{either.Cell.Replace(",", "", StringComparison.Ordinal)}",
                either.Line,
                either.Column,
                wayOut: "--decimal , where the comma stands before a fraction, --thousands , where it stands "
                + "between thousands");
        }

        char mark = byComma || (given is null && options.Thousands == '.') ? ',' : '.';
        char? groups = options.Thousands switch
        {
            char fixedGroups => fixedGroups == CsvReadOptions.NoThousands ? null : fixedGroups,
            null when mark == ',' && (seen.PointGroups ?? seen.EitherPoint) is not null => '.',
            null when mark == '.' && (seen.CommaGroups ?? seen.EitherComma) is not null => ',',
            _ => seen.Spaces is not null ? ' ' : seen.Apostrophes is not null ? '\'' : null,
        };
        if (groups == mark)
        {
            throw new DataFormatException(
                source, $"'{mark}' stands before fractions, so it cannot stand between thousands",
                wayOut: "give another --thousands");
        }

        NumberFormat format = new(mark, groups);
        return (format, format == NumberFormat.Plain || given is not null ? null : Remark(format, seen));
    }

    private static string Remark(NumberFormat format, Evidence seen)
    {
        List<string> parts = [];
        if (format.Decimal == ',')
        {
            parts.Add("decimal commas" + Place(seen.Comma));
        }

        if (format.Thousands is char mark)
        {
            string name = mark switch { '.' => "points", ',' => "commas", ' ' => "spaces", _ => "apostrophes" };
            Seen? spot = mark switch
            {
                '.' => seen.PointGroups ?? seen.EitherPoint,
                ',' => seen.CommaGroups ?? seen.EitherComma,
                ' ' => seen.Spaces,
                _ => seen.Apostrophes,
            };
            parts.Add($"{name} between thousands{Place(spot)}");
        }

        return $"numbers have {string.Join(" and ", parts)}";
    }

    private static string Place(Seen? seen) =>
        seen is null ? "" : string.Create(CultureInfo.InvariantCulture,
            $" ('{seen.Cell}', line {seen.Line}, column {seen.Column})");

    private static DataFormatException Contradiction(string source, Seen point, Seen comma) => new(
        source,
        $"'{comma.Cell}' has a decimal comma, '{point.Cell}' (line {point.Line}, column {point.Column}) a decimal "
        + $"point",
        comma.Line,
        comma.Column,
        wayOut: "--decimal , or --decimal . says which it is; a cell of the other kind is then no number");

    private sealed record Seen(string Cell, long Line, string Column);

    /// <summary>The first cell of each kind.</summary>
    private sealed class Evidence
    {
        internal Seen? Point { get; private set; }

        internal Seen? Comma { get; private set; }

        internal Seen? EitherPoint { get; private set; }

        internal Seen? EitherComma { get; private set; }

        internal Seen? PointGroups { get; private set; }

        internal Seen? CommaGroups { get; private set; }

        internal Seen? Spaces { get; private set; }

        internal Seen? Apostrophes { get; private set; }

        internal void Add(NumberShape shape, bool grouped, string cell, long line, string column)
        {
            switch (shape)
            {
                case NumberShape.DecimalPoint:
                    Point ??= new Seen(cell, line, column);
                    CommaGroups ??= grouped && cell.Contains(',', StringComparison.Ordinal) ? Point : null;
                    break;
                case NumberShape.DecimalComma:
                    Comma ??= new Seen(cell, line, column);
                    PointGroups ??= grouped && cell.Contains('.', StringComparison.Ordinal) ? Comma : null;
                    break;
                case NumberShape.EitherPoint: EitherPoint ??= new Seen(cell, line, column); break;
                case NumberShape.EitherComma: EitherComma ??= new Seen(cell, line, column); break;
                case NumberShape.GroupedByPoint: PointGroups ??= new Seen(cell, line, column); break;
                case NumberShape.GroupedByComma: CommaGroups ??= new Seen(cell, line, column); break;
                case NumberShape.GroupedBySpace: Spaces ??= new Seen(cell, line, column); break;
                case NumberShape.GroupedByApostrophe: Apostrophes ??= new Seen(cell, line, column); break;
            }

            if (grouped && cell.AsSpan().IndexOfAny(" \u00A0\u202F\u2009") >= 0)
            {
                Spaces ??= new Seen(cell, line, column);
            }
            else if (grouped && cell.AsSpan().IndexOfAny("'\u2019") >= 0)
            {
                Apostrophes ??= new Seen(cell, line, column);
            }
        }

        internal void Add(Evidence other)
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
    }
}
