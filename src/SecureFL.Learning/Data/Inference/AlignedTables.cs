using System.Collections.Immutable;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Inference;

/// <summary>
/// Brings the rows of several files under one header and one way of writing numbers, so that they can be put together.
/// Thread-safe.
/// </summary>
public static class AlignedTables
{
    /// <summary>
    /// The columns that all tables have, in the order of the first, after it is clear that none lacks one that is not
    /// ignored.
    /// </summary>
    /// <exception cref="DataFormatException">A file lacks a column that another has.</exception>
    public static ImmutableArray<string> SharedColumns(IReadOnlyList<RawTable> tables, SchemaOptions options)
    {
        ArgumentNullException.ThrowIfNull(tables);
        ArgumentNullException.ThrowIfNull(options);
        ColumnRoles.Of(tables, options);
        return [.. tables[0].Columns.Where(name => tables.All(table => table.Columns.Contains(name)))];
    }

    /// <summary>
    /// The tables with <paramref name="columns"/> in this order, cells moved by name. Where the files do not write
    /// numbers alike, all numbers are rewritten with a decimal point. Every row remembers its file.
    /// </summary>
    /// <exception cref="DataFormatException">A file lacks a column, or has a text that would be a number in another
    /// file's writing.</exception>
    public static IReadOnlyList<RawTable> Of(IReadOnlyList<RawTable> tables, ImmutableArray<string> columns)
    {
        ArgumentNullException.ThrowIfNull(tables);
        bool alike = tables.Select(table => table.Numbers).Distinct().Count() <= 1;
        return [.. tables.Select(table => Align(table, columns, alike ? null : NumberFormat.Plain))];
    }

    private static RawTable Align(RawTable table, ImmutableArray<string> columns, NumberFormat? format)
    {
        int[] positions = [.. columns.Select(table.FindColumn)];
        List<RawRow> rows = new(table.Rows.Count);
        foreach (RawRow row in table.Rows)
        {
            string[] cells =
                [.. positions.Select(position => format is null ? row.Cells[position] : Rewrite(table, row, position))];
            rows.Add(row with { Cells = cells, Source = row.Source ?? table.Source });
        }

        return new RawTable(table.Source, columns, rows, format ?? table.Numbers)
        {
            Remarks = table.Remarks,
            HasHeader = table.HasHeader,
        };
    }

    /// <summary>The cell with a decimal point and no groups where it is a number, with or without a unit.</summary>
    private static string Rewrite(RawTable table, RawRow row, int position)
    {
        string cell = row.Cells[position];
        bool measured = CellUnit.TrySplit(cell, out ReadOnlySpan<char> digits, out string unit) && unit.Length > 0;
        ReadOnlySpan<char> number = measured ? digits : cell;
        bool other = NumberFormat.Plain.TryParse(number, out double plain);
        if (table.Numbers.TryParse(number, out double value))
        {
            return other && plain == value ? cell : measured ? $"{TrainableNumber.Show(value)} {unit}"
                : TrainableNumber.Show(value);
        }

        return !other ? cell : throw new DataFormatException(
            table.Source,
            $"{Quoted.Text(cell)} is no number as this file writes them, and one as the others do",
            row.Line,
            table.Columns[position],
            wayOut: "write the numbers of all files alike: with a decimal point and nothing between thousands");
    }
}
