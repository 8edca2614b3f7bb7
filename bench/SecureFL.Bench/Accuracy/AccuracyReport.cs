using System.Globalization;
using System.Text;
using SecureFL.Learning.Data.Generated;
using SecureFL.Messages.Primitives;
using SecureFL.Reports.Axes;
using SecureFL.Reports.Charts;
using SecureFL.Reports.Pages;

namespace SecureFL.Bench.Accuracy;

/// <summary>Final accuracy against bits, one line a clip, as one HTML file.</summary>
internal static class AccuracyReport
{
    internal static string Html(IReadOnlyList<AccuracyPoint> points, AccuracySettings settings)
    {
        StringBuilder html = PageStyle.Begin(
            "SecureFL accuracy",
            "What quantisation costs in accuracy",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{HospitalGenerator.Demonstration.Length} generated hospitals, one hidden layer of "
                + $"{settings.Hidden}, {settings.Rounds} rounds, "
                + $"{(settings.Seeds.Count == 1 ? "one seed" : $"medians of {settings.Seeds.Count} seeds")}; "
                + $"encrypted sums open to the integers exactly, so only bits and clip can change the model, and "
                + $"the suite cannot: rings of joint-key lie around the points of one-time-key"));
        html.Append("<div class=\"charts\">");
        html.Append(Draw("Test accuracy", "rows that are right, %", points, point => 100 * point.Accuracy));
        html.Append(Draw("Training loss", "mean loss, nats", points, point => point.Loss));
        html.Append("</div><h2>Figures</h2>");
        PageStyle.Table(
            html,
            ["suite", "bits", "clip", "accuracy", "lowest", "highest", "loss", "sums"],
            points.Select(point => (IReadOnlyList<string>)
            [
                point.Suite, point.Bits.ToString(CultureInfo.InvariantCulture),
                point.Clip > 0 ? point.Clip.ToString(CultureInfo.InvariantCulture) : "-", Percent(point.Accuracy),
                Percent(point.Lowest), Percent(point.Highest),
                point.Loss.ToString("0.0000", CultureInfo.InvariantCulture),
                point.SumsAreExact switch { true => "exact", false => "WRONG", null => "float" },
            ]));
        return PageStyle.End(html);
    }

    internal static string Percent(double part) => (100 * part).ToString("0.0", CultureInfo.InvariantCulture) + " %";

    private static string Draw(string title, string unit, IReadOnlyList<AccuracyPoint> points,
        Func<AccuracyPoint, double> value)
    {
        AccuracyPoint[] quantised = [.. points.Where(point => point.Suite != AccuracyRun.Floats)];
        AccuracyPoint floats = points.First(point => point.Suite == AccuracyRun.Floats);
        List<Series> series =
        [
            new("plaintext float32", PageStyle.Ink,
                [(quantised.Min(point => point.Bits), value(floats)),
                    (quantised.Max(point => point.Bits), value(floats))], Dashed: true),
        ];
        series.AddRange(quantised
            .Where(point => point.Suite == SuiteNames.OneTimeKey)
            .GroupBy(point => point.Clip)
            .Select((line, i) => new Series(
                string.Create(CultureInfo.InvariantCulture, $"{SuiteNames.OneTimeKey}, clip {line.Key}"),
                Chart.Palette[i % Chart.Palette.Count],
                [.. line.Select(point => ((double)point.Bits, value(point)))],
                Markers: true)));
        AccuracyPoint[] joint = [.. quantised.Where(point => point.Suite == SuiteNames.JointKey)];
        if (joint.Length > 0)
        {
            series.Add(new Series(SuiteNames.JointKey + ", the same clips", PageStyle.Ink,
                [.. joint.Select(point => ((double)point.Bits, value(point)))], Rings: true));
        }

        return Chart.Lines(
            title,
            new AxisSpec("bits of a quantised value", bits => bits.ToString("0", CultureInfo.InvariantCulture),
                Whole: true),
            new AxisSpec(unit, AxisFormat.Compact),
            series);
    }
}
