using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Generated;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

public class DataCheckTests
{
    [Fact]
    public void Reports_types_missing_duplicates_and_balance()
    {
        RawTable table = CsvTableReaderTests.Read("age,sex,c,y\n50,m,7,1\n60,?,7,0\n50,m,7,1\n,f,7,1\n");
        DataCheck check = DataCheck.Of(table, "y");
        Assert.Equal((4, 2, 1), (check.Rows, check.CompleteRows, check.DuplicateRows));
        Assert.Equal(new ColumnCheck("age", ColumnKind.Numeric, 3, 1, 2, 50, 60, 160.0 / 3, null), check.Columns[0]);
        Assert.Equal(new ColumnCheck("sex", ColumnKind.Categorical, 3, 1, 2, null, null, null, null), check.Columns[1]);
        Assert.Equal([new("1", 3), new("0", 1)], check.LabelBalance);
        Assert.Contains(check.Warnings,
            warning => warning.Contains("column c has the same value", StringComparison.Ordinal));
        Assert.Contains(check.Warnings, warning => warning.Contains("1 rows repeat", StringComparison.Ordinal));
    }

    [Fact]
    public void A_slip_in_a_column_of_numbers_is_located()
    {
        DataCheck check = DataCheck.Of(CsvTableReaderTests.Read("x,y\n1,0\n2,1\n3,0\n4,1\n5,0\n6o,1\n"));
        Assert.Equal("line 7", check.Columns[0].NonNumeric);
        Assert.Contains(check.Warnings, warning => warning.Contains("line 7", StringComparison.Ordinal));
    }

    [Fact]
    public void Identifiers_and_rare_labels_are_pointed_out()
    {
        string text = "id,y\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"p{i},{(i == 0 ? 1 : 0)}\n"));
        DataCheck check = DataCheck.Of(CsvTableReaderTests.Read(text), "y");
        Assert.Contains(check.Warnings, warning => warning.Contains("identifier", StringComparison.Ordinal));
        Assert.Contains(check.Warnings,
            warning => warning.Contains("label value 1 has 1 rows against 99", StringComparison.Ordinal));
    }

    [Fact]
    public void Generated_hospitals_differ_as_described_and_repeat_under_one_seed()
    {
        RawTable[] tables =
            [.. HospitalGenerator.Demonstration.Select(profile => HospitalGenerator.Generate(profile, 1))];
        Assert.Equal([640, 410, 220, 130], tables.Select(table => table.Rows.Count));
        StringWriter text = new();
        HospitalGenerator.WriteCsv(tables[3], text);
        StringWriter again = new();
        HospitalGenerator.WriteCsv(HospitalGenerator.Generate(HospitalGenerator.Demonstration[3], 1), again);
        Assert.Equal(text.ToString(), again.ToString());
        RawTable back = CsvTableReader.Read(new StringReader(text.ToString()), "harbour.csv");
        Assert.Equal(tables[3].Rows.Select(row => string.Join('|', row.Cells)),
            back.Rows.Select(row => string.Join('|', row.Cells)));
        Assert.Equal(tables[3].Rows.Select(row => row.Line), back.Rows.Select(row => row.Line));

        DataCheck north = DataCheck.Of(tables[0], HospitalGenerator.Label);
        DataCheck harbour = DataCheck.Of(tables[3], HospitalGenerator.Label);
        Assert.True(harbour.Columns[0].Mean > north.Columns[0].Mean + 5);
        Assert.True(harbour.Columns.Sum(column => column.Missing) > 0);
        Assert.All(new[] { north, harbour },
            check => Assert.InRange(check.LabelBalance[^1].Value / (double)check.Rows, 0.1, 0.5));
    }
}
