using System.Collections.Immutable;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Data.Columns;

/// <summary>The profiles of one file's columns: one pass over its cells, which keeps no row.</summary>
/// <param name="Table">The file.</param>
/// <param name="Columns">In file order.</param>
public sealed record TableProfile(RawTable Table, ImmutableArray<ColumnProfile> Columns)
{
    /// <summary>Looks at every cell of <paramref name="table"/>.</summary>
    public static TableProfile Of(RawTable table, MissingCodes? codes = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        codes ??= new MissingCodes([]);
        ImmutableArray<ColumnProfile> columns =
            [.. table.Columns.Select(name => new ColumnProfile(table.Source, name))];
        foreach (RawRow row in table.Rows)
        {
            for (int c = 0; c < columns.Length; c++)
            {
                string cell = row.Cells[c];
                columns[c].Add(table, row, cell, codes.IsMissing(table, cell));
            }
        }

        for (int c = 0; c < columns.Length; c++)
        {
            columns[c].Measured = columns[c].Unit is string unit ? WithUnit(table, c, unit, codes) : null;
        }

        return new TableProfile(table, columns);
    }

    private static ColumnProfile WithUnit(RawTable table, int column, string unit, MissingCodes codes)
    {
        ColumnProfile profile = new(table.Source, table.Columns[column], unit);
        foreach (RawRow row in table.Rows)
        {
            string cell = row.Cells[column];
            profile.Add(table, row, cell, codes.IsMissing(table, cell));
        }

        return profile;
    }

    /// <summary>The profile of the column of that name, null where the file has none.</summary>
    public ColumnProfile? Find(string name)
    {
        int position = Table.Columns.IndexOf(name);
        return position < 0 ? null : Columns[position];
    }
}
