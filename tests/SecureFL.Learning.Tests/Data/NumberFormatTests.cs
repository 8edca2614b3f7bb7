using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

public class NumberFormatTests
{
    [Theory]
    [InlineData("1.5", '.', null, 1.5)]
    [InlineData("1,5", ',', null, 1.5)]
    [InlineData("-1.234,5e2", ',', '.', -123450.0)]
    [InlineData("\u22121,5", ',', null, -1.5)]
    [InlineData("1,234,567.25", '.', ',', 1234567.25)]
    [InlineData("1\u00A0234,5", ',', ' ', 1234.5)]
    [InlineData("12\u2019345", '.', '\'', 12345.0)]
    [InlineData("1e5", ',', '.', 1e5)]
    public void Numbers_are_read_as_their_file_writes_them(string cell, char mark, char? groups, double value)
    {
        Assert.True(new NumberFormat(mark, groups).TryParse(cell, out double read));
        Assert.Equal(value, read);
    }

    [Theory]
    [InlineData("1,5", '.', null)]
    [InlineData("1.5", ',', null)]
    [InlineData("1.5", ',', '.')]
    [InlineData("1,2345", '.', ',')]
    [InlineData("12,34,567", '.', ',')]
    [InlineData("1234,567", '.', ',')]
    [InlineData("1,2,3", ',', null)]
    [InlineData("inf", '.', null)]
    [InlineData("", ',', '.')]
    public void What_the_file_would_not_write_is_no_number(string cell, char mark, char? groups) =>
        Assert.False(new NumberFormat(mark, groups).TryParse(cell, out _));

    [Theory]
    [InlineData("x;y\n1,5;0\n2,25;1\n", ',', null, "decimal commas ('1,5', line 2, column x)")]
    [InlineData("x;y\n1,5;1.234\n2,25;2.345\n", ',', '.', "points between thousands ('1.234', line 2, column y)")]
    [InlineData("x;y\n1.5;1,234\n2.25;2,345\n", '.', ',', "commas between thousands ('1,234', line 2, column y)")]
    [InlineData("x\ty\n1 234\t0\n12 345,5\t1\n", ',', ' ', "decimal commas")]
    [InlineData("x;y\n1'234.5;0\n12'345;1\n", '.', '\'', "apostrophes between thousands")]
    [InlineData("x;y\n1.234.567;0\n12;1\n", ',', '.', "points between thousands")]
    public void The_way_of_a_file_is_found_and_said(string text, char mark, char? groups, string remark)
    {
        RawTable table = CsvTableReaderTests.Read(text);
        Assert.Equal(new NumberFormat(mark, groups), table.Numbers);
        Assert.Contains(remark, Assert.Single(table.Remarks), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("x,y\n1.234,0\n5.678,1\n")]
    [InlineData("x;y\nSmith, John;0\nDoe, Jane;1\n")]
    [InlineData("x;ip\n1;10.0.0.1\n2;10.0.0.2\n")]
    [InlineData("x;d\n1;03.04.2020\n2;05.06.2020\n")]
    public void Plain_files_stay_plain(string text)
    {
        RawTable table = CsvTableReaderTests.Read(text);
        Assert.Equal(NumberFormat.Plain, table.Numbers);
        Assert.Empty(table.Remarks);
    }

    [Theory]
    [InlineData("x;y\n1,234;0\n5,678;1\n", 2L, "x", "'1,234' can be 1.234 or 1234")]
    [InlineData("x;y\n1,5;0\n2.5;1\n", 2L, "x", "'1,5' has a decimal comma, '2.5' (line 3, column x) a decimal point")]
    [InlineData("x;y\n1.234,5;0\n1.5;1\n", 2L, "x",
        "'1.234,5' has a decimal comma, '1.5' (line 3, column x) a decimal point")]
    [InlineData("x;y\n1.120;0\n793;1\n", 2L, "x", "'1.120' can be 1.120 or 1120")]
    [InlineData("x;y\n6.992;0\n7.073;1\n", 2L, "x", "'6.992' can be 6.992 or 6992")]
    [InlineData("x;y\n6.992 mg;0\n7.073 mg;1\n", 2L, "x", "'6.992 mg' can be 6.992 or 6992")]
    [InlineData("x;y;z;w\n1,234;2;0.5;0,5\n5,678;3;1.5;1,5\n", 2L, "x", "'1,234' can be 1.234 or 1234")]
    public void What_can_be_read_two_ways_is_refused_with_the_option_to_type(string text, long line, string column,
        string problem)
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(() => CsvTableReaderTests.Read(text));
        Assert.Equal((line, column, problem), (fault.Line, fault.Column, fault.Problem));
        Assert.Contains($"--decimal {(problem.Contains("can be", StringComparison.Ordinal) ? problem[2] : ',')}",
            fault.WayOut, StringComparison.Ordinal);
        foreach (char mark in ".,")
        {
            // The hint leads on: no file is refused again for its numbers.
            CsvTableReaderTests.Read(text, new CsvReadOptions { Decimal = mark });
            CsvTableReaderTests.Read("x,y\n1.5,0\n2.5,1\n", new CsvReadOptions { Decimal = mark });
        }
    }

