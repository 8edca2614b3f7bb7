using System.Globalization;

namespace SecureFL.Reports.Axes;

/// <summary>How ticks are written: short, at any size.</summary>
internal static class AxisFormat
{
    /// <summary>1 k, 1 M, 1 G from ten thousand on; powers of ten below a thousandth and beyond.</summary>
    internal static string Compact(double value) => Math.Abs(value) switch
    {
        0 => "0",
        >= 1e12 or < 1e-3 => value.ToString("0.#e0", CultureInfo.InvariantCulture),
        >= 1e9 => Text(value / 1e9) + " G",
        >= 1e6 => Text(value / 1e6) + " M",
        >= 1e4 => Text(value / 1e3) + " k",
        _ => Text(value),
    };

    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
