using System.Collections.Immutable;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Data.Csv;

/// <summary>
/// Finds out how a file writes its numbers, column by column, from what each column shows; one that can mean two things
/// is decided by the rest of the file, by the options, or refused. A file whose columns differ is brought to decimal
/// points in the table itself. Thread-safe.
/// </summary>
internal static class NumberFormatDetection
{
    /// <summary>
    /// Least share of a column's present cells that must look like numbers for the column to have a say.
    /// </summary>
    private const double LeastShare = 0.8;

    /// <summary>The format, and remarks where it is not the plain one or a column has its own.</summary>
    /// <exception cref="DataFormatException">Both marks are decimal marks in one column, or a single one can be read
    /// as fraction and as group.</exception>
    internal static (NumberFormat Format, ImmutableArray<string> Remarks) Detect(
        string source, ImmutableArray<string> columns, IReadOnlyList<RawRow> rows, CsvReadOptions options)
    {
        NumberFormat said = Said(source, options);
        bool look = said.Decimal == ',' || options.Separator == ';'
            || Enumerable.Range(0, columns.Length).Any(c => Suspect(rows, c));
        if (!look)
        {
            return (said, []);
        }

        NumberEvidence?[] seen = [.. columns.Select((name, c) => Look(name, rows, c))];
        NumberEvidence all = new();
        foreach (NumberEvidence own in seen.OfType<NumberEvidence>())
        {
            all.Add(own);
        }

        (char? Mark, char? Groups)[] ways =
            [.. seen.Select(own => own is null ? default : Way(source, own, all, options))];
        char?[] marks = [.. ways.Select(way => way.Mark).Where(mark => mark is not null).Distinct()];
        char?[] groups = [.. ways.Select(way => way.Groups).Where(group => group is not null).Distinct()];
        if (marks.Length <= 1 && groups.Length <= 1)
        {
            char mark = marks is [char one] ? one : said.Decimal;
            char? group = groups is [char between] ? between : said.Thousands == mark ? null : said.Thousands;
            NumberFormat format = new(mark, group);
            bool known = marks.Length + groups.Length == 0
                || (format == NumberFormat.Plain ? said.Decimal == '.' : format.Decimal == options.Decimal);
            return (format, known ? [] : [all.Describe(format, columns: true)]);
        }

        List<string> remarks = [];
        for (int c = 0; c < columns.Length; c++)
        {
            NumberFormat own = new(ways[c].Mark ?? '.', ways[c].Groups);
            if (own != NumberFormat.Plain)
            {
                MakePlain(source, columns[c], rows, c, own);
                remarks.Add($"column {columns[c]}: {seen[c]!.Describe(own, columns: false)}");
            }
        }

        return (NumberFormat.Plain, [.. remarks]);
    }

    /// <summary>What the options say, and plain numbers where they say nothing.</summary>
    private static NumberFormat Said(string source, CsvReadOptions options)
    {
        char mark = options.Decimal ?? (options.Thousands == '.' ? ',' : '.');
        char? groups = options.Thousands == CsvReadOptions.NoThousands ? null : options.Thousands;
        return groups != mark ? new NumberFormat(mark, groups) : throw new DataFormatException(
            source, $"'{mark}' stands before fractions, so it cannot stand between thousands",
            wayOut: "give another --thousands");
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
            if ((cell.AsSpan().IndexOfAny(NumberShapes.Marks) >= 0 || cell.AsSpan().Count('.') > 1)
                && (NumberShapes.Of(CellUnit.NumberOf(cell), out bool grouped) is not (NumberShape.None
                    or NumberShape.Plain or NumberShape.DecimalPoint) || grouped))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What the column shows; null where it is none of numbers.</summary>
    private static NumberEvidence? Look(string name, IReadOnlyList<RawRow> rows, int column)
    {
        NumberEvidence own = new();
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
            ReadOnlySpan<char> number = CellUnit.NumberOf(cell);
            NumberShape shape = NumberShapes.Of(number, out bool grouped);
            numbers += shape == NumberShape.None ? 0 : 1;
            own.Add(shape, grouped, cell, row.Line, name);
        }

        return numbers >= LeastShare * present ? own : null;
    }

