using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Files;
using SecureFL.Learning.Data.Tables;

namespace SecureFL.Learning.Tests.Data;

public class TextEncodingTests
{
    private const string Table = "city,n\nZürich,1\nKöln,2\n";

    [Fact]
    public void Marks_and_bytes_tell_the_encoding()
    {
        Assert.Equal((Table, null), Decode(System.Text.Encoding.UTF8.GetBytes(Table)));
        Assert.Equal((Table, null), Decode([0xEF, 0xBB, 0xBF, .. System.Text.Encoding.UTF8.GetBytes(Table)]));
        Assert.Equal((Table, null), Decode([0xFF, 0xFE, .. System.Text.Encoding.Unicode.GetBytes(Table)]));
        Assert.Equal((Table, null), Decode([0xFE, 0xFF, .. System.Text.Encoding.BigEndianUnicode.GetBytes(Table)]));
        (string text, string? remark) = Decode(System.Text.Encoding.Latin1.GetBytes(Table));
        Assert.Equal(Table, text);
        Assert.Equal("read as Windows-1252, as line 2 is not UTF-8 (--encoding names another)", remark);
    }

    [Fact]
    public void Foreign_bytes_are_found_behind_any_block_border()
    {
        for (int at = 65530; at < 65542; at++)
        {
            string padding = new('x', at);
            Assert.Equal(padding + "ü", Decode(System.Text.Encoding.UTF8.GetBytes(padding + "ü")).Text);
            (string text, string? remark) = Decode(System.Text.Encoding.Latin1.GetBytes(padding + "\nü\n"));
            Assert.Equal(padding + "\nü\n", text);
            Assert.Contains("line 2 is", remark, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', 0x81, (byte)'b' }, 2L, "neither UTF-8 nor Windows-1252")]
    [InlineData(new byte[] { (byte)'a', (byte)'\n', 0, 7, 9, 200 }, 2L, "a zero byte")]
    [InlineData(new byte[] { (byte)'a', 0, (byte)'b', 0, (byte)'\n', 0 }, 1L, "UTF-16 text without its mark")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0, 0, 65, 0, 0, 0 }, null, "UTF-32")]
    public void Other_bytes_are_refused_with_their_line(byte[] bytes, long? line, string problem)
    {
        DataFormatException fault = Assert.Throws<DataFormatException>(() => Decode(bytes));
        Assert.Equal(line, fault.Line);
        Assert.Contains(problem, fault.Problem, StringComparison.Ordinal);
        Assert.NotNull(fault.WayOut);
    }

    /// <summary>Two files joined: as Windows-1252 the first one's letters would come out as two each.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(65_533)]
    [InlineData(65_535)]
    [InlineData(200_000)]
    public void Letters_in_two_encodings_are_refused_with_both_lines(int apart)
    {
        byte[] start = System.Text.Encoding.UTF8.GetBytes("city,n\nZürich,1\n" + new string('x', apart));
        byte[] mixed = [.. start, .. System.Text.Encoding.Latin1.GetBytes("\nKöln,2\n")];
        DataFormatException fault = Assert.Throws<DataFormatException>(() => Decode(mixed));
        Assert.Equal(4L, fault.Line);
        Assert.Contains("those of line 2 are UTF-8", fault.Problem, StringComparison.Ordinal);
        Assert.Contains("ZÃ¼rich", Decode(mixed, "windows-1252").Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cp850", 0x81, "ü")]
    [InlineData("latin1", 0xFC, "ü")]
    [InlineData("iso-8859-2", 0xB3, "ł")]
    public void An_encoding_can_be_named(string name, byte value, string letter) =>
        Assert.Equal(letter, Decode([value], name).Text);

    [Fact]
    public void An_unknown_name_is_refused() =>
        Assert.Contains("no character encoding 'klingon'",
            Assert.Throws<DataFormatException>(() => Decode([65], "klingon")).Message, StringComparison.Ordinal);

    [Fact]
    public void Composed_and_decomposed_letters_are_one_category()
    {
        RawTable table = CsvTableReaderTests.Read("city,n\nZ\u00FCrich,1\n\u00A0Zu\u0308rich ,2\n");
        Assert.Equal(table.Rows[0].Cells[0], table.Rows[1].Cells[0]);
    }

    private static (string Text, string? Remark) Decode(byte[] bytes, string? name = null)
    {
        using MemoryStream content = new(bytes);
        TextEncoding encoding = TextEncoding.Of(content, "t.csv", name);
        using StreamReader reader = encoding.Open(new MemoryStream(bytes));
        return (reader.ReadToEnd().TrimStart('\uFEFF'), encoding.Remark);
    }
}
