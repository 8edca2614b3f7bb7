using SecureFL.Federated.Data;

namespace SecureFL.Federated.Tests.Data;

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
    [InlineData("x;y\n1,5;0.5\n2,5;1.5\n", 2L, "x",
        "'1,5' has a decimal comma, '0.5' (line 2, column y) a decimal point")]
    public void What_can_be_read_two_ways_is_refused_with_the_option_to_type(string text, long line, string column,
        string problem)
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(() => CsvTableReaderTests.Read(text));
        Assert.Equal((line, column, problem), (fault.Line, fault.Column, fault.Problem));
        Assert.Contains("--decimal ,", fault.WayOut, StringComparison.Ordinal);
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
