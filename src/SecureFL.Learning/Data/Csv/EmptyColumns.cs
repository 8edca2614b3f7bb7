using System.Globalization;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Csv;

/// <summary>
/// Drops columns that have neither a name nor a cell with content, as spreadsheets write them for cells that once were
/// formatted.
/// </summary>
internal static class EmptyColumns
{
    /// <summary>Takes such columns out of <paramref name="rows"/>, of which the first is the header.</summary>
    /// <returns>A sentence for people; null where there is none.</returns>
    /// <exception cref="DataFormatException">A column without a name has a cell with content, or no column has a
    /// name.</exception>
    internal static string? Drop(string source, List<RawRow> rows)
    {
        string[] header = rows[0].Cells;
        int[] kept = [.. Enumerable.Range(0, header.Length).Where(c => header[c].Length > 0)];
        if (kept.Length == header.Length)
        {
            return null;
        }

        foreach (RawRow row in rows)
        {
            for (int c = 0; c < header.Length; c++)
            {
                if (header[c].Length == 0 && row.Cells[c].Length > 0)
                {
                    throw new DataFormatException(
                        source,
                        string.Create(
                            CultureInfo.InvariantCulture,
                            $"the header has no name here, and line {row.Line} has {Quoted.Text(row.Cells[c])}"),
                        rows[0].Line,
                        (c + 1).ToString(CultureInfo.InvariantCulture),
                        wayOut: "give the column a name in the file, or remove it");
                }
            }
        }

        if (kept.Length == 0)
        {
            throw new DataFormatException(source, "the header has no name at all", rows[0].Line,
                wayOut: "write the names of the columns in the first line");
        }

        for (int r = 0; r < rows.Count; r++)
        {
            string[] cells = rows[r].Cells;
            rows[r] = rows[r] with { Cells = [.. kept.Select(c => cells[c])] };
        }

        int count = header.Length - kept.Length;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{count} {(count == 1 ? "column" : "columns")} without a name and without content left out");
    }
}
