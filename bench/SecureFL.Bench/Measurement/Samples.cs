using System.Diagnostics;

namespace SecureFL.Bench.Measurement;

/// <summary>
/// Repeated measurements of one figure: the median is what we quote, the spread is how noisy the machine was.
/// </summary>
internal sealed class Samples
{
    private readonly List<double> _values = [];

    internal int Count => _values.Count;

    internal double Median
    {
        get
        {
            double[] sorted = [.. _values.Order()];
            return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>(third quartile - first quartile) / median.</summary>
    internal double Spread
    {
        get
        {
            double[] sorted = [.. _values.Order()];
            return sorted.Length < 4 ? double.NaN
                : (sorted[sorted.Length * 3 / 4] - sorted[sorted.Length / 4]) / Median;
        }
    }

    internal void Add(double value) => _values.Add(value);

    /// <summary>
    /// Times an action and records nanoseconds divided by <paramref name="units"/>: of the thread's processor time, or
    /// of wall time with several threads.
    /// </summary>
    internal void Time(int threads, double units, Action action)
    {
        long start = Now(threads);
        action();
        Add((Now(threads) - start) / units);
    }

    private static long Now(int threads) =>
        threads == 1 ? ThreadClock.Now() : (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));
}