    /// <summary>The column's decimal mark, null where it has none, and its mark between thousands.</summary>
    private static (char? Mark, char? Groups) Way(
        string source, NumberEvidence own, NumberEvidence all, CsvReadOptions options)
    {
        char? mark = (own.ByPoint, own.ByComma) switch
        {
            (SeenNumber point, SeenNumber comma) => options.Decimal ?? throw Contradiction(source, point, comma),
            (null, not null) => ',',
            (not null, null) => '.',
            _ when (own.EitherComma ?? own.EitherPoint) is not null => Either(source, own, all, options),
            _ => null,
        };
        bool sure = options.Thousands != CsvReadOptions.NoThousands;
        char? groups = mark == ',' && (own.PointGroups ?? (sure ? own.EitherPoint : null)) is not null ? '.'
            : mark == '.' && (own.CommaGroups ?? (sure ? own.EitherComma : null)) is not null ? ','
            : own.Spaces is not null ? ' ' : own.Apostrophes is not null ? '\'' : null;
        return (mark, groups);
    }

    /// <summary>The decimal mark of a column each of whose marks can stand before a fraction or a group.</summary>
    private static char Either(string source, NumberEvidence own, NumberEvidence all, CsvReadOptions options)
    {
        if ((options.Decimal ?? (options.Thousands switch { ',' => '.', '.' => ',', _ => null })) is char said)
        {
            return said;
        }

        bool both = own is { EitherComma: not null, EitherPoint: not null };
        bool open = (all.ByComma is null) == (all.ByPoint is null);
        if (!both && options.Thousands is not null)
        {
            return own.EitherComma is null ? '.' : ',';
        }

        if (!both && !open)
        {
            return all.ByComma is null ? '.' : ',';
        }

        // Programs write decimal points between commas; a file of semicolons leaves commas free for fractions, so that
        // its points may stand between thousands.
        bool program = all.ByComma is null && options.Separator != ';';
        return own.EitherComma is null && (own.Ungrouped || program) ? '.' : throw Ambiguous(
            source, own.EitherComma ?? own.EitherPoint!);
    }

    private static DataFormatException Ambiguous(string source, SeenNumber seen)
    {
        string number = CellUnit.NumberOf(seen.Cell).ToString();
        (char mark, string name) = number.Contains(',', StringComparison.Ordinal) ? (',', "comma") : ('.', "point");
        return new DataFormatException(
            source,
            $"'{seen.Cell}' can be {number.Replace(mark, '.')} or "
            + $"{number.Replace($"{mark}", "", StringComparison.Ordinal)}",
            seen.Line,
            seen.Column,
            wayOut: $"--decimal {mark} where the {name} stands before a fraction, --thousands {mark} where it stands "
            + $"between thousands");
    }

    /// <summary>Rewrites the column's numbers with a decimal point and no groups.</summary>
    private static void MakePlain(
        string source, string name, IReadOnlyList<RawRow> rows, int column, NumberFormat format)
    {
        foreach (RawRow row in rows)
        {
            string cell = row.Cells[column];
            string number = CellUnit.NumberOf(cell).ToString();
            if (format.ToPlain(number) is string plain)
            {
                row.Cells[column] = number.Length == cell.Length ? plain
                    : cell.Replace(number, plain, StringComparison.Ordinal);
            }
            else if (NumberFormat.Plain.TryParse(number, out _))
            {
                throw new DataFormatException(
                    source, $"'{cell}' is no number as the column's others are written", row.Line, name,
                    wayOut: "write all cells of the column alike");
            }
        }
    }

    private static DataFormatException Contradiction(string source, SeenNumber point, SeenNumber comma) => new(
        source,
        $"'{comma.Cell}' has a decimal comma, '{point.Cell}' (line {point.Line}, column {point.Column}) a decimal "
        + $"point",
        comma.Line,
        comma.Column,
        wayOut: "write all cells of the column alike; with --decimal , or --decimal . a cell of the other kind is no "
        + "number");
}
