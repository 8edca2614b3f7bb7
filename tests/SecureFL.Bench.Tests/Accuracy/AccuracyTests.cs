using SecureFL.Bench.Accuracy;
using SecureFL.Bench.Tests.Pages;
using SecureFL.Messages.Primitives;

namespace SecureFL.Bench.Tests.Accuracy;

/// <summary>Accuracy through encrypted sums, and its page.</summary>
public class AccuracyTests
{
    private static readonly AccuracySettings Small = new([4, 16], [0.25f, 1f], [1], Rounds: 3, Hidden: 8);

    [Fact]
    public async Task Sixteen_bits_train_as_floats_do()
    {
        IReadOnlyList<AccuracyPoint> points = await new AccuracyRun(Small, _ => { }).RunAsync();
        AccuracyPoint floats = points[0];
        Assert.Equal(AccuracyRun.Floats, floats.Suite);
        Assert.Equal(1 + 4 + 4, points.Count);
        Assert.All(points.Skip(1), point => Assert.True(point.SumsAreExact));
        AccuracyPoint fine = points.Single(point => point is { Suite: SuiteNames.OneTimeKey, Bits: 16, Clip: 1f });
        AccuracyPoint coarse = points.Single(point => point is { Suite: SuiteNames.OneTimeKey, Bits: 4, Clip: 1f });
        AccuracyPoint[] joint = [.. points.Where(point => point.Suite == SuiteNames.JointKey)];
        // The model fits into one chunk of either suite, so both round alike, and exact sums of the same integers are
        // the same model.
        Assert.Equal(points.Where(point => point.Suite == SuiteNames.OneTimeKey)
            .Select(point => point with { Suite = SuiteNames.JointKey }), joint);
        Assert.InRange(Math.Abs(fine.Loss - floats.Loss), 0, 1e-3);
        Assert.True(Math.Abs(coarse.Loss - floats.Loss) > Math.Abs(fine.Loss - floats.Loss),
            $"{coarse.Loss} and {fine.Loss} against {floats.Loss}");
    }

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(1360, false)]
    [InlineData(1360, true)]
    [InlineData(420, false)]
    public async Task Page_is_readable(int width, bool dark)
    {
        await using Browser browser = await Browser.StartAsync();
        string html = AccuracyReport.Html(await new AccuracyRun(Small, _ => { }).RunAsync(), Small);
        await RoundsReportTests.RequireReadableAsync(browser, html, width, dark,
            $"accuracy-{width}-{(dark ? "dark" : "light")}");
    }
}
