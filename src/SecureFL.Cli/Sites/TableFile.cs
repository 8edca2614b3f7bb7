using System.Text;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Files;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Cli.Sites;

/// <summary>
/// A table from any file that holds one: delimited text in its encoding, Parquet, a workbook; each packed with gzip or
/// not.
/// </summary>
internal static class TableFile
{
    /// <summary>Reads <paramref name="path"/>; what was detected on the way is in the table's remarks.</summary>
    /// <exception cref="DataFormatException">Not a table, with what it is and how to get one.</exception>
    internal static RawTable Read(string path, CsvReadOptions? options = null)
    {
        options ??= CsvReadOptions.Default;
        DataFile file = DataFile.Look(path);
        RawTable table = file.Kind.Format switch
        {
            FileFormat.Parquet => FromSeekable(file, stream => ParquetTable.Read(stream, path)),
            FileFormat.Zip => FromSeekable(file, stream => WorkbookTable.Read(stream, path, options)),
            FileFormat.Array => throw new DataFormatException(
                path, $"{file.Kind.Name}, not a table",
                wayOut: "arrays need the extension .npy or .npz, images the name that ends in -images-idx3-ubyte"),
            _ => Text(file, options),
        };
        return file.Packed ? table.WithRemark(
            $"unpacked from gzip{(file.Kind.Format == FileFormat.Text ? "" : ", " + file.Kind.Name)}") : table;
    }

    private static RawTable Text(DataFile file, CsvReadOptions options)
    {
        TextEncoding encoding;
        try
        {
            using (Stream content = file.Open())
            {
                encoding = TextEncoding.Of(content, file.Path, options.Encoding);
            }

            using StreamReader reader = encoding.Open(file.Open());
            RawTable table = CsvTableReader.Read(reader, file.Path, options);
            return encoding.Remark is null ? table : table.WithRemark(encoding.Remark);
        }
        catch (DecoderFallbackException fault)
        {
            throw new DataFormatException(
                file.Path,
                $"bytes that do not fit its encoding{(options.Encoding is null ? "" : " " + options.Encoding)}",
                inner: fault,
                wayOut: "leave --encoding out to have it detected, or save the file as UTF-8");
        }
        catch (InvalidDataException fault) when (file.Packed)
        {
            throw new DataFormatException(file.Path, "damaged gzip data", inner: fault,
                wayOut: "gzip -t checks it; fetch the file again");
        }
    }

    private static RawTable FromSeekable(DataFile file, Func<Stream, RawTable> read)
    {
        using Stream stream = file.OpenSeekable();
        return read(stream);
    }
}
