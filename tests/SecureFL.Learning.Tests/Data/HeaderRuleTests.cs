using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Csv;

namespace SecureFL.Learning.Tests.Data;

public class HeaderRuleTests
{
    [Theory]
    [InlineData("age,2019,ill\n50,1,0\n60,2,1\n", true)]
    [InlineData("age,sex\n50,m\n60,f\n", true)]
    [InlineData("name,sex\nann,f\nbob,m\n", true)]
    [InlineData("63,1,<0.5\n67,0,1\n61,0,2\n66,0,2\n61,0,2\n60,0,2\n", false)]
    [InlineData("39,State-gov,Bachelors\n50,Private,Bachelors\n", false)]
    [InlineData("p,x,s,n\ne,x,s,y\np,x,y,w\ne,b,s,n\n", false)]
    [InlineData("0,0,1\n0,1,5\n", false)]
    public void Names_and_data_are_told_apart(string text, bool header) =>
        Assert.Equal(header, CsvTableReaderTests.Read(text).Columns[0] != "c0");

    [Theory]
    [InlineData("age,age,ill\n50,1,0\n60,2,1\n", "2", "the header names two columns 'age'")]
    [InlineData("age,,ill\n50,1,0\n60,2,1\n", "2", "the header has no name here, and line 2 has '1'")]
    [InlineData(",age,ill\n0,50,0\n1,60,1\n", "1", "the header has no name here, and line 2 has '0'")]
    public void A_faulty_header_is_an_error_never_a_row(string text, string column, string problem)
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(() => CsvTableReaderTests.Read(text));
        Assert.Equal((1L, column, problem), (fault.Line, fault.Column, fault.Problem));
    }

    [Theory]
    [InlineData("label,400,402\n1,0.5,0.7\n0,0.4,0.6\n", "'400' looks like data, 'label' in the same line like a name")]
    [InlineData("0,1,2\n5,6,7\n8,9,9\n", "the first line counts its columns")]
    public void An_unclear_first_line_is_refused(string text, string why)
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(() => CsvTableReaderTests.Read(text));
        Assert.Contains(why, fault.Problem, StringComparison.Ordinal);
        Assert.Contains("--header yes", fault.WayOut, StringComparison.Ordinal);
        Assert.Equal(3, CsvTableReaderTests.Read(text, new CsvReadOptions { Header = HeaderMode.Absent }).Rows.Count);
    }

    [Fact]
    public void A_header_that_comes_again_is_refused_with_its_line()
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(
            () => CsvTableReaderTests.Read("age,ill\n50,1\nage,ill\n60,0\n"));
        Assert.Equal((3L, "the header comes again"), (fault.Line, fault.Problem));
    }
}
