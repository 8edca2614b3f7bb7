using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Csv;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

public class CsvTableReaderTests
{
    [Theory]
    [InlineData("a,b\n1,2\n")]
    [InlineData("a;b\n1;2\n")]
    [InlineData("a\tb\r\n1\t2")]
    [InlineData("a|b\n1|2\n")]
    [InlineData("\uFEFFa,b\n\n1,2\n")]
    [InlineData(" \"a\" , b \n 1 , \"2\"\n")]
    public void Finds_separator_and_header(string text)
    {
        RawTable table = Read(text);
        Assert.Equal(["a", "b"], table.Columns);
        Assert.Equal(["1", "2"], Assert.Single(table.Rows).Cells);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(';')]
    public void A_mark_before_a_quoted_header_is_no_part_of_it(char? separator)
    {
        RawTable table = Read("\uFEFF\"a\";\"b\"\n1;2\n", new CsvReadOptions { Separator = separator });
        Assert.Equal(["a", "b"], table.Columns);
        Assert.Equal(2, table.Rows[0].Line);
    }

    [Fact]
    public void Quotes_hold_separators_quotes_and_line_breaks_and_lines_are_counted_through_them()
    {
        RawTable table = Read("name,n\n\"a, \"\"b\"\"\nc\",1\nd,2\n");
        Assert.Equal("a, \"b\"\nc", table.Rows[0].Cells[0]);
        Assert.Equal(2, table.Rows[0].Line);
        Assert.Equal(4, table.Rows[1].Line);
    }

    [Fact]
    public void A_first_record_with_a_number_is_data()
    {
        RawTable table = Read("63,1,male\n67,0,female\n");
        Assert.Equal(["c0", "c1", "c2"], table.Columns);
        Assert.Equal(2, table.Rows.Count);
        Assert.Equal(["63", "1", "male"],
            Read("63,1,male\n67,0,female\n", new CsvReadOptions { Header = HeaderMode.Present }).Columns);
    }

    [Fact]
    public void Header_can_be_denied() =>
        Assert.Equal(2, Read("x,y\nu,v\n", new CsvReadOptions { Header = HeaderMode.Absent }).Rows.Count);

    [Theory]
    [InlineData("a,b\n1,2\n3\n", 3L)]
    [InlineData("a,b\n1,2\n3,4,5\n", 3L)]
    [InlineData("a,b\n1,x\"y\n", 2L)]
    [InlineData("a,b\n\"1\"z,2\n", 2L)]
    [InlineData("a,b\n1,2\n\"3,4\n", 3L)]
    [InlineData("a,a\nx,y\n", 1L)]
    public void A_bad_record_names_file_and_line(string text, long line)
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => Read(text, new CsvReadOptions { Header = HeaderMode.Present }));
        Assert.Equal(line, fault.Line);
        Assert.StartsWith("t.csv, line ", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("a,b\n")]
    public void A_file_without_rows_is_refused(string text) => Assert.Throws<DataFormatException>(() => Read(text));

    [Fact]
    public void A_record_beyond_the_limit_is_refused()
    {
        string text = "a,b\n\"" + new string('x', 1 << 20) + "\",1\n";
        Assert.Throws<DataFormatException>(() => Read(text, new CsvReadOptions { MaxRecordBytes = 1 << 17 }));
        Assert.Single(Read(text).Rows);
    }

    [Fact]
    public void Too_many_columns_are_refused() =>
        Assert.Throws<DataFormatException>(() => Read("a,b,c\n1,2,3\n", new CsvReadOptions { MaxColumns = 2 }));

    [Fact]
    public void Columns_are_found_by_name_then_by_index_from_either_end()
    {
        RawTable table = Read("a,b,c\nx,y,z\n");
        Assert.Equal(1, table.FindColumn("b"));
        Assert.Equal(0, table.FindColumn("0"));
        Assert.Equal(2, table.FindColumn("-1"));
        Assert.Throws<DataFormatException>(() => table.FindColumn("3"));
        Assert.Throws<DataFormatException>(() => table.FindColumn("-4"));
        Assert.Equal(1, Read("5,0,c\nx,y,z\n", new CsvReadOptions { Header = HeaderMode.Present }).FindColumn("0"));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("  ", true)]
    [InlineData("?", true)]
    [InlineData("na", true)]
    [InlineData("N/A", true)]
    [InlineData("nan", true)]
    [InlineData("NULL", true)]
    [InlineData("0", false)]
    [InlineData("none", false)]
    [InlineData("?x", false)]
    public void Missing_values(string cell, bool missing) => Assert.Equal(missing, MissingValue.Is(cell));

    internal static RawTable Read(string text, CsvReadOptions? options = null) =>
        CsvTableReader.Read(new StringReader(text), "t.csv", options);
}
