using SecureFL.Learning.Data.Cells;
using SecureFL.Learning.Data.Text;

namespace SecureFL.Learning.Tests.Data.Text;

public class UnicodeCompositionTests
{
    [Theory]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("Zu\u0308rich", "Z\u00FCrich")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("s\u0323\u0307", "\u1E69")]
    [InlineData("s\u0307\u0323", "\u1E69")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\uFB01 \u00BD", "\uFB01 \u00BD")]
    [InlineData("\u0301e", "\u0301e")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165")]
    public void Forms_are_those_of_the_standard(string text, string expected) =>
        Assert.Equal(expected, UnicodeComposition.Compose(text));

    [Fact]
    public void Composing_twice_changes_nothing_and_plain_text_is_the_same_instance()
    {
        string text = string.Concat(Enumerable.Range(0xC0, 0x2000).Where(point => point is < 0xD800)
            .Select(point => (char)point));
        string once = UnicodeComposition.Compose(text);
        Assert.Equal(once, UnicodeComposition.Compose(once));
        Assert.Same("caf\u00E9", UnicodeComposition.Compose("caf\u00E9"));
    }

    [Theory]
    [InlineData("Yes", "yes ", true)]
    [InlineData("New York", "new-york", true)]
    [InlineData("1", "yes", true)]
    [InlineData("male", "M", true)]
    [InlineData("0", "yes", false)]
    [InlineData("+", "-", false)]
    [InlineData("-1", "1", false)]
    [InlineData("1.5", "15", false)]
    [InlineData("A+", "A-", false)]
    [InlineData("A", "A-", false)]
    [InlineData("<50", ">50", false)]
    [InlineData("a-", "A-", true)]
    public void Spellings_of_one_answer_are_known(string one, string other, bool same) =>
        Assert.Equal(same, AnswerWords.Same(one, other));
}
