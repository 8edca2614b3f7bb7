using System.Globalization;
using System.IO.Compression;
using System.Xml;
using ExcelDataReader;
using ExcelDataReader.Exceptions;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Files;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Cli.Sites;

/// <summary>The one filled sheet of an Excel workbook (.xlsx) to a table. Dates become ISO dates; formulas give the
/// value that was saved with them, failed ones a missing cell.</summary>
internal static class WorkbookTable
{
    /// <summary>What a sheet of Excel can have; and cells, empty ones included, that are looked at.</summary>
    private const int MostColumns = 16_384;
    private const int MostRows = 1_048_576;
    private const long MostCells = 200_000_000;
    private static readonly DateTime DayZero = new(1899, 12, 31, 0, 0, 0, DateTimeKind.Unspecified);

    static WorkbookTable() => System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);

    /// <summary>Reads the workbook; lines in messages are the sheet's rows.</summary>
    /// <exception cref="DataFormatException">Another kind of zip archive, several filled sheets, or damage.</exception>
    internal static RawTable Read(Stream stream, string path, CsvReadOptions options)
    {
        RefuseOtherArchives(stream, path);
        try
        {
            stream.Position = 0;
            using IExcelDataReader reader =
                ExcelReaderFactory.CreateOpenXmlReader(stream, new ExcelReaderConfiguration { LeaveOpen = true });
            List<(string Name, List<RawRow> Rows)> sheets = [];
            do
            {
                List<RawRow> rows = Rows(reader, path);
                if (rows.Count > 0)
                {
                    sheets.Add((reader.Name, rows));
                }
            }
            while (reader.NextResult());

            return sheets.Count switch
            {
                0 => throw new DataFormatException(path, "no sheet of the workbook has a cell"),
                1 => CsvTableReader.Shape(path, Even(sheets[0].Rows), options)
                    .WithRemark($"sheet '{sheets[0].Name}' of the workbook"),
                _ => throw new DataFormatException(
                    path,
                    $"{sheets.Count} sheets have cells: {string.Join(", ", sheets.Select(sheet => $"'{sheet.Name}'"))}",
                    wayOut: "save the sheet with the table as a workbook of its own, or as CSV UTF-8"),
            };
        }
        catch (Exception fault) when (fault is ExcelReaderException or XmlException or InvalidDataException
            or InvalidOperationException
            or ArgumentException or IndexOutOfRangeException or NullReferenceException or OverflowException)
        {
            throw new DataFormatException(
                path, "a workbook that cannot be read: it is damaged or has a password", inner: fault,
                wayOut: "save it again without a password, or as CSV UTF-8");
        }
    }

    private static List<RawRow> Rows(IExcelDataReader reader, string path)
    {
        List<RawRow> rows = [];
        long line = 0;
        long looked = 0;
        while (reader.Read())
        {
            line++;
            looked += reader.FieldCount;
            if (reader.FieldCount > MostColumns || line > MostRows || looked > MostCells)
            {
                throw new DataFormatException(
                    path,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"sheet '{reader.Name}' reaches to row {Math.Max(line, reader.RowCount)} and column "
                        + $"{reader.FieldCount}, most of it empty"),
                    line,
                    wayOut: "delete the rows and columns beside the table, or save it as CSV UTF-8");
            }

            string[] cells = new string[reader.FieldCount];
            for (int c = 0; c < cells.Length; c++)
            {
                cells[c] = Cell(reader, c);
            }

            if (Array.Exists(cells, cell => cell.Length > 0))
            {
                rows.Add(new RawRow(line, cells));
            }
        }

        return rows;
    }

    private static string Cell(IExcelDataReader reader, int column) =>
        reader.GetValue(column) switch
        {
            null => "",
            string text => CsvTableReader.Clean(text),
            bool truth => truth ? "True" : "False",
            DateTime time when time < DayZero.AddDays(1) => time.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
            DateTime time => time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss",
                CultureInfo.InvariantCulture),
            TimeSpan span => span.ToString("c", CultureInfo.InvariantCulture),
            object number => Convert.ToString(number, CultureInfo.InvariantCulture) ?? "",
        };

    /// <summary>All rows as wide as the widest, without columns that are empty in every row.</summary>
    private static List<RawRow> Even(List<RawRow> rows)
    {
        int width = rows.Max(row => row.Cells.Length);
        while (width > 1 && rows.TrueForAll(row => row.Cells.Length < width || row.Cells[width - 1].Length == 0))
        {
            width--;
        }

        return
            [
                .. rows.Select(
                    row => new RawRow(row.Line, [.. row.Cells.Concat(Enumerable.Repeat("", width)).Take(width)]))];
    }

    // What an archive announces need not be true: all is unpacked once, and nothing kept.
    private static void RefuseBombs(ZipArchive archive, long packed, string path)
    {
        long unpacked = 0;
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream part = entry.Open();
            unpacked = UnpackLimit.Count(part, path, packed, unpacked, "save the table as CSV UTF-8");
        }
    }

    private static void RefuseOtherArchives(Stream stream, string path)
    {
        try
        {
            using ZipArchive archive = new(stream, ZipArchiveMode.Read, leaveOpen: true);
            HashSet<string> names = [.. archive.Entries.Select(entry => entry.FullName)];
            if (names.Contains("xl/workbook.xml"))
            {
                RefuseBombs(archive, stream.Length, path);
                WorkbookFormulas.Refuse(archive, path);
                return;
            }

            (string kind, string wayOut) = names switch
            {
                _ when names.Contains("xl/workbook.bin") =>
                    ("an Excel binary workbook (.xlsb)", "save it as .xlsx or as CSV UTF-8"),
                _ when names.Contains("word/document.xml") => ("a Word document", "save the table as CSV UTF-8"),
                _ when names.Contains("content.xml") =>
                    ("an OpenDocument file (.ods)", "save it as .xlsx or as CSV UTF-8"),
                _ when names.Any(name => name.EndsWith(".npy", StringComparison.Ordinal)) =>
                    ("a NumPy archive", "give it the extension .npz"),
                _ => ($"a zip archive of {names.Count} files", "unpack it and give the tables in it"),
            };
            throw new DataFormatException(path, $"{kind}, not a table", wayOut: wayOut);
        }
        catch (Exception fault) when (fault is InvalidDataException or XmlException)
        {
            throw new DataFormatException(path, "a damaged zip archive or workbook", inner: fault,
                wayOut: "fetch the file again");
        }
    }
}
