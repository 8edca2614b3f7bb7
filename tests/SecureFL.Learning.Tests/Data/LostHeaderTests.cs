using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Columns;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

/// <summary>
/// A file without a header among others, columns without a name, and targets that are listed nowhere.
/// </summary>
public class LostHeaderTests
{
    private static readonly SchemaOptions ByY = new() { Label = "y" };

    [Theory]
    [InlineData("88,1.5,3\n84,0.1,2\n", "write age,x,y above the first line if its columns stand in this order")]
    [InlineData("88,1.5\n84,0.1\n", "write the names of its columns above the first line")]
    public void A_file_that_lost_its_header_is_named(string rows, string wayOut)
    {
        RawTable a = Read("age,x,y\n78,0.3,1\n83,2.7,2\n", "a.csv");
        RawTable c = Read(rows, "c.csv");
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => SchemaInference.Infer([a, a.WithRows(a.Rows, "b.csv"), c], ByY));
        Assert.Equal(
            ("c.csv", 1L, "the file has no header, its first line is data; a.csv names its columns age,x,y"),
            (fault.Source, fault.Line, fault.Problem));
        Assert.StartsWith(wayOut, fault.WayOut, StringComparison.Ordinal);
        Assert.Contains("--header yes", fault.WayOut, StringComparison.Ordinal);
        fault = Assert.Throws<DataFormatException>(() => new TableEncoder(SchemaInference.Infer([a], ByY)).Encode(c));
        Assert.EndsWith("; the file has no header, its first line is data", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_other_columns_with_headers_are_told_so()
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer(
            [Read("age,y\n78,1\n", "a.csv"), Read("weight,y\n78,1\n", "b.csv")], ByY));
        Assert.StartsWith("the files have different columns", fault.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_without_name_and_content_are_left_out_with_a_note()
    {
        RawTable table = Read("Age;BMI;;y;;\n53,2;-0,33;;48,0;;\n50;0,5;;47;;\n", "a.csv");
        Assert.Equal(["Age", "BMI", "y"], table.Columns);
        Assert.Equal(["50", "0,5", "47"], table.Rows[1].Cells);
        Assert.Equal("3 columns without a name and without content left out", table.Remarks[0]);
        Assert.Equal("y", SchemaInference.Infer([table], ByY with { Label = "-1" }).Label.Name);
    }

    [Fact]
    public void Columns_without_name_and_with_content_are_refused_at_the_first_cell()
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => Read("Age;y;;\n53;1;;\n50;0;;see note\n", "a.csv"));
        Assert.Equal((1L, "4", "the header has no name here, and line 3 has 'see note'"),
            (fault.Line, fault.Column, fault.Problem));
    }

    [Fact]
    public void Targets_of_a_small_regression_are_no_list_of_classes()
    {
        RawTable table = Read(
            "x,y\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{i % 7},{1000 + i}.25\n")), "a.csv");
        DataCheck check = DataCheck.Of(table, "y");
        Assert.Empty(check.LabelBalance);
        Assert.Equal((1000.25, 1019.75, 1039.25, 40),
            (check.Target!.Minimum, check.Target.Mean, check.Target.Maximum, check.Target.Present));
        Assert.Equal(40, DataCheck.Of(TableProfile.Of(table), "y", classes: true).LabelBalance.Length);
    }

    [Theory]
    [InlineData("{0}", 5, true)]
    [InlineData("c{0}", 5, true)]
    [InlineData("name{0}", 40, false)]
    [InlineData("{0}.5", 5, false)]
    public void Labels_of_a_few_values_are_counted(string pattern, int values, bool counted)
    {
        RawTable table = Read(
            "x,y\n" + string.Concat(Enumerable.Range(0, 40).Select(
                i => $"{i % 7},{pattern.Replace("{0}", $"{i % values}", StringComparison.Ordinal)}\n")), "a.csv");
        DataCheck check = DataCheck.Of(table, "y");
        Assert.Equal(counted ? values : 0, check.LabelBalance.Length);
        Assert.Equal(!counted, check.Target is not null);
    }

    private static RawTable Read(string text, string source) => CsvTableReader.Read(new StringReader(text), source);
}
