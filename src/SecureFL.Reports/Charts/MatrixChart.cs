using System.Globalization;
using System.Text;
using SecureFL.Reports.Markup;

namespace SecureFL.Reports.Charts;

/// <summary>A square of counts, the darker the larger their share of their row: a confusion matrix.</summary>
internal static class MatrixChart
{
    private const double Width = ChartFrame.Width;
    private const double Left = 130;
    private const double Right = 18;
    private const double Top = 52;
    private const double LeastRow = 26;
    private const double MostRow = 64;
    private const int NamedCharacters = 16;

    /// <summary>Rows by <paramref name="names"/> downwards, columns by the same names across.</summary>
    internal static string Square(
        string title, string down, string across, IReadOnlyList<string> names, Func<int, int, long> cell, string color,
        string note = "")
    {
        int n = names.Count;
        double slot = (Width - Left - Right) / n;
        double row = Math.Clamp(slot, LeastRow, MostRow);
        bool numbers = slot >= 26;
        double height = Top + (n * row) + 8;
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"<figure><figcaption>{Svg.Text(title)}</figcaption>");
        svg.Append(CultureInfo.InvariantCulture,
            $"<svg viewBox=\"0 0 {Width} {Svg.Number(height)}\" role=\"img\" aria-label=\"{Svg.Text(title)}\">");
        svg.Append(CultureInfo.InvariantCulture,
            $"<text class=\"axis\" x=\"{Svg.Number((Left + Width - Right) / 2)}\" y=\"16\" "
            + $"text-anchor=\"middle\">{Svg.Text(across)}</text>");
        double middle = Top + (n * row / 2);
        svg.Append(CultureInfo.InvariantCulture,
            $"<text class=\"axis\" x=\"14\" y=\"{Svg.Number(middle)}\" text-anchor=\"middle\" "
            + $"transform=\"rotate(-90 14 {Svg.Number(middle)})\">{Svg.Text(down)}</text>");
        for (int r = 0; r < n; r++)
        {
            double y = Top + (r * row);
            double whole = Math.Max(1, Enumerable.Range(0, n).Sum(c => cell(r, c)));
            Label(svg, Left - 8, y + (row / 2) + 4, "end", Short(names[r], NamedCharacters));
            if (numbers || n <= 12)
            {
                Label(svg, Left + (r * slot) + (slot / 2), Top - 8, "middle",
                    Short(names[r], Math.Max(2, (int)(slot / 7))));
            }

            for (int c = 0; c < n; c++)
            {
                double share = cell(r, c) / whole;
                double x = Left + (c * slot);
                string count = cell(r, c).ToString(CultureInfo.InvariantCulture);
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<rect class=\"grid\" x=\"{Svg.Number(x)}\" y=\"{Svg.Number(y)}\" width=\"{Svg.Number(slot)}\" "
                    + $"height=\"{Svg.Number(row)}\" fill=\"{color}\" "
                    + $"fill-opacity=\"{Svg.Number(0.55 * share)}\"><title>{Svg.Text(names[r])} taken for "
                    + $"{Svg.Text(names[c])}: {count}</title></rect>");
                if (numbers && count.Length * 7.5 <= slot)
                {
                    Label(svg, x + (slot / 2), y + (row / 2) + 4, "middle", count);
                }
            }
        }

        return svg.Append("</svg>").Append(ChartFrame.Remark(note)).Append("</figure>").ToString();
    }

    private static void Label(StringBuilder svg, double x, double y, string anchor, string text) => svg.Append(
        CultureInfo.InvariantCulture,
        $"<text x=\"{Svg.Number(x)}\" y=\"{Svg.Number(y)}\" text-anchor=\"{anchor}\" "
        + $"style=\"fill:var(--ink)\">{Svg.Text(text)}</text>");

    private static string Short(string name, int most) =>
        name.Length <= most ? name : string.Concat(name.AsSpan(0, Math.Max(1, most - 1)), "…");
}
