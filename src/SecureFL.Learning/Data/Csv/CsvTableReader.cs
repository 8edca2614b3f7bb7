using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using CsvHelper;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Files;
using SecureFL.Learning.Data.Tables;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Data.Csv;

/// <summary>
/// Reads delimited text (RFC 4180 with a free separator) into a <see cref="RawTable"/>: separator, header and the way
/// numbers are written are detected, cells trimmed, letters composed (<see cref="UnicodeComposition"/>). Stateless and
/// thread-safe.
/// </summary>
public static class CsvTableReader
{
    /// <summary>Most rows of one width that are taken for a title above the table.</summary>
    private const int MostTitleRows = 5;

    /// <summary>
    /// Reads all of <paramref name="reader"/>, which stays open. <paramref name="source"/> is the name used in
    /// messages. Blank lines are skipped; every record must have the same number of fields.
    /// </summary>
    /// <exception cref="DataFormatException">
    /// Malformed quotes, a record of another width, no record at all, a size beyond the options, or a header or numbers
    /// that can be read two ways.
    /// </exception>
    public static RawTable Read(TextReader reader, string source, CsvReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(source);
        options ??= CsvReadOptions.Default;
        char[] beginning = new char[SeparatorDetection.Beginning];
        int length = options.Separator is null ? reader.ReadBlock(beginning) : 0;
        CsvReaderOptions csv = new()
        {
            HasHeader = false,
            Separator = options.Separator ?? SeparatorDetection.Of(beginning.AsSpan(0, length)),
            TrimWhitespace = true,
            MalformedData = CsvMalformedDataHandling.Throw,
            TrackLineNumbers = true,
            PoolStrings = true,
            MaxRecordSize = options.MaxRecordBytes,
            IncludeValuesInExceptions = false,
        };
        try
        {
            int mark = length > 0 && beginning[0] == '\uFEFF' ? 1 : 0;
            using PrefixedReader whole = new(beginning.AsMemory(mark, length - mark), reader);
            using CsvReader parser = CsvReader.Create(whole, csv, leaveOpen: true);
            List<RawRow> rows = ReadRows(parser, source, options);
            return rows.Count == 0 ? throw new DataFormatException(source, "the file holds no record")
                : Shape(source, rows, options with { Separator = csv.Separator });
        }
        catch (CsvFormatException fault) when (fault.Message
            .Contains(nameof(CsvReaderOptions.MaxRecordSize), StringComparison.Ordinal))
        {
            throw new DataFormatException(
                source,
                $"a record of more than {options.MaxRecordBytes} bytes",
                fault.LineNumber == 0 ? null : fault.LineNumber,
                inner: fault,
                wayOut: "a quotation mark that is never closed makes one record of many lines; or this is no table");
        }
        catch (CsvFormatException fault)
        {
            throw new DataFormatException(
                source,
                Reason(fault.Message),
                fault.LineNumber == 0 ? null : fault.LineNumber,
                inner: fault,
                wayOut: "mend the line; a quote inside a quoted cell is written twice");
        }
    }

    /// <summary>Makes a table of records from any kind of file, the first of which may be the header.</summary>
    /// <exception cref="DataFormatException">As <see cref="Read"/>.</exception>
    public static RawTable Shape(string source, IReadOnlyList<RawRow> records, CsvReadOptions options)
    {
        ArgumentNullException.ThrowIfNull(records);
        ArgumentNullException.ThrowIfNull(options);
        List<RawRow> rows = records as List<RawRow> ?? [.. records];
        string? unquoted = NumberForms.Unquote(rows);
        bool named = options.Header == HeaderMode.Present
            || (options.Header == HeaderMode.Detect && HeaderRule.HasHeader(source, rows));
        string? dropped = named ? EmptyColumns.Drop(source, rows) : null;
        ImmutableArray<string> columns = named
            ? HeaderRule.Names(source, rows[0])
            : [.. Enumerable.Range(0, rows[0].Cells.Length)
                .Select(i => $"c{i.ToString(CultureInfo.InvariantCulture)}")];
        if (named)
        {
            rows.RemoveAt(0);
            RefuseRepeatedHeader(source, columns, rows);
        }

        if (rows.Count == 0)
        {
            throw new DataFormatException(source, "the file holds a header and no row",
                wayOut: "export the table again, with its rows");
        }

        string?[] forms = [dropped, unquoted, .. NumberForms.Rewrite(columns, rows)];
        (NumberFormat format, ImmutableArray<string> remarks) =
            NumberFormatDetection.Detect(source, columns, rows, options);
        return new RawTable(source, columns, rows, format)
        {
            Remarks = [.. forms.OfType<string>(), .. remarks],
            HasHeader = named,
        };
    }

    /// <summary>The parser's reason without its own account of the place.</summary>
    private static string Reason(string message)
    {
        int start = message.IndexOf("): ", StringComparison.Ordinal);
        string reason = start < 0 ? message : message[(start + 3)..];
        int end = reason.IndexOf(" (byte offset", StringComparison.Ordinal);
        return end < 0 ? reason.TrimEnd('.') : reason[..end];
    }

    private static List<RawRow> ReadRows(CsvReader parser, string source, CsvReadOptions options)
    {
        List<RawRow> rows = [];
        while (parser.Read())
        {
            int width = parser.FieldCount;
            if (width > options.MaxColumns)
            {
                throw new DataFormatException(source, $"{width} columns, at most {options.MaxColumns} are accepted",
                    parser.LineNumber);
            }

            if (rows.Count > 0 && width != rows[0].Cells.Length)
            {
                throw new DataFormatException(
                    source,
                    $"{width} fields where the first record has {rows[0].Cells.Length}",
                    parser.LineNumber,
                    wayOut: rows[0].Cells.Length < width && rows.Count <= MostTitleRows
                        ? $"the first line must name the columns: delete a title or notes above the header "
                        + $"({Quoted.Text(rows[0].Cells[0])}); or quote cells that hold the separator; "
                        + $"--separator names another"
                        : "mend the line, or quote cells that hold the separator; --separator names another");
            }

            string[] cells = new string[width];
            for (int i = 0; i < width; i++)
            {
                cells[i] = Clean(parser.GetString(i));
            }

            rows.Add(new RawRow(parser.LineNumber, cells));
        }

        return rows;
    }

    /// <summary>A cell without blanks of any kind around it, its letters composed.</summary>
    public static string Clean(string cell)
    {
        string trimmed = cell.Trim();
        return Ascii.IsValid(trimmed) ? trimmed : UnicodeComposition.Compose(trimmed.Trim('\uFEFF', '\u200B'));
    }

    private static void RefuseRepeatedHeader(string source, ImmutableArray<string> columns, List<RawRow> rows)
    {
        if (columns.Length < 2)
        {
            return;
        }

        foreach (RawRow row in rows)
        {
            if (row.Cells[0] == columns[0] && row.Cells.AsSpan().SequenceEqual(columns.AsSpan()))
            {
                throw new DataFormatException(
                    source, "the header comes again", row.Line,
                    wayOut: "remove the line: files that were joined keep one header");
            }
        }
    }
}
