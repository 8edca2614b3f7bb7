using System.Globalization;
using System.Text;
using SecureFL.Reports.Axes;

namespace SecureFL.Reports.Charts;

/// <summary>Caption, legend, axes and grid of a chart.</summary>
internal sealed class ChartFrame
{
    internal const double Width = 640;
    internal const double Height = 300;
    internal const double Left = 72;
    internal const double Right = 18;
    internal const double Bottom = 44;
    private const double Top = 12;

    internal ChartFrame(string title, IReadOnlyList<Series> series, AxisSpec x, (double Low, double High) xs,
        AxisSpec y, (double Low, double High) ys, bool bars)
    {
        X = x.Between(xs.Low, xs.High, Left, Width - Right, 8);
        Y = y.Between(ys.Low, ys.High, Height - Bottom, Top, 5);
        Svg.Append(CultureInfo.InvariantCulture,
            $"<figure><figcaption>{Markup.Svg.Text(title)}</figcaption>{Legend(series, bars)}");
        Svg.Append(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Markup.Svg.Text(title)}\">");
        foreach (double tick in Y.Minor)
        {
            Svg.Append(CultureInfo.InvariantCulture,
                $"<line class=\"minor\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y.At(tick)}\" "
                + $"y2=\"{Y.At(tick)}\"/>");
        }

        foreach (double tick in X.Minor)
        {
            Svg.Append(CultureInfo.InvariantCulture,
                $"<line class=\"tick\" x1=\"{X.At(tick)}\" x2=\"{X.At(tick)}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom + 2}\"/>");
        }

        foreach (double tick in Y.Ticks)
        {
            Svg.Append(CultureInfo.InvariantCulture,
                $"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y.At(tick)}\" y2=\"{Y.At(tick)}\"/>");
            Svg.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{Left - 8}\" y=\"{Markup.Svg.Number(Y.Position(tick) + 4)}\" "
                + $"text-anchor=\"end\">{Markup.Svg.Text(y.Format(tick))}</text>");
        }

        foreach (double tick in X.Ticks)
        {
            Svg.Append(CultureInfo.InvariantCulture,
                $"<line class=\"tick\" x1=\"{X.At(tick)}\" x2=\"{X.At(tick)}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom + 5}\"/>");
            Svg.Append(CultureInfo.InvariantCulture,
                $"<text x=\"{X.At(tick)}\" y=\"{Height - Bottom + 18}\" "
                + $"text-anchor=\"middle\">{Markup.Svg.Text(x.Format(tick))}</text>");
        }

        Svg.Append(CultureInfo.InvariantCulture,
            $"<line class=\"tick\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" "
            + $"y2=\"{Height - Bottom}\"/>");
        Svg.Append(CultureInfo.InvariantCulture,
            $"<text class=\"axis\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 6}\" "
            + $"text-anchor=\"middle\">{Markup.Svg.Text(x.Label)}</text>");
        double middle = (Height - Bottom + Top) / 2;
        Svg.Append(CultureInfo.InvariantCulture,
            $"<text class=\"axis\" x=\"12\" y=\"{middle}\" text-anchor=\"middle\" transform=\"rotate(-90 12 "
            + $"{middle})\">{Markup.Svg.Text(y.Label)}</text>");
    }

    internal StringBuilder Svg { get; } = new();

    internal Axis X { get; }

    internal Axis Y { get; }

    /// <summary>The end, with a remark for the reader below.</summary>
    internal string Close(string note = "") => Svg.Append("</svg>").Append(Remark(note)).Append("</figure>").ToString();

    /// <summary>A remark below a chart; nothing for an empty one.</summary>
    internal static string Remark(string note) =>
        note.Length == 0 ? "" : $"<p class=\"note\">{Markup.Svg.Text(note)}</p>";

    internal static string Legend(IReadOnlyList<Series> series, bool bars) =>
        $"<div class=\"legend\">{string.Concat(series.DistinctBy(line => (line.Name, line.Color)).Select(line =>
            $"<span><i style=\"{Swatch(line, bars)}\"></i>{Markup.Svg.Text(line.Name)}</span>"))}</div>";

    private static string Swatch(Series line, bool bars) => line.Rings
        ? $"border:1.5px solid {line.Color};border-radius:50%;width:9px;height:9px"
        : line.Dashed
        ? $"background:repeating-linear-gradient(90deg,{line.Color} 0 5px,transparent 5px 9px);width:23px;height:2px"
        : $"background:{line.Color};height:{(bars ? 12 : line.IsMain ? 4 : 2)}px";
}
