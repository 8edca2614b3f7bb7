using System.Globalization;
using System.Text;

namespace SecureFL.Cli.Reports;

/// <summary>One line, or one layer of the bars, of a chart.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Color">A CSS colour.</param>
/// <param name="Points">Round and value; rounds without a value are left out.</param>
/// <param name="IsMain">Drawn thick, above the others.</param>
internal sealed record Series(string Name, string Color, IReadOnlyList<(int Round, double Value)> Points, bool IsMain = false);

/// <summary>Charts over rounds as inline SVG: a legend above, labelled axes, nothing that needs a script or a network.</summary>
internal static class Chart
{
    private const double Width = 640;
    private const double Height = 300;
    private const double Left = 68;
    private const double Right = 14;
    private const double Bottom = 40;
    private const double LegendRow = 18;
    private const int MostBars = 60;

    /// <summary>Colours that people with any colour vision can tell apart (Okabe and Ito 2008), on white.</summary>
    internal static IReadOnlyList<string> Palette { get; } = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7f3c8d", "#666666"];

    /// <summary>Lines.</summary>
    internal static string Lines(string title, string unit, IReadOnlyList<Series> series, Func<double, string> format, bool fromZero = false)
    {
        (int Round, double Value)[] points = [.. series.SelectMany(line => line.Points).Where(point => double.IsFinite(point.Value))];
        if (points.Length == 0)
        {
            return Empty(title);
        }

        double low = fromZero ? 0 : points.Min(point => point.Value);
        double high = points.Max(point => point.Value);
        Frame frame = new(title, unit, series, points.Min(point => point.Round), points.Max(point => point.Round), low, high, format, bars: false);
        foreach (Series line in series.OrderBy(line => line.IsMain).Where(line => line.Points.Count > 0))
        {
            IEnumerable<string> path = line.Points.Where(point => double.IsFinite(point.Value)).Select(point => $"{frame.X.At(point.Round)},{frame.Y.At(point.Value)}");
            string stroke = line.IsMain ? "2.6" : "1.4";
            frame.Svg.Append(CultureInfo.InvariantCulture, $"<polyline fill=\"none\" stroke=\"{line.Color}\" stroke-width=\"{stroke}\" stroke-linejoin=\"round\" points=\"{string.Join(' ', path)}\"/>");
            if (line.Points.Count == 1)
            {
                frame.Svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{frame.X.At(line.Points[0].Round)}\" cy=\"{frame.Y.At(line.Points[0].Value)}\" r=\"3\" fill=\"{line.Color}\"/>");
            }
        }

        return frame.Close();
    }

    /// <summary>Stacked bars, one a round; many rounds are averaged in groups.</summary>
    internal static string StackedBars(string title, string unit, IReadOnlyList<Series> layers, Func<double, string> format)
    {
        int rounds = layers[0].Points.Count;
        if (rounds == 0)
        {
            return Empty(title);
        }

        int group = (rounds + MostBars - 1) / MostBars;
        int bars = (rounds + group - 1) / group;
        double[,] heights = new double[layers.Count, bars];
        for (int layer = 0; layer < layers.Count; layer++)
        {
            for (int bar = 0; bar < bars; bar++)
            {
                heights[layer, bar] = layers[layer].Points.Skip(bar * group).Take(group).Average(point => point.Value);
            }
        }

        double top = Enumerable.Range(0, bars).Max(bar => Enumerable.Range(0, layers.Count).Sum(layer => heights[layer, bar]));
        int first = layers[0].Points[0].Round;
        string grouped = group > 1 ? $", mean of {group} rounds a bar" : "";
        Frame frame = new(title + grouped, unit, layers, first - 0.5, first + (bars * group) - 0.5, 0, top, format, bars: true);
        double slot = (Width - Left - Right) / bars;
        for (int bar = 0; bar < bars; bar++)
        {
            double under = 0;
            for (int layer = 0; layer < layers.Count; layer++)
            {
                double y0 = frame.Y.Position(under);
                double y1 = frame.Y.Position(under += heights[layer, bar]);
                frame.Svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<rect x=\"{Reports.Svg.Number(Left + (bar * slot) + (slot * 0.1))}\" y=\"{Reports.Svg.Number(y1)}\" width=\"{Reports.Svg.Number(slot * 0.8)}\" height=\"{Reports.Svg.Number(y0 - y1)}\" fill=\"{layers[layer].Color}\"/>");
            }
        }

        return frame.Close();
    }

    private static string Empty(string title) => $"<figure><figcaption>{Svg.Text(title)}</figcaption><p>nothing was measured</p></figure>";

    /// <summary>Caption, legend, axes and grid.</summary>
    private sealed class Frame
    {
        internal Frame(string title, string unit, IReadOnlyList<Series> series, double firstRound, double lastRound, double low, double high, Func<double, string> format, bool bars)
        {
            double top = 12;
            X = new Axis(firstRound, lastRound, Left, Width - Right, 8, whole: true);
            Y = new Axis(low, high, Height - Bottom, top, 5);
            Svg.Append(CultureInfo.InvariantCulture, $"<figure><figcaption>{Reports.Svg.Text(title)}</figcaption>{Legend(series, bars)}");
            Svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Reports.Svg.Text(title)}\">");
            foreach (double tick in Y.Ticks)
            {
                Svg.Append(CultureInfo.InvariantCulture, $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y.At(tick)}\" y2=\"{Y.At(tick)}\"/>");
                Svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left - 8}\" y=\"{Reports.Svg.Number(Y.Position(tick) + 4)}\" text-anchor=\"end\">{Reports.Svg.Text(format(tick))}</text>");
            }

            foreach (double tick in X.Ticks)
            {
                Svg.Append(CultureInfo.InvariantCulture, $"<line class=\"tick\" x1=\"{X.At(tick)}\" x2=\"{X.At(tick)}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom + 4}\"/>");
                Svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X.At(tick)}\" y=\"{Height - Bottom + LegendRow}\" text-anchor=\"middle\">{tick}</text>");
            }

            Svg.Append(CultureInfo.InvariantCulture, $"<line class=\"tick\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\"/>");
            Svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 4}\" text-anchor=\"middle\">round</text>");
            Svg.Append(CultureInfo.InvariantCulture, $"<text x=\"12\" y=\"{(Height - Bottom + top) / 2}\" text-anchor=\"middle\" transform=\"rotate(-90 12 {(Height - Bottom + top) / 2})\">{Reports.Svg.Text(unit)}</text>");
        }

        internal StringBuilder Svg { get; } = new();

        internal Axis X { get; }

        internal Axis Y { get; }

        internal string Close() => Svg.Append("</svg></figure>").ToString();

        private static string Legend(IReadOnlyList<Series> series, bool bars) =>
            $"<div class=\"legend\">{string.Concat(series.DistinctBy(line => (line.Name, line.Color)).Select(line =>
                $"<span><i style=\"background:{line.Color};height:{(bars ? 12 : line.IsMain ? 4 : 2)}px\"></i>{Reports.Svg.Text(line.Name)}</span>"))}</div>";
    }
}
