using System.Text;

namespace SecureFL.Learning.Data.Files;

/// <summary>What kind of file it is, by its first bytes.</summary>
/// <param name="Format">How it is read.</param>
/// <param name="Name">For people: "a PDF document".</param>
/// <param name="WayOut">How to get a readable file from it; null for readable ones.</param>
public sealed record FileKind(FileFormat Format, string Name, string? WayOut)
{
    /// <summary>Bytes at a file's beginning that <see cref="Of"/> wants to see.</summary>
    public const int HeadBytes = 512;

    private const string Export = "export the table as CSV, UTF-8";

    private static readonly (int At, byte[] Bytes, FileKind Kind)[] Known =
    [
        (0, [0x1F, 0x8B], new(FileFormat.Gzip, "a gzip file", null)),
        (0, "PAR1"u8.ToArray(), new(FileFormat.Parquet, "a Parquet file", null)),
        (0, "PK\u0003\u0004"u8.ToArray(), new(FileFormat.Zip, "a zip archive", "unpack it and give the tables in it")),
        (0, "PK\u0005\u0006"u8.ToArray(),
            new(FileFormat.Zip, "an empty zip archive", "unpack it and give the tables in it")),
        (0, [0x93, .. "NUMPY"u8], new(FileFormat.Array, "a NumPy array", null)),
        Foreign([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1],
            "an Excel 97-2003 workbook (.xls) or another old Office document", "save it as .xlsx or as CSV UTF-8"),
        Foreign("%PDF"u8, "a PDF document", "tables in a PDF cannot be read: ask for the table as CSV"),
        Foreign("$FL2"u8, "an SPSS file (.sav)", "in SPSS: save as CSV; in R: haven::read_sav and write.csv"),
        Foreign("$FL3"u8, "an SPSS file (.zsav)", "in SPSS: save as CSV; in R: haven::read_sav and write.csv"),
        Foreign("<stata_dta>"u8, "a Stata file (.dta)",
            "in Stata: export delimited; in Python: pandas.read_stata and to_csv"),
        Foreign("HEADER RECORD*******LIBRARY"u8, "a SAS transport file (.xpt)",
            "in SAS: proc export; in Python: pandas.read_sas and to_csv"),
        (12, [0xC2, 0xEA, 0x81, 0x60],
            new(FileFormat.Foreign, "a SAS file (.sas7bdat)",
                "in SAS: proc export; in Python: pandas.read_sas and to_csv")),
        Foreign("BZh"u8, "a bzip2 file", "unpack it with bunzip2"),
        Foreign([0xFD, .. "7zXZ\0"u8], "an xz file", "unpack it with unxz"),
        Foreign([0x28, 0xB5, 0x2F, 0xFD], "a Zstandard file", "unpack it with unzstd"),
        Foreign([.. "7z"u8, 0xBC, 0xAF], "a 7-Zip archive", "unpack it and give the tables in it"),
        Foreign("Rar!"u8, "a RAR archive", "unpack it and give the tables in it"),
        (257, "ustar"u8.ToArray(), new(FileFormat.Foreign, "a tar archive", "unpack it and give the tables in it")),
        Foreign("ARROW1"u8, "an Arrow or Feather file", "in Python: pandas.read_feather and to_parquet or to_csv"),
        Foreign("FEA1"u8, "a Feather file", "in Python: pandas.read_feather and to_parquet or to_csv"),
        Foreign("ORC"u8, "an ORC file", "in Python: pandas.read_orc and to_parquet or to_csv"),
        Foreign([.. "Obj"u8, 1], "an Avro file", Export),
        Foreign("SQLite format 3"u8, "a SQLite database",
            "sqlite3 -csv -header FILE 'select * from TABLE' > table.csv"),
        Foreign([0x89, .. "HDF"u8], "an HDF5 file", "in Python: pandas.read_hdf and to_csv"),
        Foreign("RDX"u8, "an R data file", "in R: write.csv"),
        Foreign("X\n\0\0\0"u8, "an R data file (.rds)", "in R: write.csv(readRDS(...))"),
        Foreign("CDF"u8, "a NetCDF file", Export),
        Foreign([0x89, .. "PNG"u8], "a PNG image", "a picture of a table is none: export it as CSV"),
        Foreign([0xFF, 0xD8, 0xFF], "a JPEG image", "a picture of a table is none: export it as CSV"),
        Foreign("GIF8"u8, "a GIF image", "a picture of a table is none: export it as CSV"),
        (128, "DICM"u8.ToArray(),
            new(FileFormat.Foreign, "a DICOM image", "images are trained on as .npz or IDX arrays")),
        Foreign([0x7F, .. "ELF"u8], "a program", Export),
        Foreign("MZ"u8, "a Windows program", Export),
        Foreign("{\\rtf"u8, "a rich text document", Export),
        Foreign("version https://git-lfs"u8, "a pointer of Git LFS, not the file itself", "git lfs pull fetches it"),
    ];

