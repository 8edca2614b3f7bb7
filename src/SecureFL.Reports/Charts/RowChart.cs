using System.Globalization;
using System.Text;
using SecureFL.Reports.Axes;
using SecureFL.Reports.Markup;

namespace SecureFL.Reports.Charts;

/// <summary>One horizontal bar.</summary>
/// <param name="Name">Stands left of the bar.</param>
/// <param name="Parts">Lengths of its layers, in the order of the chart's layers.</param>
/// <param name="Note">Stands right of the bar, with its unit.</param>
internal sealed record Row(string Name, IReadOnlyList<double> Parts, string Note);

/// <summary>Stacked horizontal bars for a few named things side by side.</summary>
internal static class RowChart
{
    private const double Left = 116;
    private const double Right = 96;
    private const double Slot = 34;
    private const double Top = 6;
    private const double Foot = 44;

    /// <summary>One bar a row, all on one scale from 0.</summary>
    internal static string Stacked(string title, string unit, IReadOnlyList<(string Name, string Color)> layers,
        IReadOnlyList<Row> rows, Func<double, string> format, string note = "")
    {
        double longest = rows.Count == 0 ? 0 : rows.Max(row => row.Parts.Sum());
        if (!(longest > 0))
        {
            return Chart.Empty(title);
        }

        double bottom = Top + (Slot * rows.Count);
        Axis axis = new(0, longest, Left, ChartFrame.Width - Right, 5);
        StringBuilder svg = new();
        Series[] legend = [.. layers.Where((_, layer) => rows.Any(row => row.Parts[layer] > 0))
            .Select(layer => new Series(layer.Name, layer.Color, []))];
        svg.Append(CultureInfo.InvariantCulture,
            $"<figure><figcaption>{Svg.Text(title)}</figcaption>{(layers.Count > 1 ? ChartFrame.Legend(legend, bars: true) : "")}");
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {ChartFrame.Width} {bottom + Foot}\" role=\"img\" aria-label=\"{Svg.Text(title)}\">");
        foreach (double tick in axis.Ticks)
        {
            svg.Append(CultureInfo.InvariantCulture,
                $"<line class=\"grid\" x1=\"{axis.At(tick)}\" x2=\"{axis.At(tick)}\" y1=\"{Top}\" y2=\"{bottom}\"/>");
            svg.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{axis.At(tick)}\" y=\"{bottom + 18}\" "
                + $"text-anchor=\"middle\">{Svg.Text(format(tick))}</text>");
        }

        for (int r = 0; r < rows.Count; r++)
        {
            double y = Top + (Slot * r);
            svg.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{Left - 8}\" y=\"{Svg.Number(y + (Slot / 2) + 4)}\" "
                + $"text-anchor=\"end\">{Svg.Text(rows[r].Name)}</text>");
            double at = 0;
            for (int layer = 0; layer < layers.Count; layer++)
            {
                double from = axis.Position(at);
                double to = axis.Position(at += rows[r].Parts[layer]);
                if (to > from)
                {
                    svg.Append(Chart.Rectangle(from, y + 5, to - from, Slot - 10, layers[layer].Color));
                }
            }

            svg.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{Svg.Number(axis.Position(at) + 6)}\" "
                + $"y=\"{Svg.Number(y + (Slot / 2) + 4)}\">{Svg.Text(rows[r].Note)}</text>");
        }

        svg.Append(CultureInfo.InvariantCulture,
            $"<line class=\"tick\" x1=\"{Left}\" x2=\"{Left}\" y1=\"{Top}\" y2=\"{bottom}\"/>");
        svg.Append(CultureInfo.InvariantCulture,
            $"<text class=\"axis\" x=\"{Svg.Number((Left + ChartFrame.Width - Right) / 2)}\" "
            + $"y=\"{bottom + Foot - 6}\" text-anchor=\"middle\">{Svg.Text(unit)}</text>");
        return svg.Append("</svg>").Append(ChartFrame.Remark(note)).Append("</figure>").ToString();
    }
}
