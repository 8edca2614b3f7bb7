using System.Globalization;
using System.IO.Compression;
using Parquet;
using Parquet.Schema;

namespace SecureFL.Cli.Tests.Data;

/// <summary>Files as they come: each made by code, with the name that says what is wrong or odd about it.</summary>
internal static class NastyFiles
{
    private const int Rows = 60;

    /// <summary>Every case: its name and its sites' files.</summary>
    internal static IEnumerable<(string Name, IReadOnlyList<(string File, byte[] Content)> Sites)> All()
    {
        foreach ((string name, byte[] content) in Single())
        {
            yield return (name, [(name, content)]);
        }

        string plain = Table("x,g,y", i => $"{i % 13},{"ab"[i % 2]},{i / 3 % 2}");
        yield return ("decimal commas at one site", [
            ("a.csv", Utf8(Table("x,y", i => Fixed(i % 17 * 1.25, '.') + $",{i % 2}"))),
            ("b.csv", Utf8(Table("x;y", i => Fixed(i % 19 * 1.25, ',') + $";{i % 2}")))]);
        yield return ("numbers and texts",
            [("a.csv", Utf8(plain)),
                ("b.csv", Utf8(Table("x,g,y", i => $"{(i % 2 == 0 ? "low" : "high")},a,{i % 2}")))]);
        yield return ("labels 1/0 and yes/no",
            [("a.csv", Utf8(plain)),
                ("b.csv", Utf8(Table("x,g,y", i => $"{i % 13},a,{(i % 2 == 0 ? "yes" : "no")}")))]);
        yield return ("labels 0/1 and 1/2",
            [("a.csv", Utf8(plain)), ("b.csv", Utf8(Table("x,g,y", i => $"{i % 13},a,{1 + (i % 2)}")))]);
        yield return ("Yes and yes", [
            ("a.csv", Utf8(Table("x,g,y", i => $"{i % 13},{(i % 2 == 0 ? "Yes" : "No")},{i / 3 % 2}"))),
            ("b.csv", Utf8(Table("x,g,y", i => $"{i % 13},{(i % 2 == 0 ? "yes" : "no")},{i / 3 % 2}")))]);
        yield return ("composed and decomposed letters are one", [
            ("a.csv", Utf8(Table("x,g,y", i => $"{i % 13},{(i % 2 == 0 ? "K\u00F6ln" : "Bonn")},{i / 3 % 2}"))),
            ("b.csv", Utf8(Table("x,g,y", i => $"{i % 13},{(i % 2 == 0 ? "Ko\u0308ln" : "Bonn")},{i / 3 % 2}")))]);
        yield return ("1 and 1.0 are one", [
            ("a.csv", Utf8(Table("x,y", i => $"{i % 13},{i / 3 % 2}"))),
            ("b.csv", Utf8(Table("x,y", i => $"{i % 13},{i / 3 % 2}.0")))]);
        yield return ("a column under another spelling",
            [("a.csv", Utf8(plain)), ("b.csv", Utf8(plain.Replace("x,g", "X,g", StringComparison.Ordinal)))]);
        yield return ("a column that one site lacks",
            [("a.csv", Utf8(plain)), ("b.csv", Utf8(Table("x,y", i => $"{i % 13},{i % 2}")))]);
        yield return ("no label at one site",
            [("a.csv", Utf8(plain)), ("b.csv", Utf8(Table("x,g", i => $"{i % 13},a")))]);
        yield return ("cents at one site", [
            ("a.csv", Utf8(Table("x,y", i => $"{i % 13},{Fixed(20 + (i % 17 * 1.25), '.')}"))),
            ("b.csv", Utf8(Table("x,y", i => $"{i % 13},{2000 + (i % 17 * 125)}.5")))]);
        yield return ("a feature in other units", [
            ("a.csv", Utf8(Table("crea,y", i => $"{Fixed(0.5 + (i % 17 * 0.125), '.')},{i / 3 % 2}"))),
            ("b.csv", Utf8(Table("crea,y", i => $"{Fixed(88.4 * (0.5 + (i % 19 * 0.125)), '.')},{i / 3 % 2}")))]);
        yield return ("milligrams here, grams there", [
            ("a.csv", Utf8(Table("dose,y", i => $"{100 * (i % 13)} mg,{i / 3 % 2}"))),
            ("b.csv", Utf8(Table("dose,y", i => $"{i % 13} g,{i / 3 % 2}")))]);
        yield return ("a unit at one site", [
            ("a.csv", Utf8(Table("dose,y", i => $"{i % 13} mg,{i / 3 % 2}"))),
            ("b.csv", Utf8(Table("dose,y", i => $"{i % 12},{i / 3 % 2}")))]);
        yield return ("sex 0/1 and 1/2", [
            ("a.csv", Utf8(Table("sex,x,y", i => $"{i % 2},{i % 13},{i / 3 % 2}"))),
            ("b.csv", Utf8(Table("sex,x,y", i => $"{1 + (i % 2)},{i % 12},{i / 3 % 2}")))]);
        yield return ("values at one site alone", [
            ("a.csv", Utf8(Table("x,z,y", i => $"{i % 13},{i % 7},{i / 3 % 2}"))),
            ("b.csv", Utf8(Table("x,z,y", i => $"{i % 12},,{i / 3 % 2}"))),
            ("c.csv", Utf8(Table("x,z,y", i => $"{i % 11},,{i / 3 % 2}")))]);
        yield return ("values at two sites of three", [
            ("a.csv", Utf8(Table("x,z,y", i => $"{i % 13},{i % 7},{i / 3 % 2}"))),
            ("b.csv", Utf8(Table("x,z,y", i => $"{i % 12},{i % 6},{i / 3 % 2}"))),
            ("c.csv", Utf8(Table("x,z,y", i => $"{i % 11},,{i / 3 % 2}")))]);
        yield return ("one file twice", [("a.csv", Utf8(plain)), ("b.csv", Utf8(plain))]);
        yield return ("dates of one site leave the order open", [
            ("a.csv", Utf8(Table("d,y", i => $"{13 + (i % 15)}/04/2020,{i % 2}"))),
            ("b.csv", Utf8(Table("d,y", i => $"0{1 + (i % 9)}/04/2020,{i / 3 % 2}")))]);
        yield return ("day first here, month first there", [
            ("a.csv", Utf8(Table("d,y", i => $"{13 + (i % 15)}/04/2020,{i % 2}"))),
            ("b.csv", Utf8(Table("d,y", i => $"04/{13 + (i % 15)}/2020,{i % 2}")))]);
    }