    /// <summary>
    /// The kind of a file that begins with <paramref name="head"/>; text where nothing is recognised.
    /// </summary>
    public static FileKind Of(ReadOnlySpan<byte> head)
    {
        bool binary = head.IndexOfAnyInRange((byte)0, (byte)8) >= 0;
        foreach ((int at, byte[] bytes, FileKind kind) in Known)
        {
            // A table may begin with a column called ORC: letters alone say nothing in a file that is text.
            bool telling = binary || bytes.Length >= 8 || !Ascii.IsValid(bytes) || bytes[0] is (byte)'%' or (byte)'{';
            if (telling && head.Length >= at + bytes.Length && head.Slice(at, bytes.Length).SequenceEqual(bytes))
            {
                return kind;
            }
        }

        if (head.Length > 4 && head[0] is 0x80 && head[1] is >= 2 and <= 5)
        {
            return new FileKind(FileFormat.Foreign, "a Python pickle", "in Python: pandas.read_pickle and to_csv");
        }

        if (head.Length > 4 && head[0] is >= 0x68 and <= 0x73 && head[1] is 1 or 2 && head[2] == 1 && head[3] == 0)
        {
            return new FileKind(FileFormat.Foreign, "a Stata file (.dta)",
                "in Stata: export delimited; in Python: pandas.read_stata and to_csv");
        }

        return head.Length > 4 && head[0] == 0 && head[1] == 0 && head[2] is >= 8 and <= 14 && head[3] is >= 1 and <= 4
            ? new FileKind(FileFormat.Array, "an IDX file", null)
            : OfText(head);
    }

    private static FileKind OfText(ReadOnlySpan<byte> head)
    {
        ReadOnlySpan<byte> text = head.StartsWith(new byte[] { 0xEF, 0xBB, 0xBF }) ? head[3..] : head;
        text = text.TrimStart(" \t\r\n"u8);
        string start = System.Text.Encoding.ASCII.GetString(text[..Math.Min(text.Length, 16)]).ToLowerInvariant();
        return start.StartsWith("<!doctype html", StringComparison.Ordinal)
            || start.StartsWith("<html", StringComparison.Ordinal)
                ? new FileKind(FileFormat.Foreign, "a web page",
                    "a download often ends as a page that says why it failed: open it in a browser")
            : start.StartsWith("<?xml", StringComparison.Ordinal)
            ? new FileKind(FileFormat.Foreign, "an XML document", Export)
            : start is ['{', ..] or ['[', '{', ..]
            ? new FileKind(FileFormat.Foreign, "a JSON document", "in Python: pandas.read_json and to_csv")
            : new FileKind(FileFormat.Text, "text", null);
    }

    private static (int At, byte[] Bytes, FileKind Kind) Foreign(ReadOnlySpan<byte> bytes, string name,
        string wayOut) =>
        (0, bytes.ToArray(), new FileKind(FileFormat.Foreign, name, wayOut));
}
