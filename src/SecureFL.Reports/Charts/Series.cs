using SecureFL.Reports.Axes;
using SecureFL.Reports.Pages;

namespace SecureFL.Reports.Charts;

/// <summary>One line, or one layer of the bars, of a chart.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Color">A CSS colour that is seen on white and on black, or a variable of
/// <see cref="PageStyle"/>.</param>
/// <param name="Points">Where it runs; values that are not finite are left out.</param>
/// <param name="IsMain">Drawn thick, above the others.</param>
/// <param name="Dashed">A bound or a reference, not a measurement.</param>
/// <param name="Markers">A dot at each point: these were measured, the line between them was not.</param>
/// <param name="Rings">A ring around each point and no line: what should lie where another series' dots lie.</param>
internal sealed record Series(
    string Name, string Color, IReadOnlyList<(double X, double Y)> Points, bool IsMain = false, bool Dashed = false,
    bool Markers = false, bool Rings = false);

/// <summary>How values lie along one side of a chart.</summary>
/// <param name="Label">What is shown, with its unit.</param>
/// <param name="Format">How a tick is written.</param>
/// <param name="Logarithmic">Whether equal steps are equal ratios.</param>
/// <param name="FromZero">Whether the axis starts at 0.</param>
/// <param name="Whole">Whether only whole numbers make sense, as with rounds.</param>
internal sealed record AxisSpec(string Label, Func<double, string> Format, bool Logarithmic = false,
    bool FromZero = false, bool Whole = false)
{
    internal Axis Between(double low, double high, double pixelFrom, double pixelTo, int ticks) => Logarithmic
        ? Axis.Logarithmic(low, high, pixelFrom, pixelTo)
        : new Axis(FromZero ? Math.Min(0, low) : low, high, pixelFrom, pixelTo, ticks, Whole);
}
