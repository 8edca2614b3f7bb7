using System.Globalization;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Progress;

/// <summary>The figures of a round as people read them.</summary>
internal static class RoundText
{
    /// <summary>
    /// The metrics in one line; those that are not known, after the model has diverged for example, are left as a dash.
    /// </summary>
    internal static string Metrics(RoundRecord record, IReadOnlyList<RoundMetricInfo> metrics) =>
        string.Join(", ", metrics.Select(metric => $"{metric.Label} {metric.Format(metric.Read(record))}"));

    internal static string Exact(RoundRecord record) =>
        record.SumIsExact switch { true => "exact", false => "WRONG", null => "-" };

    internal static string Seconds(double seconds) => seconds < 0.0995 ? $"{seconds * 1000:F0} ms" : $"{seconds:F1} s";

    internal static string Bytes(double bytes) => bytes switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes:F0} B"),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1e9 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.#} GB"),
    };
}
