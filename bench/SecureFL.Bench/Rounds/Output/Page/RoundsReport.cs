using System.Globalization;
using System.Text;
using SecureFL.Bench.Measurement;
using SecureFL.Bench.Rounds.Running;
using SecureFL.Messages.Primitives;
using SecureFL.Reports.Pages;

namespace SecureFL.Bench.Rounds.Output.Page;

/// <summary>A run as one HTML file.</summary>
internal static class RoundsReport
{
    internal static void Write(FileInfo file, RoundsOutcome outcome) => BenchPage.Write(file, Html(outcome));

    internal static string Html(RoundsOutcome outcome)
    {
        RoundsSettings settings = outcome.Settings;
        StringBuilder html = PageStyle.Begin("SecureFL rounds", "What an encrypted round costs", Describe(outcome));
        Tiles(html, outcome);
        html.Append("<h2>Where the time goes</h2><div class=\"charts\">");
        foreach (string chart in StageCharts.Of(outcome.Arms))
        {
            html.Append(chart);
        }

        html.Append("</div><h2>What is sent</h2><div class=\"charts\">");
        html.Append(SizeCharts.BytesAgainstClients(settings)).Append(SizeCharts.BytesAgainstBits(settings));
        html.Append("</div><h2>How it grows</h2><div class=\"charts\">");
        html.Append(CurveCharts.CostAgainstSize(outcome)).Append(CurveCharts.CostPerParameter(outcome));
        html.Append(CurveCharts.CostAgainstClients(outcome)).Append(CurveCharts.MemoryAgainstClients(outcome));
        html.Append(CurveCharts.KeyHoldersAgainstSize(outcome)).Append(CurveCharts.KeyHolderBytesAgainstSize(outcome));
        html.Append("</div>");
        CurveCharts.AppendVerdicts(html, outcome);
        ReportTables.Append(html, outcome);
        return PageStyle.End(html);
    }

    private static string Describe(RoundsOutcome outcome)
    {
        RoundsSettings settings = outcome.Settings;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(char.IsAsciiLetter(settings.Model[0]) ? settings.Model + ", " : "")}{settings.Shape.Parameters:N0} "
            + $"parameters, {settings.Shape.Clients} clients, {settings.Shape.Bits} bits, "
            + $"{settings.Shape.Threshold} of {settings.Shape.KeyHolders} key holders open a sum; "
            + $"{outcome.Arms[0].Transport}; medians of {outcome.Arms[0].Rounds} rounds, arms in turn; "
            + $"{Machine.Here.Processor}, {Machine.Here.Cores} cores, {Machine.Here.Runtime}");
    }

    private static void Tiles(StringBuilder html, RoundsOutcome outcome)
    {
        html.Append("<div class=\"tiles\">");
        ArmFigures? plain = outcome.Arms.FirstOrDefault(arm => arm.Arm == "plaintext");
        ArmFigures? key = outcome.Arms.FirstOrDefault(arm => arm.Arm == SuiteNames.OneTimeKey);
        if (plain is not null && key is not null)
        {
            double? cpu = Ratios.Quotable(key.CpuNanosecondsPerParameterAndClient, key.CpuSpread,
                plain.CpuNanosecondsPerParameterAndClient, plain.CpuSpread);
            PageStyle.Tile(html, cpu is double c ? Times(c) : "within noise", "CPU of one-time-key, plaintext = 1");
            PageStyle.Tile(html, Times(key.UploadBytesPerParameter / plain.UploadBytesPerParameter),
                "its upload bytes, float32 = 1");
        }

        if (outcome.Arms.Any(arm => arm.ClaimsExactness))
        {
            bool exact = outcome.Arms.Where(arm => arm.ClaimsExactness).All(arm => arm.SumIsExact);
            PageStyle.Tile(html, exact ? "exact" : "WRONG", "every integer sum", !exact);
        }

        PageStyle.Tile(html, RoundsTable.Bytes(outcome.Arms.Max(arm => arm.PeakRssBytes)),
            "most memory, all roles in one process");
        html.Append("</div>");
    }

    private static string Times(double ratio) => ratio.ToString("0.00", CultureInfo.InvariantCulture);
}
