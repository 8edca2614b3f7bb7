using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

/// <summary>
/// Rows of several files under one header: by name, in one way of writing numbers, each with its file.
/// </summary>
public class AlignedTablesTests
{
    private static readonly SchemaOptions ByY = new() { Label = "y" };

    [Fact]
    public void Cells_move_by_name_and_rows_remember_their_file()
    {
        RawTable[] tables = [Table("2019.csv", "age,sbp,y\n50,120,0\n"), Table("2020.csv", "sbp,age,y\n130,60,1\n")];
        RawTable second = AlignedTables.Of(tables, AlignedTables.SharedColumns(tables, ByY))[1];
        Assert.Equal(["age", "sbp", "y"], second.Columns);
        Assert.Equal(["60", "130", "1"], second.Rows[0].Cells);
        Assert.Equal((2, "2020.csv"), (second.Rows[0].Line, second.Rows[0].Source));
    }

    [Fact]
    public void Other_names_are_refused_unless_they_are_ignored()
    {
        RawTable[] tables = [Table("2019.csv", "age,sbp,y\n50,120,0\n"), Table("2020.csv", "age,dbp,y\n60,80,1\n")];
        DataFormatException fault = Assert.Throws<DataFormatException>(() => AlignedTables.SharedColumns(tables, ByY));
        Assert.Contains("2019.csv has no dbp; 2020.csv has no sbp", fault.Message, StringComparison.Ordinal);
        Assert.Equal(["age", "y"], AlignedTables.SharedColumns(tables, ByY with { Ignore = ["sbp", "dbp"] }));
    }

    [Fact]
    public void Numbers_in_two_ways_of_writing_become_one()
    {
        RawTable points = Table("a.csv", "x,dose,y\n1.5,2.5 mg,0\n2.5,3 mg,1\n");
        RawTable commas = Table("b.csv", "x;dose;y\n-1.234,5;7,5 mg;0\n3;-;1\n");
        Assert.NotEqual(points.Numbers, commas.Numbers);
        IReadOnlyList<RawTable> aligned = AlignedTables.Of([points, commas], points.Columns);
        Assert.Equal([points.Rows[0].Cells, points.Rows[1].Cells], aligned[0].Rows.Select(row => row.Cells));
        Assert.Equal([["-1234.5", "7.5 mg", "0"], ["3", "-", "1"]], aligned[1].Rows.Select(row => row.Cells));
        Assert.Equal(NumberFormat.Plain, aligned[1].Numbers);
    }

    [Fact]
    public void A_text_that_another_files_writing_would_make_a_number_is_refused()
    {
        RawTable points = Table("a.csv", "x,y\n1.5,0\n2.5,1\n");
        RawTable commas = new("b.csv", ["x", "y"], [new RawRow(2, ["1,5", "0"]), new RawRow(3, ["2.5", "1"])],
            new NumberFormat(',', null));
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => AlignedTables.Of([points, commas], points.Columns));
        Assert.Equal("b.csv, line 3, column x: '2.5' is no number as this file writes them, and one as the others do",
            fault.Message);
    }

    private static RawTable Table(string source, string text) => CsvTableReader.Read(new StringReader(text), source);
}
