using System.Collections.Immutable;
using System.Globalization;
using CsvHelper;
using SecureFL.Aggregation;

namespace SecureFL.Federated.Data;

/// <summary>Reads delimited text (RFC 4180 with a free separator) into a <see cref="RawTable"/>. Stateless and thread-safe.</summary>
public static class CsvTableReader
{
    /// <summary>
    /// Reads all of <paramref name="reader"/>, which stays open. <paramref name="source"/> is the name used in messages. Blank lines are skipped, cells are trimmed
    /// outside quotes; every record must have the same number of fields.
    /// </summary>
    /// <exception cref="DataFormatException">Malformed quotes, a record of another width, no record at all, or a size beyond the options.</exception>
    public static RawTable Read(TextReader reader, string source, CsvReadOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        ArgumentNullException.ThrowIfNull(source);
        options ??= CsvReadOptions.Default;
        CsvReaderOptions csv = new()
        {
            HasHeader = false,
            Separator = options.Separator,
            TrimWhitespace = true,
            MalformedData = CsvMalformedDataHandling.Throw,
            TrackLineNumbers = true,
            PoolStrings = true,
            MaxRecordSize = options.MaxRecordBytes,
            IncludeValuesInExceptions = false,
        };
        try
        {
            using CsvReader parser = CsvReader.Create(reader, csv, leaveOpen: true);
            List<RawRow> rows = ReadRows(parser, source, options);
            return rows.Count == 0 ? throw new DataFormatException(source, "the file holds no record") : Shape(source, rows, options);
        }
        catch (CsvFormatException fault)
        {
            throw new DataFormatException(source, fault.Message, fault.LineNumber == 0 ? null : fault.LineNumber, inner: fault);
        }
    }

    private static List<RawRow> ReadRows(CsvReader parser, string source, CsvReadOptions options)
    {
        List<RawRow> rows = [];
        while (parser.Read())
        {
            int width = parser.FieldCount;
            if (width > options.MaxColumns)
            {
                throw new DataFormatException(source, $"{width} columns, at most {options.MaxColumns} are accepted", parser.LineNumber);
            }

            if (rows.Count > 0 && width != rows[0].Cells.Length)
            {
                throw new DataFormatException(source, $"{width} fields where the first record has {rows[0].Cells.Length}", parser.LineNumber);
            }

            string[] cells = new string[width];
            for (int i = 0; i < width; i++)
            {
                cells[i] = parser.GetString(i);
            }

            rows.Add(new RawRow(parser.LineNumber, cells));
        }

        return rows;
    }

    private static RawTable Shape(string source, List<RawRow> rows, CsvReadOptions options)
    {
        RawRow first = rows[0];
        bool named = options.Header == HeaderMode.Present || (options.Header == HeaderMode.Detect && LooksLikeHeader(first.Cells));
        if (!named)
        {
            ImmutableArray<string> numbered = [.. Enumerable.Range(0, first.Cells.Length).Select(i => $"c{i}")];
            return new RawTable(source, numbered, rows, options.DecimalSeparator);
        }

        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < first.Cells.Length; i++)
        {
            string name = first.Cells[i];
            if (name.Length == 0)
            {
                throw new DataFormatException(source, "the header has no name here", first.Line, (i + 1).ToString(CultureInfo.InvariantCulture));
            }

            if (PrintableText.FaultOf(name) is string fault)
            {
                throw new DataFormatException(source, $"the header's name here {fault}", first.Line, (i + 1).ToString(CultureInfo.InvariantCulture));
            }

            if (!names.Add(name))
            {
                throw new DataFormatException(source, "the header names two columns so", first.Line, name);
            }
        }

        rows.RemoveAt(0);
        return rows.Count == 0
            ? throw new DataFormatException(source, "the file holds a header and no row")
            : new RawTable(source, [.. first.Cells], rows, options.DecimalSeparator);
    }

    private static bool LooksLikeHeader(string[] cells) =>
        cells.All(cell => !MissingValue.Is(cell) && !double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        && cells.Distinct(StringComparer.Ordinal).Count() == cells.Length;
}
