using SecureFL.Learning.Data.Files;

namespace SecureFL.Learning.Tests.Data;

public class FileKindTests
{
    [Theory]
    [InlineData("%PDF-1.7", FileFormat.Foreign, "a PDF document")]
    [InlineData("<!DOCTYPE html>", FileFormat.Foreign, "a web page")]
    [InlineData("{\"a\":1}", FileFormat.Foreign, "a JSON document")]
    [InlineData("PAR1\u0001\u0002", FileFormat.Parquet, "a Parquet file")]
    [InlineData("SQLite format 3\0", FileFormat.Foreign, "a SQLite database")]
    [InlineData("version https://git-lfs.github.com/spec/v1", FileFormat.Foreign,
        "a pointer of Git LFS, not the file itself")]
    [InlineData("ORC,y\n1,2\n", FileFormat.Text, "text")]
    [InlineData("age,y\n1,2\n", FileFormat.Text, "text")]
    public void Files_are_recognised_by_their_first_bytes(string head, FileFormat format, string name)
    {
        FileKind kind = FileKind.Of(System.Text.Encoding.Latin1.GetBytes(head));
        Assert.Equal((format, name), (kind.Format, kind.Name));
        Assert.Equal(format == FileFormat.Foreign, kind.WayOut is not null);
    }
}
