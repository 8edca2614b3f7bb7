using System.Globalization;
using System.Text;
using SecureFL.Bench.Rounds.Sweeps;
using SecureFL.Messages.Primitives;
using SecureFL.Reports.Axes;
using SecureFL.Reports.Charts;
using SecureFL.Reports.Markup;
using SecureFL.Reports.Pages;

namespace SecureFL.Bench.Rounds.Output.Page;

/// <summary>Measured curves: cost against the model's size and the clients, memory against the clients.</summary>
internal static class CurveCharts
{
    internal static string CostAgainstSize(RoundsOutcome outcome) => Chart.Lines(
        $"Processor time of a round of {ClientsOfSizes(outcome)} clients",
        Parameters,
        new AxisSpec("CPU seconds, logarithmic", AxisFormat.Compact, Logarithmic: true),
        By(outcome.SizeSweep, point => (point.Parameters, point.CpuSeconds)));

    internal static string CostPerParameter(RoundsOutcome outcome) => Chart.Lines(
        $"The same by parameter and client, without key holders",
        Parameters,
        new AxisSpec("CPU ns by parameter and client, log.", AxisFormat.Compact, Logarithmic: true),
        By(outcome.SizeSweep, point => (point.Parameters, point.CpuNanosecondsPerParameterAndClient)));

    internal static string CostAgainstClients(RoundsOutcome outcome) => Chart.Lines(
        $"Adding at the server, {SweepPlan.ParametersOfClients.ToString("N0", CultureInfo.InvariantCulture)} "
        + $"parameters",
        Clients,
        new AxisSpec("CPU seconds, logarithmic", AxisFormat.Compact, Logarithmic: true),
        [.. By(outcome.ClientSweep, point => (point.Clients, point.ServerCpuSeconds)), .. LinearFit(outcome)],
        "One plan, for the most of these clients; so many of them take part. The bits of a sum grow with the plan's "
        + "clients, not with those who come.");

    internal static string KeyHoldersAgainstSize(RoundsOutcome outcome) => Chart.Lines(
        $"All key holders together, {ClientsOfSizes(outcome)} clients",
        Parameters,
        new AxisSpec("CPU milliseconds", AxisFormat.Compact, FromZero: true),
        By([.. outcome.SizeSweep.Where(point => point.KeyHoldersCpuSeconds > 0)],
            point => (point.Parameters, point.KeyHoldersCpuSeconds * 1e3)));

    internal static string MemoryAgainstClients(RoundsOutcome outcome) => Chart.Lines(
        $"Memory of the server, {SweepPlan.ParametersOfMemory.ToString("N0", CultureInfo.InvariantCulture)} parameters",
        Clients,
        new AxisSpec("MB, largest resident set", AxisFormat.Compact, FromZero: true),
        [.. outcome.MemorySweep.GroupBy(point => point.Arm)
            .Select(arm => Line(arm.Key, [.. arm.Select(point => ((double)point.Clients, point.ServerBytes / 1e6))]))],
        outcome.MemorySweep.Any(point => point.Arm == SuiteNames.JointKey)
            ? "joint-key's server keeps every upload until the sum is agreed: here in memory, in the deployment on "
            + "disk." : "");

    /// <summary>Exact figures: what one key holder gets and sends.</summary>
    internal static string KeyHolderBytesAgainstSize(RoundsOutcome outcome) => Chart.Lines(
        $"Messages of one key holder in a round, {ClientsOfSizes(outcome)} clients",
        Parameters,
        new AxisSpec("kilobytes both ways, logarithmic", AxisFormat.Compact, Logarithmic: true),
        By([.. outcome.SizeSweep.Where(point => point.KeyHolderBytes > 0)],
            point => (point.Parameters, point.KeyHolderBytes / 1e3)),
        "For small models the planner of one-time-key takes smaller rings, whose keys are shorter. joint-key's "
        + "active holders read the sum, whatever the number of clients, and decrypt it.");

    private static int ClientsOfSizes(RoundsOutcome outcome) =>
        outcome.SizeSweep.Select(point => point.Clients).FirstOrDefault();

    /// <summary>What the curves say, computed from their points.</summary>
    internal static void AppendVerdicts(StringBuilder html, RoundsOutcome outcome)
    {
        html.Append("<h2>Does it scale?</h2>");
        if (outcome.Verdicts.Count > 0)
        {
            PageStyle.Table(
                html,
                ["claim", "measured over", "figures", "verdict"],
                outcome.Verdicts
                    .Select(
                        verdict => (IReadOnlyList<string>)[$"{verdict.Arm}: {verdict.Claim}", verdict.Range,
                            verdict.Figures, RoundsTable.Verdict(verdict)]));
            html.Append(
                "<p class=\"note\">Flat: (largest - smallest) / smallest. Linear: the largest residual of fixed + "
                + "slope x clients, fitted to relative residuals, as part of the fit. ")
                .Append(
                    "A round has costs that no parameter adds to (calls, keys, shares, signatures); what a further "
                    + "parameter adds is the difference from one size to the next, and \"beyond\" what the fit "
                    + "finds besides. ")
                .Append(CultureInfo.InvariantCulture,
                    $"Medians of {outcome.SizeSweep.Max(point => point.Rounds)} rounds for short ones to "
                    + $"{outcome.SizeSweep.Min(point => point.Rounds)} for long ones, after one that is not "
                    + $"measured.</p>");
        }

        if (outcome.SizeSweep.Count > 0)
        {
            SweepPoint most = outcome.SizeSweep.MaxBy(point => point.PeakRssBytes)!;
            html.Append(CultureInfo.InvariantCulture,
                $"<p>Most memory of these rounds, all roles in one process and one client's vector at a time: "
                + $"{RoundsTable.Bytes(most.PeakRssBytes)} ({most.Arm}, {most.Parameters:N0} parameters).</p>");
        }

        if (!outcome.SweepIsFull)
        {
            html.Append(CultureInfo.InvariantCulture, $"<p>{Svg.Text(RoundsTable.HowToSweep)}</p>");
        }
    }

    private static IEnumerable<Series> LinearFit(RoundsOutcome outcome)
    {
        (double X, double Y)[] points =
            [.. outcome.ClientSweep.Where(point => point.Arm == SuiteNames.OneTimeKey)
                .Select(point => ((double)point.Clients, point.ServerCpuSeconds))];
        if (points.Length > 2)
        {
            (double fixedCost, double slope) = Scaling.Fit(points);
            yield return new Series("one-time-key, linear fit", Chart.Palette[6],
                [.. points.Select(point => (point.X, fixedCost + (slope * point.X)))], Dashed: true);
        }
    }

    private static AxisSpec Parameters { get; } = new("parameters, logarithmic", AxisFormat.Compact, Logarithmic: true);

    private static AxisSpec Clients { get; } = new("clients, logarithmic", AxisFormat.Compact, Logarithmic: true);

    private static List<Series> By(IReadOnlyList<SweepPoint> points, Func<SweepPoint, (double X, double Y)> place) =>
        [.. points.GroupBy(point => point.Arm).Select(arm => Line(arm.Key, [.. arm.Select(place)]))];

    private static Series Line(string arm, IReadOnlyList<(double X, double Y)> points) =>
        new(arm, ArmColors.Of(arm), points, IsMain: arm == SuiteNames.OneTimeKey, Markers: true);
}
