using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data.Cells;

namespace SecureFL.Learning.Data.Tables;

/// <summary>One row of text cells and the physical line (from 1) on which it starts.</summary>
public readonly record struct RawRow(long Line, string[] Cells)
{
    /// <summary>
    /// The file that the line is in, where the table's rows come from several; null for the table's own.
    /// </summary>
    public string? Source { get; init; }
}

/// <summary>
/// A table as it was read: text cells, nothing interpreted yet. Immutable by convention; rows may be shared between
/// tables.
/// </summary>
public sealed class RawTable
{
    /// <summary>
    /// A table from <paramref name="rows"/>, each with as many cells as there are <paramref name="columns"/>.
    /// </summary>
    /// <exception cref="ArgumentException">No column, two columns of one name, or a row of another width.</exception>
    public RawTable(string source, ImmutableArray<string> columns, IReadOnlyList<RawRow> rows,
        NumberFormat? numbers = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(rows);
        if (columns.IsDefaultOrEmpty)
        {
            throw new ArgumentException("a table needs at least one column", nameof(columns));
        }

        if (columns.Distinct(StringComparer.Ordinal).Count() != columns.Length)
        {
            throw new ArgumentException("two columns have the same name", nameof(columns));
        }

        foreach (RawRow row in rows)
        {
            if (row.Cells.Length != columns.Length)
            {
                throw new ArgumentException($"a row has {row.Cells.Length} cells, the table {columns.Length} columns",
                    nameof(rows));
            }
        }

        Source = source;
        Columns = columns;
        Rows = rows;
        Numbers = numbers ?? NumberFormat.Plain;
    }

    /// <summary>The name of the file or generator, for messages.</summary>
    public string Source { get; }

    /// <summary>Column names in file order.</summary>
    public ImmutableArray<string> Columns { get; }

    /// <summary>The rows in file order.</summary>
    public IReadOnlyList<RawRow> Rows { get; }

    /// <summary>How its numbers are written.</summary>
    public NumberFormat Numbers { get; }

    /// <summary>Whether the file names its columns; else they are c0, c1 and so on.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>
    /// What was found out about the file while reading it, for people: its encoding, its decimal marks, its sheet.
    /// </summary>
    public ImmutableArray<string> Remarks { get; init; } = [];

    /// <summary>
    /// The position of the column that <paramref name="reference"/> means: a name, or else a zero-based index, negative
    /// ones counting from the end (-1 is the last column).
    /// </summary>
    /// <exception cref="DataFormatException">There is no such column; the message lists those there are.</exception>
    public int FindColumn(string reference)
    {
        ArgumentNullException.ThrowIfNull(reference);
        int position = Columns.IndexOf(reference);
        if (position < 0 && int.TryParse(reference, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture,
            out int index))
        {
            position = index < 0 ? index + Columns.Length : index;
        }

        if (position < 0 || position >= Columns.Length)
        {
            IEnumerable<string> known = Columns.Take(40);
            throw new DataFormatException(
                Source,
                $"no column {reference}; there are {Columns.Length}: {string.Join(", ", known)}"
                + (HasHeader ? "" : "; the file has no header, its first line is data"),
                wayOut: HasHeader ? null : "write the names of the columns above the first line; --header yes if the "
                + "first line names them");
        }

        return position;
    }

    /// <summary>The same columns with other rows.</summary>
    public RawTable WithRows(IReadOnlyList<RawRow> rows, string? source = null) =>
        new(source ?? Source, Columns, rows, Numbers) { Remarks = Remarks, HasHeader = HasHeader };

    /// <summary>The same table with one more remark, before the others.</summary>
    public RawTable WithRemark(string remark) =>
        new(Source, Columns, Rows, Numbers) { Remarks = [remark, .. Remarks], HasHeader = HasHeader };

    /// <summary>
    /// As <see cref="TryParseNumber(string, out double)"/>, with or without <paramref name="unit"/> after the number.
    /// </summary>
    public bool TryParseNumber(string cell, string? unit, out double value)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return unit is not null && CellUnit.TrySplit(cell, out ReadOnlySpan<char> number, out string own) && own == unit
            ? Numbers.TryParse(number, out value)
            : Numbers.TryParse(cell, out value);
    }

    /// <summary>
    /// Reads the number in <paramref name="cell"/>; false for anything else, infinities and NaN included.
    /// </summary>
    public bool TryParseNumber(string cell, out double value)
    {
        ArgumentNullException.ThrowIfNull(cell);
        return Numbers.TryParse(cell, out value);
    }
}
