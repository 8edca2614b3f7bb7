using System.Globalization;
using System.Text;
using SecureFL.Cli.Evaluations;
using SecureFL.Cli.Progress;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>The result in plain lines, for standard output.</summary>
internal static class SimulationText
{
    internal const string TwoSitesWarning =
        "WARNING: INSECURE, two sites: each of them has the other's updates by subtracting its own from the sum; "
        + "nothing is protected (--insecure-two-sites)";

    internal static string Of(SimulationOutcome run)
    {
        StringBuilder text = new();
        if (run.Settings.InsecureTwoSites)
        {
            text.AppendLine(TwoSitesWarning);
        }

        Sites(text, run);
        RoundMetricInfo loss = RoundMetricInfo.Of(RoundMetric.TrainLoss);
        text.AppendLine(
            CultureInfo.InvariantCulture,
            $"all sites: train loss {loss.Format(run.Final.TrainLoss)} after {run.Outcome.History.Length} rounds in "
            + $"{RoundText.Seconds(run.Seconds)}; "
            + $"{(run.Final.Test.Samples == 0 ? "no test rows" : $"on {run.Final.Test.Samples} test rows, from the secure sum:")}");
        EvaluationText.Figures(text, run.Final.Test);
        EvaluationText.Classes(text, run.Final.Counts, run.Classes, run.Settings.ThresholdAt);
        if (run.Baselines is BaselineResults baselines)
        {
            BaselineText.Append(text, baselines, run);
        }

        if (run.HeldOut is HeldOutResults heldOut)
        {
            HeldOutText.Append(text, heldOut, run.Shown);
        }

        if (run.SumIsExact is bool exact)
        {
            text.AppendLine(exact ? "every opened sum equals the integer sum of the quantised updates"
                : "AN OPENED SUM DIFFERS from the integer sum of the quantised updates");
        }

        if (run.WeightsEqual is bool equal)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"plaintext integers: {(equal ? "the same weights, bit for bit" : "OTHER WEIGHTS")}, "
                + $"{MainFigure(run, run.Quantised!.Final)}");
        }

        if (run.Floats is not null)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"plaintext floats: {MainFigure(run, run.Floats.Final)}, train loss "
                + $"{loss.Format(run.Floats.Final.TrainLoss)}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"model: {run.WeightsFile}");
        return text.ToString();
    }

    // A site's row tells of its own rows; common test rows have a row of their own.
    private static void Sites(StringBuilder text, SimulationOutcome run)
    {
        IReadOnlyList<SiteResult> rows = run.Final.CommonTest is SiteResult common ? [.. run.Final.PerSite, common]
            : run.Final.PerSite;
        RoundMetricInfo[] shown =
            [.. run.Shown.Where(metric => rows.Any(row => metric.Read(null, row.Test) is not null))];
        int width = Math.Max(4, rows.Max(row => row.Site.Length));
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{"site".PadRight(width)}  training rows  test rows  train "
            + $"loss{string.Concat(shown.Select(metric => "  " + metric.Label))}");
        foreach (SiteResult row in rows)
        {
            MetricSummary? test = row.Test;
            string training = row.Samples > 0 ? row.Samples.ToString(CultureInfo.InvariantCulture) : "-";
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{row.Site.PadRight(width)}  {training,13}  {test?.Samples ?? 0,9}  "
                + $"{MetricText.Number(row.Train?.Loss),10}{string.Concat(shown.Select(metric => "  " + metric.Format(metric.Read(null, test)).PadLeft(metric.Label.Length)))}");
        }
    }

    private static string MainFigure(SimulationOutcome run, ModelResult final)
    {
        RoundMetricInfo main = RoundMetricInfo.Of(RoundMetricInfo.MainOf(run.Trainer.Metrics.Task));
        return $"{main.Label} {main.Format(main.Read(final.Train, final.Test))}";
    }
}
