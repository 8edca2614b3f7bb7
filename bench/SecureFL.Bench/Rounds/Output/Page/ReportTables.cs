using System.Globalization;
using System.Text;
using SecureFL.Reports.Markup;
using SecureFL.Reports.Pages;

namespace SecureFL.Bench.Rounds.Output.Page;

/// <summary>The figures behind the charts.</summary>
internal static class ReportTables
{
    internal static void Append(StringBuilder html, RoundsOutcome outcome)
    {
        html.Append("<h2>Arms</h2>");
        PageStyle.Table(
            html,
            ["arm", "measured parameters", "measured clients", "CPU s", "spread", "encrypt CPU s", "wall s",
                "WAN wall s", "CPU s, scaled to what was asked for", "sum", "max error", "RMS error", "security"],
            outcome.Arms.Select(arm => (IReadOnlyList<string>)
            [
                arm.Arm, Count(arm.MeasuredParameters), Count(arm.MeasuredClients), RoundsTable.Seconds(arm.CpuSeconds),
                Spread(arm.CpuSpread), RoundsTable.Seconds(arm.EncryptCpuSeconds),
                RoundsTable.Seconds(arm.WallSeconds), RoundsTable.Seconds(arm.WanWallSeconds),
                RoundsTable.Seconds(arm.ScaledCpuSeconds), arm.SumIsExact ? "exact" : "float",
                RoundsTable.Error(arm.MaxError), RoundsTable.Error(arm.RmsError),
                arm.SecurityBits > 0 ? $"{arm.SecurityBits} bits" : "none",
            ]));
        html.Append("<h2>Bytes of messages in a round, by role</h2>");
        PageStyle.Table(
            html,
            ["arm", "a client sends", "a client receives", "server receives", "server sends", "a key holder receives",
                "a key holder sends", "bytes by parameter", "floor"],
            outcome.Arms.Select(arm => (IReadOnlyList<string>)
            [
                arm.Arm, RoundsTable.Bytes(arm.UploadBytesPerClient), RoundsTable.Bytes(arm.ClientReceivedBytes),
                RoundsTable.Bytes(arm.ServerReceivedBytes), RoundsTable.Bytes(arm.ServerSentBytes),
                RoundsTable.Bytes(arm.KeyHolderReceivedBytes), RoundsTable.Bytes(arm.KeyHolderSentBytes),
                arm.UploadBytesPerParameter.ToString("0.000", CultureInfo.InvariantCulture),
                arm.ClaimsExactness ? arm.FloorBytesPerParameter.ToString("0.000", CultureInfo.InvariantCulture) : "-",
            ]));
        html.Append("<h2>What one client does after the opening, in no total</h2>");
        PageStyle.Table(
            html,
            ["arm", "download bytes by parameter", "download CPU s", "download wall s", "verify CPU s",
                "verify ns by parameter"],
            outcome.Arms.Select(arm => (IReadOnlyList<string>)
            [
                arm.Arm, arm.DownloadBytesPerParameter.ToString("0.000", CultureInfo.InvariantCulture),
                RoundsTable.Seconds(arm.DownloadCpuSecondsPerClient),
                RoundsTable.Seconds(arm.DownloadWallSecondsPerClient),
                arm.VerifyCpuSecondsPerClient > 0 ? RoundsTable.Seconds(arm.VerifyCpuSecondsPerClient) : "-",
                arm.VerifyCpuSecondsPerClient > 0
                    ? (arm.VerifyCpuSecondsPerClient * 1e9 / arm.MeasuredParameters)
                        .ToString("0.00", CultureInfo.InvariantCulture) : "-",
            ]));
        html.Append("<h2>Largest resident set, a process for each role</h2>");
        PageStyle.Table(
            html,
            ["arm", "client", "server", "all key holders", "nothing but the runtime", "all roles in one process"],
            outcome.Arms.Select(arm => (IReadOnlyList<string>)
            [
                arm.Arm, Memory(arm.ClientPeakRssBytes), Memory(arm.ServerPeakRssBytes),
                Memory(arm.KeyHolderPeakRssBytes), Memory(arm.IdleRssBytes), RoundsTable.Bytes(arm.PeakRssBytes),
            ]));
        html.Append("<h2>Ratios</h2><ul>");
        html.AppendJoin("", Ratios.Lines(outcome.Arms).Select(line => $"<li>{Svg.Text(line)}</li>"));
        html.Append("</ul><h2>What the arms are</h2><ul>");
        html.AppendJoin("", outcome.Arms
            .Select(
                arm =>
                    $"<li><b>{Svg.Text(arm.Arm)}</b>: {Svg.Text(arm.Description)}. {Svg.Text(arm.ParameterSet)}. "
                    + $"Security: {Svg.Text(arm.SecurityRule)}.</li>"));
        html.Append("</ul>");
    }

    private static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Spread(double? spread) =>
        spread is double s ? (100 * s).ToString("0", CultureInfo.InvariantCulture) + " %" : "-";

    private static string Memory(long? bytes) => bytes is long b ? RoundsTable.Bytes(b) : "-";
}
