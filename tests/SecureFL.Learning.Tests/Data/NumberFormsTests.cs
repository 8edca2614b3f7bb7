using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Encoders;
using SecureFL.Learning.Data.Inference;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

/// <summary>Numbers as spreadsheets and accounts write them: signs for money, text marks, a minus behind.</summary>
public sealed class NumberFormsTests
{
    private static readonly SchemaOptions ByY = new() { Label = "y" };

    [Theory]
    [InlineData("$1,234.50", 1234.5, "$")]
    [InlineData("-$1,234.50", -1234.5, "$")]
    [InlineData("($1,234.50)", -1234.5, "$")]
    [InlineData("$(1,234.50)", -1234.5, "$")]
    [InlineData("\u20AC 12.30", 12.3, "\u20AC")]
    [InlineData("\u20AC \u2212179.91", -179.91, "\u20AC")]
    [InlineData("12.30 \u20AC", 12.3, "\u20AC")]
    [InlineData("12.30\u20AC", 12.3, "\u20AC")]
    [InlineData("1.234,50 \u20AC", 1234.5, "\u20AC")]
    [InlineData("1.234,50- \u20AC", -1234.5, "\u20AC")]
    [InlineData("EUR 12.30", 12.3, "EUR")]
    [InlineData("12.30 CHF", 12.3, "CHF")]
    [InlineData("5 \u00B0C", 5.0, "\u00B0C")]
    [InlineData("5 \u2030", 5.0, "\u2030")]
    [InlineData("=\"12.30\"", 12.3, null)]
    [InlineData("'12.30", 12.3, null)]
    [InlineData("1036.98-", -1036.98, null)]
    [InlineData("(1,036.98)", -1036.98, null)]
    public void Every_row_of_one_form_is_a_number_with_its_unit(string cell, double number, string? unit)
    {
        RawTable table = Table(Enumerable.Range(0, 30).Select(_ => cell));
        TableSchema schema = SchemaInference.Infer([table], ByY);
        Assert.Equal((ColumnKind.Numeric, unit), (schema.Features[0].Kind, schema.Features[0].Unit));
        TableEncoder encoder = new(TableSchema.FromJson(schema.ToJson(), "plan"));
        Assert.All(encoder.Encode(table).Data.Features, read => Assert.Equal(number, read));
    }

    [Fact]
    public void Money_that_differs_in_every_row_is_no_identifier()
    {
        RawTable table = Table(Enumerable.Range(0, 60).Select(i => $"${(i * 731) + 1000:#,##0}.{10 + i}"));
        InferredSchema found = SchemaInference.Examine([table], ByY);
        Assert.Equal("$", found.Schema.Features[0].Unit);
        Assert.Contains(found.Notes,
            note => note.StartsWith("column pay: numbers in $, '$1,000.10' is read as 1,000.10",
                StringComparison.Ordinal));
    }

    [Fact]
    public void Two_signs_for_money_are_refused_in_one_file_and_between_sites()
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(() => SchemaInference.Infer(
            [Table(["$5.10", "$6.20"]), Table(["\u20AC5.10", "\u20AC6.20"])], ByY));
        Assert.Contains("the sites' units differ: $ at ", fault.Problem, StringComparison.Ordinal);
        fault = Assert.Throws<DataFormatException>(
            () => SchemaInference.Infer([Table(["$5.10", "$6.20", "\u20AC5.10", "7.10 \u20AC"])], ByY));
        Assert.Equal("numbers in 2 units: $ in 2 cells, \u20AC in 2 cells", fault.Problem);
    }

    [Theory]
    [InlineData("1036.98-|5.5|12", "-1036.98|5.5|12",
        "column pay: a minus behind a number is read before it ('1036.98-' as -1036.98, line 2)")]
    [InlineData("(1036)|5|12", "-1036|5|12",
        "column pay: numbers in parentheses are read as negative ones ('(1036)' as -1036, line 2)")]
    [InlineData("'0.5|'7", "0.5|7",
        "column pay: the apostrophe before numbers is left out (''0.5' as 0.5, line 2)")]
    [InlineData("=\"007\"|=\"a\"", "007|a",
        "cells in a spreadsheet's text form are read as what they hold (=\"007\" as 007, line 2)")]
    [InlineData("2-|1+|3", "2-|1+|3", null)]
    [InlineData("2-|1-|3", "2-|1-|3", null)]
    [InlineData("(1)|(2)|3", "(1)|(2)|3", null)]
    [InlineData("5 - 700|10 - 900", "5 - 700|10 - 900", null)]
    [InlineData("120.5-130|10.5-20", "120.5-130|10.5-20", null)]
    [InlineData("0301-|0302-|a|b", "0301-|0302-|a|b", null)]
    public void Forms_are_brought_to_the_common_one_and_said_but_grades_ranges_and_footnotes_stay(
        string cells, string read, string? note)
    {
        RawTable table = Table(cells.Split('|'));
        Assert.Equal(read.Split('|'), table.Rows.Select(row => row.Cells[0]));
        Assert.Equal(note is null ? [] : [note],
            table.Remarks.Where(remark => !remark.StartsWith("numbers have", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_column_left_out_whose_cells_look_like_numbers_is_named_with_the_way_out()
    {
        RawTable table = Table(Enumerable.Range(0, 60).Select(i => $"{100 + i}/{60 + i}"), ",7");
        Assert.Contains(
            "column pay is left out, as it has another text in every row; its cells look like numbers in a form that "
            + "is not read ('100/60'): split two numbers in one cell into two columns, and write any other as a plain "
            + "number", SchemaInference.Examine([table], ByY).Notes);
        Assert.Contains(DataCheck.Of(table, "y").Warnings,
            warning => warning.Contains("its cells look like numbers", StringComparison.Ordinal));
    }

    private static RawTable Table(IEnumerable<string> cells, string more = "") => CsvTableReaderTests.Read(
        $"pay{(more.Length > 0 ? ",x" : "")},y\n" + string.Concat(cells.Select((cell, i) =>
            $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"{more},{i % 2}\n")),
        new CsvReadOptions { Header = HeaderMode.Present });
}
