using Microsoft.Playwright;

namespace SecureFL.Bench.Tests.Pages;

/// <summary>The rules find what they are for: a page with one fault breaks one of them.</summary>
[Trait("Category", "Slow")]
public class PageRulesTests
{
    private const string Good = """
        <!doctype html><body style="background:#fff;color:#000;margin:0"><figure style="margin:0;width:300px"><figcaption>f</figcaption>
        <svg viewBox="0 0 300 100" aria-label="c" style="width:300px"><rect x="60" y="10" width="50" height="10" fill="#0a7cc0"/>
        <text class="axis" x="100" y="90">seconds</text><text x="10" y="40">0</text><text x="10" y="60">1</text></svg></figure></body>
        """;

    [Theory]
    [InlineData("", "", "")]
    [InlineData("y=\"60\"", "y=\"44\"", "overlap")]
    [InlineData("x=\"100\" y=\"90\"", "x=\"290\" y=\"90\"", "outside")]
    [InlineData(">seconds<", "><", "axis without a unit")]
    [InlineData("x=\"60\" y=\"10\"", "x=\"280\" y=\"10\"", "drawn outside")]
    [InlineData("width:300px\"><figcaption", "width:3000px\"><figcaption", "the page is")]
    [InlineData("width:300px\"><figcaption", "width:200px;overflow-x:auto\"><figcaption", "cut off")]
    [InlineData("color:#000", "color:#ccc", "contrast")]
    public async Task Each_fault_is_found(string from, string to, string fault)
    {
        await using Browser browser = await Browser.StartAsync();
        IPage page = await browser.OpenAsync(from.Length == 0 ? Good : Good.Replace(from, to, StringComparison.Ordinal),
            800, dark: false);
        IReadOnlyList<string> broken = await PageRules.BrokenAsync(page);
        if (fault.Length == 0)
        {
            Assert.Empty(broken);
        }
        else
        {
            Assert.Contains(broken, line => line.Contains(fault, StringComparison.Ordinal));
        }
    }
}
