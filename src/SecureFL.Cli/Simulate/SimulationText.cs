using System.Globalization;
using System.Text;
using SecureFL.Cli.Progress;

namespace SecureFL.Cli.Simulate;

/// <summary>The result in plain lines, for standard output.</summary>
internal static class SimulationText
{
    internal static string Of(SimulationOutcome run)
    {
        StringBuilder text = new();
        int width = Math.Max(4, run.Final.PerSite.Max(site => site.Site.Length));
        text.AppendLine(CultureInfo.InvariantCulture, $"{"site".PadRight(width)}  training rows  test rows  test accuracy  test AUC");
        foreach (SiteResult site in run.Final.PerSite)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{site.Site.PadRight(width)}  {site.Samples,13}  {site.TestSamples,9}  {Share(site.TestAccuracy),13}  {Number(site.TestAuc),8}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"all: train loss {Number(run.Final.TrainLoss)}, test accuracy {Share(run.Final.TestAccuracy)}, after {run.Outcome.History.Length} rounds in {RoundText.Seconds(run.Seconds)}");
        if (run.SumIsExact is bool exact)
        {
            text.AppendLine(exact ? "every opened sum equals the integer sum of the quantised updates" : "AN OPENED SUM DIFFERS from the integer sum of the quantised updates");
        }

        if (run.WeightsEqual is bool equal)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"plaintext integers: {(equal ? "the same weights, bit for bit" : "OTHER WEIGHTS")}, test accuracy {Share(run.Quantised!.Final.TestAccuracy)}");
        }

        if (run.Floats is not null)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"plaintext floats: test accuracy {Share(run.Floats.Final.TestAccuracy)}, train loss {Number(run.Floats.Final.TrainLoss)}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"model: {run.WeightsFile}");
        return text.ToString();
    }

    private static string Share(double? value) => value?.ToString("P1", CultureInfo.InvariantCulture) ?? "-";

    private static string Number(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "-";
}
