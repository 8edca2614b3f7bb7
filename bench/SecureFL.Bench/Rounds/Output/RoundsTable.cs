using System.Globalization;
using SecureFL.Bench.Measurement;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Bench.Rounds.Sweeps;

namespace SecureFL.Bench.Rounds.Output;

/// <summary>The figures on a terminal.</summary>
internal static class RoundsTable
{
    internal static void Write(TextWriter output, RoundsOutcome outcome)
    {
        RoundsSettings settings = outcome.Settings;
        ArmFigures first = outcome.Arms[0];
        output.WriteLine(
            $"{Machine.Here.Processor}, {Machine.Here.Cores} cores, {Machine.Here.Vectors}, {Machine.Here.Runtime}");
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{settings.Model}: {settings.Shape.Parameters:N0} parameters, {settings.Shape.Clients} clients, "
            + $"{settings.Shape.Bits} bits, {settings.Shape.Threshold} of {settings.Shape.KeyHolders} key holders; "
            + $"{first.Transport}"));
        output.WriteLine(
            $"medians of {first.Rounds} rounds, arms in turn; CPU and wall without making inputs; +- is half of "
            + $"(largest - smallest) / median");
        output.WriteLine();
        string[][] rows =
        [
            ["arm", "CPU s", "+-", "encrypt s", "wall s", "WAN s", "upload", "B/param", "sum", "max error", "peak RSS",
                "security"],
            .. outcome.Arms.Select(Cells),
        ];
        WriteRows(output, rows);
        output.WriteLine();
        output.WriteLine("CPU seconds by stage, all clients and key holders together "
            + "(download, verify: one client, in no total)");
        WriteRows(
            output,
            [
                ["arm", "quantise", "encrypt", "hash", "upload", "add", "key holders", "open", "download", "verify",
                    "down B/param"],
                .. outcome.Arms.Select(arm => new[]
                {
                    arm.Arm, Seconds(arm.QuantiseCpuSeconds), Seconds(arm.EncryptOnlyCpuSeconds),
                        Seconds(arm.HashCpuSeconds), Seconds(arm.UploadCpuSeconds), Seconds(arm.AddCpuSeconds),
                    Seconds(arm.KeyHoldersCpuSeconds), Seconds(arm.OpenCpuSeconds),
                        Seconds(arm.DownloadCpuSecondsPerClient), Seconds(arm.VerifyCpuSecondsPerClient),
                        arm.DownloadBytesPerParameter.ToString("0.000", CultureInfo.InvariantCulture),
                }),
            ]);
        output.WriteLine();
        foreach (string line in Ratios.Lines(outcome.Arms).Concat(Scaled(outcome.Arms)))
        {
            output.WriteLine(line);
        }

        output.WriteLine();
        foreach (ScalingVerdict verdict in outcome.Verdicts)
        {
            output.WriteLine($"{verdict.Arm}: {verdict.Claim}, {verdict.Range}: {verdict.Figures}; {Verdict(verdict)}");
        }

        if (!outcome.SweepIsFull)
        {
            output.WriteLine(HowToSweep);
        }
    }

    internal const string HowToSweep = "How cost grows to 10^8 parameters and 1000 clients: run with --sweep full.";

    /// <summary>The verdict in words.</summary>
    internal static string Verdict(ScalingVerdict verdict) => verdict.Deviation is double off
        ? string.Create(CultureInfo.InvariantCulture,
            $"{(verdict.Holds ? "holds" : "does NOT hold")}: {100 * off:0.#} % (limit {100 * verdict.Limit:0} %)")
        : "does NOT hold";

    internal static string Bytes(double bytes) => bytes switch
    {
        >= 1e9 => (bytes / 1e9).ToString("0.00", CultureInfo.InvariantCulture) + " GB",
        >= 1e6 => (bytes / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + " MB",
        >= 1e3 => (bytes / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + " kB",
        _ => bytes.ToString("0", CultureInfo.InvariantCulture) + " B",
    };

    internal static string Seconds(double? seconds) => seconds is double s ? s == 0
        ? "0" : s.ToString(s >= 100 ? "0" : s >= 1 ? "0.00" : "0.0000", CultureInfo.InvariantCulture) : "-";

    internal static string Percent(double? part) =>
        part is double p ? (50 * p).ToString("0.0", CultureInfo.InvariantCulture) + " %" : "-";

    internal static string Error(double error) =>
        error == 0 ? "0" : error.ToString("0.0e0", CultureInfo.InvariantCulture);

    private static string[] Cells(ArmFigures arm) =>
    [
        arm.MeasuredParameters < arm.RequestedParameters || arm.MeasuredClients < arm.RequestedClients
            ? $"{arm.Arm} ({arm.MeasuredParameters.ToString("N0", CultureInfo.InvariantCulture)} x "
            + $"{arm.MeasuredClients})"
            : arm.Arm,
        Seconds(arm.CpuSeconds),
        Percent(arm.CpuSpread),
        Seconds(arm.EncryptCpuSeconds),
        Seconds(arm.WallSeconds),
        Seconds(arm.WanWallSeconds),
        Bytes(arm.UploadBytesPerClient),
        arm.UploadBytesPerParameter.ToString("0.000", CultureInfo.InvariantCulture),
        arm.SumIsExact ? "exact" : "float",
        Error(arm.MaxError),
        Bytes(arm.PeakRssBytes),
        arm.SecurityBits > 0 ? $"{arm.SecurityBits} bits" : "none",
    ];

    private static IEnumerable<string> Scaled(IReadOnlyList<ArmFigures> arms) => arms
        .Where(arm => arm.MeasuredParameters < arm.RequestedParameters || arm.MeasuredClients < arm.RequestedClients)
        .Select(
            arm =>
                $"{arm.Arm} was measured with fewer parameters or clients; scaled to what was asked for: "
                + $"{Seconds(arm.ScaledCpuSeconds)} CPU s, {Bytes(arm.ScaledUploadBytesPerClient)} a client");

    private static void WriteRows(TextWriter output, string[][] rows)
    {
        int[] widths = [.. Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            output.WriteLine(
                string.Join("  ",
                    row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column])))
                    .TrimEnd());
        }
    }
}
