using System.Globalization;
using SecureFL.Reports.Markup;

namespace SecureFL.Reports.Charts;

/// <summary>Charts as inline SVG: a legend above, labelled axes, nothing that needs a script or a network.</summary>
internal static class Chart
{
    private const int MostBars = 60;

    /// <summary>
    /// Colours that people with any colour vision can tell apart (after Okabe and Ito 2008), on white and on black.
    /// </summary>
    internal static IReadOnlyList<string> Palette { get; } =
        ["#0a7cc0", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#9a5cb4", "#7a7f87"];

    /// <summary>Lines over any two axes. Values that a logarithmic axis cannot show are left out.</summary>
    internal static string Lines(string title, AxisSpec x, AxisSpec y, IReadOnlyList<Series> series, string note = "")
    {
        Series[] shown =
            [
                .. series.Select(line => line with
                    { Points = [.. line.Points.Where(point => CanShow(x, point.X) && CanShow(y, point.Y))] })];
        (double X, double Y)[] points = [.. shown.SelectMany(line => line.Points)];
        if (points.Length == 0)
        {
            return Empty(title);
        }

        ChartFrame frame = new(
            title, shown, x, (points.Min(point => point.X), points.Max(point => point.X)), y,
            (points.Min(point => point.Y), points.Max(point => point.Y)), bars: false);
        foreach (Series line in shown.Where(line => line.Rings))
        {
            foreach ((double px, double py) in line.Points)
            {
                frame.Svg.Append(CultureInfo.InvariantCulture,
                    $"<circle cx=\"{frame.X.At(px)}\" cy=\"{frame.Y.At(py)}\" r=\"6\" fill=\"none\" "
                    + $"stroke=\"{line.Color}\" stroke-width=\"1.4\"/>");
            }
        }

        foreach (Series line in shown.OrderBy(line => line.IsMain).Where(line => line.Points.Count > 0 && !line.Rings))
        {
            IEnumerable<string> path = line.Points.Select(point => $"{frame.X.At(point.X)},{frame.Y.At(point.Y)}");
            string stroke = line.IsMain ? "2.6" : "1.6";
            string dash = line.Dashed ? " stroke-dasharray=\"5 4\"" : "";
            frame.Svg.Append(
                CultureInfo.InvariantCulture,
                $"<polyline fill=\"none\" stroke=\"{line.Color}\" stroke-width=\"{stroke}\"{dash} "
                + $"stroke-linejoin=\"round\" points=\"{string.Join(' ', path)}\"/>");
            foreach ((double px, double py) in line.Points.Where(_ => line.Markers || line.Points.Count == 1))
            {
                frame.Svg.Append(CultureInfo.InvariantCulture,
                    $"<circle cx=\"{frame.X.At(px)}\" cy=\"{frame.Y.At(py)}\" r=\"3\" fill=\"{line.Color}\"/>");
            }
        }

        return frame.Close(note);
    }

    /// <summary>Lines over rounds.</summary>
    internal static string Lines(string title, string unit, IReadOnlyList<Series> series, Func<double, string> format,
        bool fromZero = false) =>
        Lines(title, Rounds, new AxisSpec(unit, format, FromZero: fromZero), series);

    /// <summary>Stacked bars, one a round; many rounds are averaged in groups.</summary>
    internal static string StackedBars(string title, string unit, IReadOnlyList<Series> layers,
        Func<double, string> format)
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
                heights[layer, bar] = layers[layer].Points.Skip(bar * group).Take(group).Average(point => point.Y);
            }
        }

        double top = Enumerable.Range(0, bars)
            .Max(bar => Enumerable.Range(0, layers.Count).Sum(layer => heights[layer, bar]));
        double first = layers[0].Points[0].X;
        string grouped = group > 1 ? $", mean of {group} rounds a bar" : "";
        ChartFrame frame = new(title + grouped, layers, Rounds, (first - 0.5, first + (bars * group) - 0.5),
            new AxisSpec(unit, format, FromZero: true), (0, top), bars: true);
        double slot = (ChartFrame.Width - ChartFrame.Left - ChartFrame.Right) / bars;
        for (int bar = 0; bar < bars; bar++)
        {
            double under = 0;
            for (int layer = 0; layer < layers.Count; layer++)
            {
                double y0 = frame.Y.Position(under);
                double y1 = frame.Y.Position(under += heights[layer, bar]);
                frame.Svg
                    .Append(Rectangle(ChartFrame.Left + (bar * slot) + (slot * 0.1), y1, slot * 0.8, y0 - y1,
                        layers[layer].Color));
            }
        }

        return frame.Close();
    }

    /// <summary>A figure that says that there is nothing to draw.</summary>
    internal static string Empty(string title) =>
        $"<figure><figcaption>{Svg.Text(title)}</figcaption><p>nothing was measured</p></figure>";

    internal static string Rectangle(double x, double y, double width, double height, string color) =>
        $"<rect x=\"{Svg.Number(x)}\" y=\"{Svg.Number(y)}\" width=\"{Svg.Number(width)}\" "
        + $"height=\"{Svg.Number(height)}\" fill=\"{color}\"/>";

    private static AxisSpec Rounds { get; } =
        new("round", value => value.ToString(CultureInfo.InvariantCulture), Whole: true);

    private static bool CanShow(AxisSpec axis, double value) =>
        double.IsFinite(value) && (!axis.Logarithmic || value > 0);
}
