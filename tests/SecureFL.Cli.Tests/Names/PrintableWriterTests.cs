using SecureFL.Cli.Shell;
using SecureFL.Messages.Text;

namespace SecureFL.Cli.Tests.Names;

public class PrintableWriterTests
{
    [Fact]
    public void However_text_is_cut_into_writes_it_comes_out_the_same()
    {
        const string Text = "Größe 年齢 😀\r\nnext\u001B[2Ka\u202Eb\tc\rd\uD800e\n\U000E0041\uFEFF";
        Random random = new(7);
        for (int i = 0; i < 300; i++)
        {
            StringWriter inner = new();
            PrintableWriter writer = new(inner);
            for (int at = 0; at < Text.Length;)
            {
                int length = Math.Min(random.Next(1, 5), Text.Length - at);
                switch (random.Next(4))
                {
                    case 0:
                        writer.Write(Text[at..(at + length)]);
                        break;
                    case 1:
                        writer.Write(Text.AsSpan(at, length));
                        break;
                    case 2:
                        writer.Write(Text.ToCharArray(), at, length);
                        break;
                    default:
                        length = 1;
                        writer.Write(Text[at]);
                        break;
                }

                at += length;
            }

            writer.Flush();
            Assert.Equal(PrintableText.Lines(Text), inner.ToString());
        }
    }

    [Fact]
    public void A_line_ends_as_lines_end_here()
    {
        StringWriter inner = new();
        PrintableWriter writer = new(inner);
        writer.WriteLine("a");
        writer.WriteLine();
        writer.Write("b\r");
        writer.Flush();
        Assert.Equal("a\n\nb\\u000D", inner.ToString());
    }
}
