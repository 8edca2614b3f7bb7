using System.Globalization;
using System.Text;
using SecureFL.Messages.Text;

namespace SecureFL.Protocol.Tests.Names;

public class PrintableTextTests
{
    // Format characters that show themselves: signs of numbers in Arabic, Syriac and Kaithi writing.
    private static readonly int[] Visible =
        [0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD];

    [Fact]
    public void Whatever_Unicode_calls_control_format_separator_surrogate_or_private_is_hidden()
    {
        for (int codePoint = 0; codePoint <= 0x10FFFF; codePoint++)
        {
            UnicodeCategory category = codePoint is >= 0xD800 and <= 0xDFFF ? UnicodeCategory.Surrogate
                : CharUnicodeInfo.GetUnicodeCategory(codePoint);
            bool bad = category is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse;
            if (bad != PrintableText.IsHidden(codePoint))
            {
                // Beyond these categories only marks and fillers without width, and code points that are no characters.
                Assert.True(
                    bad ? Visible.Contains(codePoint) : category is UnicodeCategory.NonSpacingMark
                        or UnicodeCategory.OtherLetter or UnicodeCategory.OtherNotAssigned,
                    $"U+{codePoint:X4} {category}");
            }
        }
    }

    [Theory]
    [InlineData("Größe")]
    [InlineData("年齢")]
    [InlineData("العمر")]
    [InlineData("ηλικία (years), %")]
    [InlineData("😀")]
    [InlineData("e\u0301")]
    [InlineData("layer.0/weight:0")]
    public void Names_in_any_writing_are_names(string name)
    {
        Assert.Null(PrintableText.FaultOf(name));
        Assert.Equal(name, PrintableText.Line(name));
        Assert.Equal(name, PrintableText.Lines(name));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("a\u001B[2A", "has U+001B at character 2, which does not print")]
    [InlineData("a\n", "has U+000A at character 2, which does not print")]
    [InlineData("\u009B2J", "has U+009B at character 1, which does not print")]
    [InlineData("ab\u202Ecd", "has U+202E at character 3, which does not print")]
    [InlineData("a\u200Bb", "has U+200B at character 2, which does not print")]
    [InlineData("\uFEFFa", "has U+FEFF at character 1, which does not print")]
    [InlineData("a\uE000", "has U+E000 at character 2, which does not print")]
    [InlineData("a\U000E0041", "has U+E0041 at character 2, which does not print")]
    [InlineData("a\u2028", "has U+2028 at character 2, which does not print")]
    [InlineData(" a", "begins or ends with a space")]
    [InlineData("a\u00A0", "begins or ends with a space")]
    [InlineData("a\u3000", "begins or ends with a space")]
    public void Other_texts_are_none_and_the_reason_is_said(string name, string fault)
    {
        Assert.Equal(fault, PrintableText.FaultOf(name));
        string message = Assert.Throws<ArgumentException>(
            () => PrintableText.RequireName(name, "the column's name")).Message;
        Assert.EndsWith(fault, message, StringComparison.Ordinal);
        Assert.Equal(message, PrintableText.Line(message));
    }

    // Attributes cannot hold half a pair.
    [Fact]
    public void Half_of_a_pair_is_no_character()
    {
        Assert.Equal("has U+D800 at character 2, which does not print", PrintableText.FaultOf("a\uD800b"));
        Assert.Equal("has U+DE00 at character 3, which does not print", PrintableText.FaultOf("😀\uDE00"));
        Assert.Equal("😀\\uD800", PrintableText.Lines("😀\uD800"));
    }

    [Fact]
    public void Length_is_counted_in_bytes()
    {
        Assert.Null(PrintableText.FaultOf(new string('ö', 32), 64));
        Assert.Equal("has 66 bytes, at most 64", PrintableText.FaultOf(new string('ö', 33), 64));
    }

    [Theory]
    [InlineData("a\u001B[2Ab\r\nc\u202Ed", "a\\u001B[2Ab\\u000D\\u000Ac\\u202Ed", "a\\u001B[2Ab\nc\\u202Ed")]
    [InlineData("\r", "\\u000D", "\\u000D")]
    [InlineData("a\U000E0041", "a\\uDB40\\uDC41", "a\\uDB40\\uDC41")]
    public void What_does_not_print_is_escaped(string text, string line, string lines)
    {
        Assert.Equal(line, PrintableText.Line(text));
        Assert.Equal(lines, PrintableText.Lines(text));
    }

    [Theory]
    [InlineData("age of patient", "age of patient")]
    [InlineData("a, b", "\"a, b\"")]
    [InlineData("a  b", "\"a \\u0020b\"")]
    [InlineData("a\u00A0b", "\"a\\u00A0b\"")]
    [InlineData("a\u202Eb", "\"a\\u202Eb\"")]
    [InlineData("a ", "\"a\\u0020\"")]
    public void A_name_among_other_words_cannot_be_taken_for_them(string name, string shown) =>
        Assert.Equal(shown, PrintableText.Name(name));

    [Fact]
    public void Nothing_hidden_survives_in_random_text()
    {
        Random random = new(1);
        for (int i = 0; i < 2000; i++)
        {
            StringBuilder text = new();
            for (int j = 0; j < 12; j++)
            {
                text.Append((char)random.Next(random.Next(2) == 0 ? 0x300 : 0x10000));
            }

            string line = PrintableText.Line(text.ToString());
            Assert.All(line.EnumerateRunes(), rune => Assert.False(PrintableText.IsHidden(rune.Value)));
            Assert.Equal(line, PrintableText.Line(line));
        }
    }
}