    [Theory]
    [InlineData("x;y\n1.120;0.5\n793;1\n")]
    [InlineData("x;y\n1.120;0\n12000;1\n")]
    [InlineData("x,y\n1.120,0\n793,1\n")]
    [InlineData("x;y\n1.120e3;0\n7.930e2;1\n")]
    [InlineData("x;y\n1.120,5;0\n793;1\n", ',', '.')]
    [InlineData("x;y\n1.120;0,5\n793;1\n", ',', '.')]
    public void A_point_before_three_digits_is_decided_by_the_rest_of_the_file(
        string text, char mark = '.', char? groups = null) =>
        Assert.Equal(new NumberFormat(mark, groups), CsvTableReaderTests.Read(text).Numbers);

    [Theory]
    [InlineData("576,99|0.78", "576.99", "column x: numbers have decimal commas ('576,99', line 2)")]
    [InlineData("1.337,69|0.78", "1337.69",
        "column x: numbers have decimal commas ('1.337,69', line 2) and points between thousands ('1.337,69', line 2)")]
    [InlineData("6,60230E+02|0.78", "6.60230E+02", "column x: numbers have decimal commas ('6,60230E+02', line 2)")]
    [InlineData("\u22121 488,73|0.78", "-1488.73",
        "column x: numbers have decimal commas ('\u22121 488,73', line 2) and spaces between thousands "
        + "('\u22121 488,73', line 2)")]
    [InlineData("4.314,86 \u20AC|0.78", "4314.86 \u20AC",
        "column x: numbers have decimal commas ('4.314,86 \u20AC', line 2) and points between thousands "
        + "('4.314,86 \u20AC', line 2)")]
    [InlineData("1.5|2,5", "1.5", "column y: numbers have decimal commas ('2,5', line 2)")]
    [InlineData("1.5|12.345.678.901.234.567,00", "1.5",
        "column y: numbers have decimal commas ('12.345.678.901.234.567,00', line 2) and points between thousands "
        + "('12.345.678.901.234.567,00', line 2)")]
    public void A_column_of_another_writing_than_the_rest_of_its_file_is_brought_to_points_and_named(
        string cells, string read, string remark)
    {
        RawTable table = CsvTableReaderTests.Read(
            $"x\ty\n{cells.Replace('|', '\t')}\n{cells.Replace('|', '\t')}\n");
        Assert.Equal((NumberFormat.Plain, read), (table.Numbers, table.Rows[0].Cells[0]));
        Assert.Equal([remark], table.Remarks);
        Assert.True(table.TryParseNumber(table.Rows[1].Cells[1], "\u20AC", out _));
    }

    [Theory]
    [InlineData("1,298.13", '.', ',', 1298.13)]
    [InlineData("1\u2019488.73", '.', '\'', 1488.73)]
    [InlineData("1\u00A0488.73", '.', ' ', 1488.73)]
    [InlineData("-1 488.73", '.', ' ', -1488.73)]
    public void Groups_beside_a_decimal_mark_are_found_where_no_other_cell_shows_them(
        string cell, char mark, char groups, double number)
    {
        RawTable table = CsvTableReaderTests.Read($"x\ty\n{cell}\t0.5\n{cell}\t1.5\n");
        Assert.Equal(new NumberFormat(mark, groups), table.Numbers);
        Assert.True(table.TryParseNumber(table.Rows[0].Cells[0], out double read));
        Assert.Equal(number, read);
    }

    [Fact]
    public void A_file_that_plainly_writes_otherwise_than_the_options_say_is_read_as_it_writes()
    {
        RawTable table = CsvTableReaderTests.Read("x,y\n1.5,0\n2.5,1\n", new CsvReadOptions { Decimal = ',' });
        Assert.Equal(NumberFormat.Plain, table.Numbers);
        Assert.Equal(["numbers have decimal points ('1.5', line 2, column x)"], table.Remarks);
        Assert.Empty(CsvTableReaderTests.Read("x;y\n1;0\n2;1\n", new CsvReadOptions { Thousands = '.' }).Remarks);
        table = CsvTableReaderTests.Read("x;y\n1.120;0\n793;1\n", new CsvReadOptions { Thousands = '.' });
        Assert.Equal(["numbers have points between thousands ('1.120', line 2, column x)"], table.Remarks);
        table = CsvTableReaderTests.Read("x;y\n1,5;0\n2,5;1\n", new CsvReadOptions { Thousands = ',' });
        Assert.Equal(new NumberFormat(',', null), table.Numbers);
    }

    [Fact]
    public void Options_decide()
    {
        string text = "x;y\n1,234;0\n5,678;1\n";
        Assert.Equal(new NumberFormat(',', null),
            CsvTableReaderTests.Read(text, new CsvReadOptions { Decimal = ',' }).Numbers);
        Assert.Equal(new NumberFormat('.', ','),
            CsvTableReaderTests.Read(text, new CsvReadOptions { Thousands = ',' }).Numbers);
        Assert.Equal(
            new NumberFormat(',', null), CsvTableReaderTests.Read(text,
                new CsvReadOptions { Decimal = ',', Thousands = CsvReadOptions.NoThousands }).Numbers);
    }
}
