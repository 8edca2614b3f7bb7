using Microsoft.Playwright;
using SecureFL.Bench.Rounds.Output;
using SecureFL.Bench.Rounds.Output.Page;
using SecureFL.Bench.Tests.Rounds;

namespace SecureFL.Bench.Tests.Pages;

/// <summary>
/// The report in a real browser: nothing overlaps, nothing is cut off, every axis has its unit, in light and dark, wide
/// and narrow.
/// </summary>
[Trait("Category", "Slow")]
public class RoundsReportTests
{
    [Theory]
    [InlineData(1360, false)]
    [InlineData(1360, true)]
    [InlineData(1100, false)]
    [InlineData(700, true)]
    [InlineData(600, false)]
    [InlineData(420, false)]
    public async Task Measured_report_is_readable(int width, bool dark)
    {
        await using Browser browser = await Browser.StartAsync();
        string html = RoundsReport.Html(await SmallRun.OutcomeAsync());
        Assert.DoesNotContain("nothing was measured", html, StringComparison.Ordinal);
        await RequireReadableAsync(browser, html, width, dark, $"rounds-{width}-{(dark ? "dark" : "light")}");
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(9_876.0)]
    [InlineData(1e-7)]
    public async Task Figures_of_any_size_stay_readable(double factor)
    {
        await using Browser browser = await Browser.StartAsync();
        RoundsOutcome outcome = await SmallRun.OutcomeAsync();
        RoundsOutcome scaled = outcome with
        {
            Arms = [.. outcome.Arms.Select(arm => Scale(arm, factor))],
            SizeSweep =
                [
                    .. outcome.SizeSweep
                        .Select(
                            point => point with { CpuSeconds = point.CpuSeconds * factor,
                                KeyHoldersCpuSeconds = point.KeyHoldersCpuSeconds * factor })],
            ClientSweep =
                [.. outcome.ClientSweep.Select(
                    point => point with { ServerCpuSeconds = point.ServerCpuSeconds * factor })],
            MemorySweep =
                [.. outcome.MemorySweep.Select(
                    point => point with { ServerBytes = (long)(point.ServerBytes * Math.Clamp(factor, 1, 1000)) })],
        };
        await RequireReadableAsync(browser, RoundsReport.Html(scaled), 1360, dark: false, $"rounds-times-{factor:0e0}");
    }

    internal static async Task RequireReadableAsync(Browser browser, string html, int width, bool dark, string name)
    {
        IPage page = await browser.OpenAsync(html, width, dark);
        string folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;
        await page.ScreenshotAsync(new PageScreenshotOptions
        { Path = Path.Combine(folder, name + ".png"), FullPage = true });
        Assert.Empty(await PageRules.BrokenAsync(page));
    }

    private static ArmFigures Scale(ArmFigures arm, double factor) => arm with
    {
        CpuSeconds = arm.CpuSeconds * factor,
        CpuNanosecondsPerParameterAndClient = arm.CpuNanosecondsPerParameterAndClient * factor,
        QuantiseCpuSeconds = arm.QuantiseCpuSeconds * factor,
        EncryptOnlyCpuSeconds = arm.EncryptOnlyCpuSeconds * factor,
        HashCpuSeconds = arm.HashCpuSeconds * factor,
        UploadCpuSeconds = arm.UploadCpuSeconds * factor,
        AddCpuSeconds = arm.AddCpuSeconds * factor,
        KeyHoldersCpuSeconds = arm.KeyHoldersCpuSeconds * factor,
        OpenCpuSeconds = arm.OpenCpuSeconds * factor,
        WanWallSeconds = arm.WanWallSeconds * factor,
    };
}