    /// <summary>An Excel workbook of sheets with rows of cells.</summary>
    internal static byte[] Workbook(params (string Name, string[][] Rows)[] sheets)
    {
        using MemoryStream memory = new();
        using (ZipArchive zip = new(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            const string main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
            const string relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
            Entry(zip, "[Content_Types].xml",
                """<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>""");
            Entry(zip, "_rels/.rels", $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>""");
            Entry(zip, "xl/workbook.xml", $"""<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>{string.Concat(sheets.Select((sheet, i) => $"""<sheet name="{sheet.Name}" sheetId="{i + 1}" r:id="s{i + 1}"/>"""))}</sheets></workbook>""");
            Entry(zip, "xl/_rels/workbook.xml.rels", $"""<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{string.Concat(sheets.Select((_, i) => $"""<Relationship Id="s{i + 1}" Type="{relations}/worksheet" Target="worksheets/sheet{i + 1}.xml"/>"""))}</Relationships>""");
            for (int s = 0; s < sheets.Length; s++)
            {
                IEnumerable<string> rows = sheets[s].Rows.Select((row, r) => $"""<row r="{r + 1}">{string.Concat(row.Select((cell, c) => CellXml(cell, r, c)))}</row>""");
                Entry(zip, $"xl/worksheets/sheet{s + 1}.xml", $"""<worksheet xmlns="{main}"><sheetData>{string.Concat(rows)}</sheetData></worksheet>""");
            }
        }

        return memory.ToArray();
    }

    internal static byte[] Gzip(byte[] content)
    {
        using MemoryStream memory = new();
        using (GZipStream gzip = new(memory, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(content);
        }

        return memory.ToArray();
    }

    internal static byte[] Parquet()
    {
        DataField<double?> x = new("x");
        DataField<string> g = new("g");
        DataField<DateTime> seen = new("seen");
        DataField<bool> y = new("y");
        using MemoryStream memory = new();
        WriteAsync().GetAwaiter().GetResult();
        return memory.ToArray();

        async Task WriteAsync()
        {
            ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(x, g, seen, y), memory);
            await using (writer)
            {
                using ParquetRowGroupWriter group = writer.CreateRowGroup();
                int[] rows = [.. Enumerable.Range(0, Rows)];
                await group.WriteAsync<double>(x, rows.Select(i => i % 7 == 0 ? (double?)null : i * 0.5).ToArray());
                await group.WriteAsync(g, rows.Select(i => i % 2 == 0 ? "a" : "b").ToArray());
                await group.WriteAsync<DateTime>(seen,
                    rows.Select(i => new DateTime(2020, 1, 1 + (i % 28), 0, 0, 0, DateTimeKind.Utc)).ToArray());
                await group.WriteAsync<bool>(y, rows.Select(i => i % 3 == 0).ToArray());
            }
        }
    }

    internal static string Table(string header, Func<int, string> row) =>
        header + "\n" + string.Concat(Enumerable.Range(0, Rows).Select(i => row(i) + "\n"));

    private static IEnumerable<(string Name, byte[] Content)> Single()
    {
        string plain = Table("x,g,y", i => $"{i % 13},{"ab"[i % 2]},{i / 3 % 2}");
        string city = Table("x,city,y", i => $"{i % 13},{(i % 2 == 0 ? "Zürich" : "Genève")},{i / 3 % 2}");
        yield return ("utf-8 with its mark.csv", [0xEF, 0xBB, 0xBF, .. Utf8(city)]);
        yield return ("utf-16.csv", [0xFF, 0xFE, .. System.Text.Encoding.Unicode.GetBytes(city)]);
        yield return ("utf-16 without its mark.csv", System.Text.Encoding.Unicode.GetBytes(plain));
        yield return ("windows-1252.csv", System.Text.Encoding.Latin1.GetBytes(city));
        yield return ("cp850.csv", System.Text.Encoding.Latin1.GetBytes(city.Replace('ü', '\u0081')));
        yield return ("lost letters.csv", Utf8(city.Replace('ü', '\uFFFD')));
        yield return ("header with a duplicate.csv", Utf8(plain.Replace("x,g", "x,x", StringComparison.Ordinal)));
        yield return ("header with an empty cell.csv", Utf8(plain.Replace("x,g", "x,", StringComparison.Ordinal)));
        yield return ("header with a number.csv",
            Utf8(Table("x,2019,z,y", i => $"{i % 13},{i % 5},{i % 3},{i / 3 % 2}")));
        yield return ("header of numbers.csv", Utf8(Table("400,402,y", i => $"{i % 13},{i % 7},{i / 3 % 2}")));
        yield return ("header that comes again.csv", Utf8(plain + plain));
        yield return ("decimal commas.csv", Utf8(Table("x;y", i => $"{Fixed(i * 0.5, ',')};{i / 3 % 2}")));
        yield return ("thousands.csv",
            Utf8(Table("x;z;y", i => $"{i + 1}.{i % 900 + 100};{Fixed(i * 0.25, ',')};{i / 3 % 2}")));
        yield return ("comma of two meanings.csv", Utf8(Table("x;y", i => $"{i + 1},{i + 100};{i / 3 % 2}")));
        yield return ("comma and point.csv",
            Utf8(Table("x;y", i => $"{Fixed(i * 0.5, i % 2 == 0 ? ',' : '.')};{i / 3 % 2}")));
        yield return ("odd cells.csv",
            Utf8(
                Table("x,y",
                    i =>
                        $"{(i switch { 3 => "<0.5", 9 => "-", 20 => "none", 31 => "inf", 40 => "#N/A", _ => $"{i % 13}" })},{i / 3 % 2}")));
        yield return ("half numbers.csv", Utf8(Table("x,y", i => $"{(i % 4 == 3 ? "low" : $"{i % 13}")},{i / 3 % 2}")));
        yield return ("dates.csv", Utf8(Table("seen,x,y", i => $"2020-01-{1 + (i % 28):00},{i % 13},{i / 3 % 2}")));
        yield return ("ambiguous dates.csv",
            Utf8(Table("seen,x,y", i => $"0{1 + (i % 9)}/04/2020,{i % 13},{i / 3 % 2}")));
        yield return ("codes for missing.csv",
            Utf8(Table("chol,y", i => $"{(i % 20 == 7 ? -999 : 180 + (i % 37))},{i / 3 % 2}")));
        yield return ("numeric identifier.csv",
            Utf8(Table("patient_id,x,y", i => $"{(i * 7919 % 10007) + 5},{i % 13},{i / 3 % 2}")));
        yield return ("text identifier.csv", Utf8(Table("name,x,y", i => $"person {i},{i % 13},{i / 3 % 2}")));
        yield return ("many categories.csv",
            Utf8(
                string.Concat(Enumerable.Range(0, 10)
                    .Select(k => Table(k == 0 ? "code,y" : $"c{k},1", i => $"c{(i * 7) + (i % 3 * k)},{i / 3 % 2}")))));
        yield return ("two spellings.csv", Utf8(Table("x,g,y", i => $"{i % 13},{(i == 40 ? "A" : "a")},{i / 3 % 2}")));
        yield return ("label of one value.csv", Utf8(Table("x,y", i => $"{i % 13},1")));
        yield return ("labels of -1 and 1.csv", Utf8(Table("x,y", i => $"{i % 13},{(i % 2 == 0 ? "-1" : "1")}")));
        yield return ("labels of a change of score.csv", Utf8(Table("x,y", i => $"{i % 13},{(i % 7) - 3}")));
        yield return ("labels with a word for missing.csv",
            Utf8(Table("x,y", i => $"{i % 13},{(i is 5 or 9 ? "unknown" : i % 2 == 0 ? "mild" : "severe")}")));
        yield return ("labels of dates.csv", Utf8(Table("x,y", i => $"{i % 13},2020-01-{1 + (i % 28):00}")));
        yield return ("labels that are measured.csv", Utf8(Table("x,y", i => $"{i % 13},{Fixed(i * 0.5, '.')}")));
        yield return ("percent cells.csv", Utf8(Table("spo2,x,y", i => $"{80 + (i % 20)}%,{i % 13},{i / 3 % 2}")));
        yield return ("cells with a unit.csv",
            Utf8(Table("crea,x,y", i => $"{Fixed(i * 0.25, '.')} mg/dl,{i % 13},{i / 3 % 2}")));
        yield return ("percent with decimal commas.csv",
            Utf8(Table("spo2;y", i => $"{80 + (i % 20)},{i % 10} %;{i / 3 % 2}")));
        yield return ("units but for three cells.csv",
            Utf8(Table("dose,y", i => $"{i % 13}{(i is 3 or 7 or 9 ? "" : " mg")},{i / 3 % 2}")));
        yield return ("milligrams and grams.csv",
            Utf8(Table("dose,y", i => $"{(i % 3 == 0 ? $"{i % 13} g" : $"{100 * (i % 13)} mg")},{i / 3 % 2}")));
        yield return ("money.csv",
            Utf8(Table("pay,y", i => $"\"{(i % 7 == 0 ? "-" : "")}${1 + (i % 30)},{100 + i}.50\",{i / 3 % 2}")));
        yield return ("minus behind the number.csv",
            Utf8(Table("balance,y", i => $"{100 + (i % 41)}.{10 + i}{(i % 3 == 0 ? "-" : "")},{i / 3 % 2}")));
        yield return ("a spreadsheet's text form.csv",
            Utf8(Table("x,y", i => $"\"=\"\"{i % 13}.5\"\"\",{i / 3 % 2}")));
        yield return ("two numbers in a cell.csv",
            Utf8(Table("pressure,x,y", i => $"{100 + i}/{60 + (i % 30)},{i % 13},{i / 3 % 2}")));
        yield return ("point of two meanings.csv",
            Utf8(Table("x;z;y", i => $"{(i % 5 == 0 ? "" : "1.")}{100 + i};{i % 13};{i / 3 % 2}")));
        yield return ("codes beyond double precision.csv",
            Utf8(Table("code,x,y", i => $"90000000000020700{i % 3},{i % 13},{i / 3 % 2}")));
        yield return ("decimal commas in one column.csv",
            Utf8(Table("x,z,y", i => $"\"{Fixed(i * 0.5, ',')}\",{Fixed(i % 13 * 0.25, '.')},{i / 3 % 2}")));
        yield return ("stages of letters.csv",
            Utf8(Table("stage,x,y", i => $"{1 + (i % 3)}{"ab"[i % 2]},{i % 13},{i / 3 % 2}")));
        yield return ("limits of detection.csv",
            Utf8(Table("crp,y", i => $"{(i % 20 == 0 ? "< 0.5" : $"{i % 13}.5")},{i / 3 % 2}")));
        yield return ("labels with a unit.csv", Utf8(Table("x,y", i => $"{i % 13},{Fixed(i * 0.5, '.')} kg")));
        yield return ("dates with two digits of the year.csv",
            Utf8(Table("seen,x,y", i => $"{1 + (i % 28):00}.{1 + (i / 28):00}.20,{i % 13},{i / 3 % 2}")));
        yield return ("a number beyond the range.csv",
            Utf8(Table("x,y", i => $"{(i == 4 ? "1E+300" : $"{i % 13}")},{i / 3 % 2}")));
        yield return ("blood groups.csv",
            Utf8(Table("g,x,y", i => $"{new[] { "A+", "A-", "0+", "0-" }[i % 4]},{i % 13},{i / 3 % 2}")));
        yield return ("a row too short.csv", Utf8(plain + "1,a\n"));
        yield return ("a quote too many.csv", Utf8(plain + "1,\"a,1\n"));
        yield return ("empty.csv", []);
        yield return ("header alone.csv", Utf8("x,g,y\n"));
        yield return ("zero bytes.csv", [.. Utf8(plain), 0, 1, 2]);
        yield return ("packed.csv.gz", Gzip(Utf8(plain)));
        yield return ("packed without saying so.csv", Gzip(Utf8(plain)));
        yield return ("damaged.csv.gz", Gzip(Utf8(plain))[..60]);
        yield return ("table.parquet", Parquet());
        yield return ("damaged.parquet", Parquet()[..200]);
        yield return ("packed.parquet.gz", Gzip(Parquet()));
        string[][] cells = [.. Table("x,g,y", i => $"{i % 13},{"ab"[i % 2]},{i / 3 % 2}").TrimEnd().Split('\n')
            .Select(line => line.Split(','))];
        yield return ("workbook.xlsx", Workbook(("Visits", cells)));
        yield return ("workbook of two sheets.xlsx", Workbook(("Visits", cells), ("Notes", [["a", "b"]])));
        yield return ("archive.zip", Zip("a.csv"));
        yield return ("calc.ods", Zip("content.xml"));
        yield return ("old workbook.xls", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[600]]);
        yield return ("table.sav", [.. "$FL2@(#) SPSS"u8, .. new byte[100]]);
        yield return ("table.dta", [0x73, 2, 1, 0, .. new byte[100]]);
        yield return ("table.sas7bdat", [.. new byte[12], 0xC2, 0xEA, 0x81, 0x60, .. new byte[100]]);
        yield return ("report.pdf", Utf8("%PDF-1.7\n..."));
        yield return ("error page.csv", Utf8("<!DOCTYPE html><html></html>"));
        yield return ("frame.json", Utf8("[{\"x\":1,\"y\":0}]"));
        yield return ("frame.pickle", [0x80, 4, 0x95, 1, 2, 3, 0, 0]);
        yield return ("picture.png", [0x89, .. "PNG"u8, 13, 10, 26, 10, 0, 0]);
    }

    private static string CellXml(string cell, int row, int column)
    {
        string place = $"{(char)('A' + column)}{row + 1}";
        return double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
            ? $"""<c r="{place}"><v>{cell}</v></c>"""
            : $"""<c r="{place}" t="inlineStr"><is><t>{cell}</t></is></c>""";
    }

    private static byte[] Zip(string name)
    {
        using MemoryStream memory = new();
        using (ZipArchive zip = new(memory, ZipArchiveMode.Create, leaveOpen: true))
        {
            Entry(zip, name, "x,y\n1,2\n");
        }

        return memory.ToArray();
    }

    private static void Entry(ZipArchive zip, string name, string text)
    {
        using StreamWriter writer = new(zip.CreateEntry(name).Open());
        writer.Write(text);
    }

    private static string Fixed(double number, char mark) =>
        number.ToString("F2", CultureInfo.InvariantCulture).Replace('.', mark);

    private static byte[] Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
