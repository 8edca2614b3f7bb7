using System.Globalization;
using System.IO.Compression;
using Parquet;
using Parquet.Schema;
using SecureFL.Cli.Sites;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Files;
using SecureFL.Learning.Data.Tensors;

namespace SecureFL.Cli.Tests.Data;

/// <summary>
/// Small files that unpack to very large ones are refused before they fill the memory; formulas without a value are
/// refused by their cell.
/// </summary>
public sealed class PackedFilesTests : IDisposable
{
    private const int Bomb = 32 << 20;
    private readonly string _folder = Directory.CreateTempSubdirectory("securefl-packed").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Gzip_that_unpacks_without_end_is_refused()
    {
        string path = Path.Combine(_folder, "a.csv.gz");
        using (GZipStream gzip = new(File.Create(path), CompressionLevel.Optimal))
        {
            gzip.Write("x,y\n"u8);
            byte[] rows = System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("0,1\n", 1 << 18)));
            for (int i = 0; i < Bomb / rows.Length; i++)
            {
                gzip.Write(rows);
            }
        }

        DataFormatException refusal = Refused(path, () => TableFile.Read(path));
        Assert.Contains("gunzip", refusal.WayOut, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_that_packs_well_is_read()
    {
        string path = Path.Combine(_folder, "b.csv.gz");
        using (GZipStream gzip = new(File.Create(path), CompressionLevel.Optimal))
        {
            gzip.Write(System.Text.Encoding.ASCII
                .GetBytes(
                    "x,y\n" + string.Concat(Enumerable.Range(0, 100_000)
                        .Select(i => string.Create(CultureInfo.InvariantCulture, $"{i % 3},{i % 2}\n")))));
        }

        Assert.Equal(100_000, TableFile.Read(path).Rows.Count);
    }

    [Fact]
    public void Archives_that_unpack_without_end_are_refused()
    {
        string arrays = Path.Combine(_folder, "a.npz");
        WriteZip(arrays,
            ("x.npy", stream => NumpyFile.Write(stream, TensorData.FromInt64(new long[Bomb / 8], Bomb / 8))));
        Refused(arrays, () =>
        {
            using FileStream stream = File.OpenRead(arrays);
            NumpyArchive.Read(stream, arrays);
        });
        string workbook = Path.Combine(_folder, "a.xlsx");
        WriteZip(workbook, ("xl/workbook.xml", stream => stream.Write("<workbook/>"u8)),
            ("xl/worksheets/sheet1.xml", stream => stream.Write(new byte[Bomb])));
        Refused(workbook, () => TableFile.Read(workbook));
    }

    [Fact]
    public async Task Parquet_of_one_value_in_very_many_rows_is_refused()
    {
        string path = Path.Combine(_folder, "a.parquet");
        DataField<int> x = new("x");
        DataField<int> y = new("y");
        await using (FileStream stream = File.Create(path))
        {
            ParquetWriter writer = await ParquetWriter.CreateAsync(
                new ParquetSchema(x, y), stream, new ParquetOptions { CompressionMethod = CompressionMethod.Gzip },
                cancellationToken: TestContext.Current.CancellationToken);
            await using (writer)
            {
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                int[] zeros = new int[10_000_000];
                await group.WriteAsync<int>(x, zeros, cancellationToken: TestContext.Current.CancellationToken);
                await group.WriteAsync<int>(y, zeros, cancellationToken: TestContext.Current.CancellationToken);
            }
        }

        Refused(path, () => TableFile.Read(path));
    }

    [Theory]
    [InlineData("<c r=\"B3\"><f>A3*2</f></c>", "sheet 'Visits', cell B3: a formula without a stored value")]
    [InlineData("<c r=\"B3\"><f>A3*2</f><v/></c>", "sheet 'Visits', cell B3: a formula without a stored value")]
    [InlineData("<c r=\"B3\"><f>A3*2</f><v></v></c>", "sheet 'Visits', cell B3: a formula without a stored value")]
    [InlineData("<c r=\"B3\"><f>A3*2</f><v>4</v></c>", null)]
    [InlineData("<c r=\"B3\" t=\"str\"><f>\"\"</f><v></v></c>", null)]
    [InlineData("<c r=\"B3\"><v>4</v></c>", null)]
    public void A_formula_without_a_stored_value_is_refused_by_its_cell(string cell, string? message)
    {
        const string Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
        const string Relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        string path = Path.Combine(_folder, "f.xlsx");
        string rows = string.Concat(Enumerable.Range(4, 40).Select(r => string.Create(
            CultureInfo.InvariantCulture,
            $"<row r=\"{r}\"><c r=\"A{r}\"><v>{r % 7}</v></c><c r=\"B{r}\"><v>{r / 3 % 2}</v></c></row>")));
        WriteZip(
            path,
            ("[Content_Types].xml",
                Text("<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>")),
            ("xl/workbook.xml",
                Text(
                    $"<workbook xmlns=\"{Main}\" xmlns:r=\"{Relations}\"><sheets><sheet name=\"Visits\" "
                    + $"sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>")),
            ("xl/_rels/workbook.xml.rels",
                Text(
                    $"<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"{Relations}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>")),
            ("xl/worksheets/sheet1.xml", Text(
                $"<worksheet xmlns=\"{Main}\"><sheetData><row r=\"1\"><c r=\"A1\" t=\"str\"><v>x</v></c><c r=\"B1\" "
                + $"t=\"str\"><v>y</v></c></row>"
                + $"<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\"><v>1</v></c></row><row r=\"3\"><c "
                + $"r=\"A3\"><v>2</v></c>{cell}</row>{rows}</sheetData></worksheet>")));
        if (message is null)
        {
            Assert.Equal(42, TableFile.Read(path).Rows.Count);
            return;
        }

        DataFormatException refusal = Assert.Throws<DataFormatException>(() => TableFile.Read(path));
        Assert.Equal($"{path}, line 3: {message}", refusal.Message);
        Assert.Contains("save it", refusal.WayOut, StringComparison.Ordinal);
    }

    private static DataFormatException Refused(string path, Action read)
    {
        long packed = new FileInfo(path).Length;
        Assert.True(packed < Bomb / UnpackLimit.Ratio);
        DataFormatException refusal = Assert.Throws<DataFormatException>(read);
        Assert.Equal(
            $"{path}: its {packed} bytes unpack to more than {UnpackLimit.Of(packed)}, the limit: 100 times as "
            + $"many, or 16 MiB where that is more", refusal.Message);
        Assert.NotNull(refusal.WayOut);
        return refusal;
    }

    private static Action<Stream> Text(string text) => stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text));

    private static void WriteZip(string path, params (string Name, Action<Stream> Write)[] parts)
    {
        using ZipArchive archive = new(File.Create(path), ZipArchiveMode.Create);
        foreach ((string name, Action<Stream> write) in parts)
        {
            using Stream part = archive.CreateEntry(name, CompressionLevel.Optimal).Open();
            write(part);
        }
    }
}
