using SecureFL.Reports.Markup;

namespace SecureFL.Reports.Axes;

/// <summary>An axis with round ticks that cover the data, linear or logarithmic.</summary>
internal sealed class Axis
{
    private readonly double _pixelFrom;
    private readonly double _pixelTo;
    private readonly bool _logarithmic;

    /// <summary>
    /// A linear axis from <paramref name="low"/> to <paramref name="high"/>, widened to whole ticks, drawn between two
    /// pixel positions.
    /// </summary>
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

    /// <summary>Most labels of a logarithmic axis before only powers of ten have one.</summary>
    private const int MostLabels = 9;

    private Axis(double low, double high, double pixelFrom, double pixelTo)
    {
        _logarithmic = true;
        _pixelFrom = pixelFrom;
        _pixelTo = pixelTo;
        double first = Math.Floor(Math.Log10(low) + 1e-9);
        double last = Math.Ceiling(Math.Log10(high) - 1e-9);
        // Ends at 1, 2 or 5 times a power of ten: the axis is hardly wider than the data. Labels there too, unless
        // there would be too many.
        double[] all = Multiples(first, last, 1, 2, 5);
        Low = all.Last(tick => tick <= low * (1 + 1e-9));
        High = all.FirstOrDefault(tick => tick >= high * (1 - 1e-9) && tick > Low, Low * 10);
        Ticks = Inside(all);
        Ticks = Ticks.Count > MostLabels ? Inside(Multiples(first, last, 1)) : Ticks.Count > 1 ? Ticks : [Low, High];
        Minor = High / Low <= 1e5
            ? [.. Inside(Multiples(first, last, 1, 2, 3, 4, 5, 6, 7, 8, 9))
                .Where(tick => !Ticks.Any(label => Math.Abs((label / tick) - 1) < 1e-9))] : [];
    }

    internal double Low { get; }

    internal double High { get; }

    /// <summary>Ticks with labels.</summary>
    internal IReadOnlyList<double> Ticks { get; }

    /// <summary>Ticks without, which show that the axis is logarithmic.</summary>
    internal IReadOnlyList<double> Minor { get; } = [];

    /// <summary>A logarithmic axis over positive values, widened to ticks.</summary>
    internal static Axis Logarithmic(double low, double high, double pixelFrom, double pixelTo)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(low);
        return new Axis(low, Math.Max(low, high), pixelFrom, pixelTo);
    }

    internal double Position(double value)
    {
        double held = Math.Clamp(value, Low, High);
        double part = _logarithmic ? Math.Log(held / Low) / Math.Log(High / Low) : (held - Low) / (High - Low);
        return _pixelFrom + (part * (_pixelTo - _pixelFrom));
    }

    /// <summary>A pixel position as SVG writes it.</summary>
    internal string At(double value) => Svg.Number(Position(value));

    private static double[] Multiples(double firstPower, double lastPower, params double[] steps) =>
        [.. Enumerable.Range((int)firstPower, (int)(lastPower - firstPower) + 1)
            .SelectMany(power => steps.Select(step => step * Math.Pow(10, power)))];

    private List<double> Inside(double[] ticks) =>
        [.. ticks.Where(tick => tick >= Low * (1 - 1e-9) && tick <= High * (1 + 1e-9))];

    private static double NiceStep(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double fraction = rough / power;
        return power * (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10);
    }
}
