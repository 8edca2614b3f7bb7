namespace SecureFL.Reports;

/// <summary>An axis with round ticks that cover the data, linear or logarithmic.</summary>
internal sealed class Axis
{
    private readonly double _pixelFrom;
    private readonly double _pixelTo;
    private readonly bool _logarithmic;

    /// <summary>A linear axis from <paramref name="low"/> to <paramref name="high"/>, widened to whole ticks, drawn between two pixel positions.</summary>
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

    private Axis(double low, double high, double pixelFrom, double pixelTo)
    {
        _logarithmic = true;
        _pixelFrom = pixelFrom;
        _pixelTo = pixelTo;
        double first = Math.Floor(Math.Log10(low) + 1e-9);
        double last = Math.Ceiling(Math.Log10(high) - 1e-9);
        // Data within a decade or two get ticks at 1, 2 and 5 and an axis no wider than they need.
        double[] steps = last - first <= 2 ? [1, 2, 5] : [1];
        double[] all = [.. Enumerable.Range((int)first, (int)(last - first) + 1).SelectMany(power => steps.Select(step => step * Math.Pow(10, power)))];
        Low = all.Last(tick => tick <= low * (1 + 1e-9));
        High = all.FirstOrDefault(tick => tick >= high * (1 - 1e-9) && tick > Low, Low * 10);
        Ticks = [.. all.Where(tick => tick >= Low && tick <= High)];
        Ticks = Ticks.Count > 1 ? Ticks : [Low, High];
    }

    internal double Low { get; }

    internal double High { get; }

    internal IReadOnlyList<double> Ticks { get; }

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

    private static double NiceStep(double rough)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double fraction = rough / power;
        return power * (fraction <= 1 ? 1 : fraction <= 2 ? 2 : fraction <= 5 ? 5 : 10);
    }
}
