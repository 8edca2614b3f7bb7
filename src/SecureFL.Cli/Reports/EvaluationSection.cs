using System.Globalization;
using System.Text;
using SecureFL.Cli.Evaluations;
using SecureFL.Cli.Runs;
using SecureFL.Learning.Data;
using SecureFL.Learning.Metrics;
using SecureFL.Reports.Axes;
using SecureFL.Reports.Charts;
using SecureFL.Reports.Pages;

namespace SecureFL.Cli.Reports;

/// <summary>
/// What the delivered model does on all test rows, drawn from the counters of the last secure sum: ROC, calibration,
/// confusion, figures by class.
/// </summary>
internal static class EvaluationSection
{
    private const int MostCurves = 8;

    internal static void Write(StringBuilder html, SimulationOutcome run)
    {
        EvaluationCounts counts = run.Final.Counts;
        if (counts.Samples == 0)
        {
            return;
        }

        html.Append(CultureInfo.InvariantCulture,
            $"<h2>The model on all {counts.Samples} test rows, from the secure sum</h2>");
        Figures(html, run.Final.Test);
        if (counts.Confusion is not ConfusionMatrix confusion || counts.Scores.IsEmpty)
        {
            return;
        }

        html.Append("<div class=\"charts\">").Append(Roc(counts, run));
        if (counts.Layout.Task == LearningTask.Binary)
        {
            ThresholdCounts at = counts.Scores[0].At(run.Settings.ThresholdAt);
            confusion = at.Matrix;
            html.Append(Calibration(counts.Scores[0]));
            html.Append(Matrix(
                $"Confusion matrix, class {run.Classes[1]} above "
                + $"{at.Threshold.ToString("0.####", CultureInfo.InvariantCulture)}", confusion, run));
        }
        else
        {
            html.Append(Matrix("Confusion matrix, the most probable class", confusion, run));
        }

        html.Append("</div>");
        Classes(html, counts, confusion, run);
    }

    private static void Figures(StringBuilder html, MetricSummary figures)
    {
        (string Name, string? Value)[] all =
        [
            ("accuracy", figures.Accuracy is null ? null : MetricText.Share(figures.Accuracy)),
            ("AUC", figures.Auc is null ? null : MetricText.Auc(figures.Auc, figures.AucBound)),
            ("F1", figures.F1 is null ? null : MetricText.Number(figures.F1)),
            ("Brier score", figures.Brier is null ? null : MetricText.Number(figures.Brier)),
            ("R²", figures.R2 is null ? null : MetricText.Number(figures.R2)),
            ("RMSE", figures.Rmse is null ? null : MetricText.Number(figures.Rmse)),
            ("MAE", figures.Mae is null ? null : MetricText.Number(figures.Mae)),
            ("loss", figures.Diverged ? "diverged" : MetricText.Number(figures.Loss)),
        ];
        html.Append("<div class=\"tiles\">");
        foreach ((string name, string? value) in all.Where(one => one.Value is not null))
        {
            PageStyle.Tile(html, value!, name, bad: value == "diverged");
        }

        html.Append("</div>");
    }

    private static string Roc(EvaluationCounts counts, SimulationOutcome run)
    {
        List<Series> series = [new("chance", Chart.Palette[7], [(0, 0), (1, 1)], Dashed: true)];
        for (int c = 0; c < Math.Min(counts.Scores.Length, MostCurves); c++)
        {
            string name = counts.Layout.Task == LearningTask.Binary ? run.Classes[1] : run.Classes[c];
            AucEstimate? auc = counts.AucOf(c);
            series.Add(new Series(
                $"{name}: AUC {MetricText.Auc(auc?.Value, auc?.HalfWidth)}",
                counts.Scores.Length == 1 ? PageStyle.Ink : Chart.Palette[c % Chart.Palette.Count],
                [.. counts.Scores[c].Roc().Select(point => (point.FalsePositives, point.TruePositives))],
                IsMain: counts.Scores.Length == 1));
        }

        string left = counts.Scores.Length > MostCurves
            ? $"the first {MostCurves} of {counts.Scores.Length} classes, each against all others; " : "";
        return Chart.Lines(
            "ROC curve", new AxisSpec("1 - specificity", Two, FromZero: true),
            new AxisSpec("sensitivity", Two, FromZero: true), series,
            left + "counted in bins of scores: the exact AUC lies within the bound");
    }

    private static string Calibration(ScoreHistogram scores)
    {
        (double Predicted, double Observed)[] points =
            [.. scores.Calibration().Select(point => (point.Predicted, point.Observed))];
        double most = points.Length == 0 ? 1 : points.Max(point => Math.Max(point.Predicted, point.Observed));
        return Chart.Lines(
            "Calibration", new AxisSpec("predicted probability", AxisFormat.Compact, FromZero: true),
            new AxisSpec("share that is positive", AxisFormat.Compact, FromZero: true),
            [new Series("ideal", Chart.Palette[7], [(0, 0), (most, most)], Dashed: true),
                new Series("groups of like size", PageStyle.Ink, points, IsMain: true, Markers: true)],
            "rows in the order of their probability, in ten groups");
    }

    private static string Matrix(string title, ConfusionMatrix matrix, SimulationOutcome run) => MatrixChart.Square(
        title, "label", "prediction", run.Classes, (actual, predicted) => matrix[actual, predicted], Chart.Palette[0],
        "shaded by the share of the label's rows");

    private static void Classes(StringBuilder html, EvaluationCounts counts, ConfusionMatrix matrix,
        SimulationOutcome run)
    {
        html.Append("<h3>By class</h3>");
        PageStyle.Table(
            html,
            ["class", "test rows", "sensitivity", "specificity", "precision", "F1", "AUC against the others"],
            Enumerable.Range(0, matrix.ClassCount).Select(c =>
            {
                AucEstimate? auc = counts.AucOf(Math.Min(c, counts.Scores.Length - 1));
                return (IReadOnlyList<string>)
                [
                    run.Classes[c], matrix.Actual(c).ToString(CultureInfo.InvariantCulture),
                    MetricText.Share(matrix.Sensitivity(c)), MetricText.Share(matrix.Specificity(c)),
                    MetricText.Share(matrix.Precision(c)), MetricText.Number(matrix.F1(c)),
                    MetricText.Auc(auc?.Value, auc?.HalfWidth),
                ];
            }));
    }

    private static string Two(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
