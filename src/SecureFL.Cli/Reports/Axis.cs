using System.Globalization;

namespace SecureFL.Cli.Reports;

/// <summary>A linear axis with round ticks that cover the data.</summary>
internal sealed class Axis
{
    private readonly double _pixelFrom;
    private readonly double _pixelTo;

    /// <summary>An axis from <paramref name="low"/> to <paramref name="high"/>, widened to whole ticks, drawn between two pixel positions.</summary>
    internal Axis(double low, double high, double pixelFrom, double pixelTo, int ticks, bool whole = false)
    {
        if (!(high > low))
        {
            high = low + (low == 0 ? 1 : Math.Abs(low) * 0.1);
        }

        double step = NiceStep((high - low) / ticks);
        step = whole ? Math.Max(1, Math.Ceiling(step)) : step;
        Low = whole ? low : Math.Floor((low / step) + 1e-9) * step;
        High = whole ? high : Math.Ceiling((high / step) - 1e-9) * step;
        _pixelFrom = pixelFrom;
        _pixelTo = pixelTo;
        List<double> values = [];
        for (double tick = Math.Ceiling((Low / step) - 1e-9) * step; tick <= High + (step * 1e-6); tick += step)
        {
            values.Add(Math.Abs(tick) < step * 1e-6 ? 0 : tick);
        }

        Ticks = values;
    }

    internal double Low { get; }

    internal double High { get; }

    internal IReadOnlyList<double> Ticks { get; }

    internal double Position(double value) => _pixelFrom + ((Math.Clamp(value, Low, High) - Low) / (High - Low) * (_pixelTo - _pixelFrom));

    /// <summary>A pixel position as SVG writes it.</summary>
    internal string At(double value) => Svg.Number(Position(value));

    private static double NiceStep(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double fraction = rough / power;
        return power * (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10);
    }
}

/// <summary>Numbers and texts as SVG and HTML write them.</summary>
internal static class Svg
{
    internal static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    internal static string Text(string text) => System.Net.WebUtility.HtmlEncode(text);
}
