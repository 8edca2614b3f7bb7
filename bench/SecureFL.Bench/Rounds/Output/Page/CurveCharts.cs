using System.Globalization;
using SecureFL.Bench.Rounds.Sweeps;
using SecureFL.Reports;

namespace SecureFL.Bench.Rounds.Output.Page;

/// <summary>Measured curves: cost against the model's size and the clients, memory against the clients.</summary>
internal static class CurveCharts
{
    internal static string CostAgainstSize(RoundsOutcome outcome) => Chart.Lines(
        $"Processor time of a round of {SweepPlan.ClientsOfSizes} clients",
        Parameters,
        new AxisSpec("CPU seconds", AxisFormat.Compact, Logarithmic: true),
        By(outcome.SizeSweep, point => (point.Parameters, point.CpuSeconds)));

    internal static string CostPerParameter(RoundsOutcome outcome) => Chart.Lines(
        $"The same by parameter and client, {SweepPlan.ClientsOfSizes} clients",
        Parameters,
        new AxisSpec("CPU ns by parameter and client", AxisFormat.Compact, Logarithmic: true),
        By(outcome.SizeSweep, point => (point.Parameters, point.CpuNanosecondsPerParameterAndClient)));

    internal static string CostAgainstClients(RoundsOutcome outcome) => Chart.Lines(
        $"Adding at the server, {SweepPlan.ParametersOfClients.ToString("N0", CultureInfo.InvariantCulture)} parameters",
        Clients,
        new AxisSpec("CPU seconds", AxisFormat.Compact, Logarithmic: true),
        By(outcome.ClientSweep, point => (point.Clients, point.ServerCpuSeconds)));

    internal static string KeyHoldersAgainstSize(RoundsOutcome outcome) => Chart.Lines(
        $"All key holders together, {SweepPlan.ClientsOfSizes} clients",
        Parameters,
        new AxisSpec("CPU milliseconds", AxisFormat.Compact, FromZero: true),
        By([.. outcome.SizeSweep.Where(point => point.KeyHoldersCpuSeconds > 0)], point => (point.Parameters, point.KeyHoldersCpuSeconds * 1e3)));

    internal static string MemoryAgainstClients(RoundsOutcome outcome) => Chart.Lines(
        $"Memory of the server, {SweepPlan.ParametersOfMemory.ToString("N0", CultureInfo.InvariantCulture)} parameters",
        Clients,
        new AxisSpec("megabytes, largest resident set", AxisFormat.Compact, FromZero: true),
        [.. outcome.MemorySweep.GroupBy(point => point.Arm).Select(arm => Line(arm.Key, [.. arm.Select(point => ((double)point.Clients, point.ServerBytes / 1e6))]))]);

    /// <summary>How flat the cost by parameter is from a million on, in words.</summary>
    internal static string Flatness(RoundsOutcome outcome)
    {
        IEnumerable<string> lines = outcome.SizeSweep
            .Where(point => point.Parameters >= 1_000_000)
            .GroupBy(point => point.Arm)
            .Where(arm => arm.Count() > 1)
            .Select(arm => string.Create(
                CultureInfo.InvariantCulture,
                $"<p>{Svg.Text(arm.Key)}, {arm.Min(point => point.Parameters):N0} to {arm.Max(point => point.Parameters):N0} parameters: {arm.Min(point => point.CpuNanosecondsPerParameterAndClient):0.0} to {arm.Max(point => point.CpuNanosecondsPerParameterAndClient):0.0} ns of CPU by parameter and client; encryption {arm.Min(point => point.EncryptNanosecondsPerParameterAndClient):0.00} to {arm.Max(point => point.EncryptNanosecondsPerParameterAndClient):0.00} ns.</p>"));
        return string.Concat(lines);
    }

    private static AxisSpec Parameters { get; } = new("parameters", AxisFormat.Compact, Logarithmic: true);

    private static AxisSpec Clients { get; } = new("clients", AxisFormat.Compact, Logarithmic: true);

    private static List<Series> By(IReadOnlyList<SweepPoint> points, Func<SweepPoint, (double X, double Y)> place) =>
        [.. points.GroupBy(point => point.Arm).Select(arm => Line(arm.Key, [.. arm.Select(place)]))];

    private static Series Line(string arm, IReadOnlyList<(double X, double Y)> points) => new(arm, ArmColors.Of(arm), points, IsMain: arm == "one-time-key", Markers: true);
}
