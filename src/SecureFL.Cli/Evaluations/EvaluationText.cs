using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SecureFL.Learning.Data;
using SecureFL.Learning.Metrics;

namespace SecureFL.Cli.Evaluations;

/// <summary>
/// A model's figures on some rows, in plain lines: what <c>simulate</c> ends with and <c>evaluate</c> prints.
/// </summary>
internal static class EvaluationText
{
    private const int MostListedClasses = 12;

    /// <summary>The metrics, each on a line of its own.</summary>
    internal static void Figures(StringBuilder text, MetricSummary figures)
    {
        if (figures.Diverged)
        {
            text.AppendLine("DIVERGED      some losses are infinite or no numbers");
        }

        (string Name, string? Value)[] lines =
        [
            ("loss", figures.Loss is null ? null : MetricText.Number(figures.Loss)),
            ("accuracy", figures.Accuracy is null ? null : MetricText.Share(figures.Accuracy)),
            ("AUC", figures.Auc is null ? null : MetricText.Auc(figures.Auc, figures.AucBound)),
            ("F1", figures.F1 is null ? null : MetricText.Number(figures.F1)),
            ("Brier score", figures.Brier is null ? null : MetricText.Number(figures.Brier)),
            ("R²", figures.R2 is null ? null : MetricText.Number(figures.R2)),
            ("RMSE", figures.Rmse is null ? null : MetricText.Number(figures.Rmse)),
            ("MAE", figures.Mae is null ? null : MetricText.Number(figures.Mae)),
        ];
        foreach ((string name, string? value) in lines.Where(line => line.Value is not null))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{name,-13} {value}");
        }
    }

    /// <summary>Figures by class, at a threshold for a binary task, and the confusion matrix.</summary>
    internal static void Classes(StringBuilder text, EvaluationCounts counts, ImmutableArray<string> classes,
        double threshold)
    {
        if (counts.Layout.Task == LearningTask.Regression)
        {
            return;
        }

        if (counts.Layout.ClassCount > MetricLayout.MaxDetailedClasses)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"no AUC, F1 and confusion matrix: counted up to {MetricLayout.MaxDetailedClasses} classes, there "
                + $"are {counts.Layout.ClassCount}");
            return;
        }

        if (counts.Confusion is not ConfusionMatrix matrix)
        {
            return;
        }

        if (counts.Layout.Task == LearningTask.Binary)
        {
            ScoreHistogram scores = counts.Scores[0];
            ThresholdCounts asked = scores.At(threshold);
            At(text, $"above {asked.Threshold.ToString("0.####", CultureInfo.InvariantCulture)}", classes[1], asked);
            if (scores.Youden() is ThresholdCounts best)
            {
                At(text, $"best, above {best.Threshold.ToString("0.####", CultureInfo.InvariantCulture)} (Youden)",
                    classes[1], best);
            }

            matrix = asked.Matrix;
        }
        else
        {
            Table(text, counts, matrix, classes);
        }

        if (classes.Length <= MostListedClasses)
        {
            Matrix(text, matrix, classes);
        }
    }

    private static void At(StringBuilder text, string where, string positive, ThresholdCounts counts) =>
        text.AppendLine(
        CultureInfo.InvariantCulture,
        $"{where}: sensitivity {MetricText.Share(counts.Matrix.Sensitivity(1))}, specificity "
        + $"{MetricText.Share(counts.Matrix.Specificity(1))}, precision "
        + $"{MetricText.Share(counts.Matrix.Precision(1))}, F1 {MetricText.Number(counts.Matrix.F1(1))} for class "
        + $"{positive}");

    private static void Table(StringBuilder text, EvaluationCounts counts, ConfusionMatrix matrix,
        ImmutableArray<string> classes)
    {
        int width = Math.Max(5, classes.Max(name => name.Length));
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{"class".PadRight(width)}      rows  sensitivity  specificity  precision      F1  AUC");
        for (int c = 0; c < classes.Length; c++)
        {
            AucEstimate? auc = counts.AucOf(c);
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{classes[c].PadRight(width)}  {matrix.Actual(c),8}  {MetricText.Share(matrix.Sensitivity(c)),11}  "
                + $"{MetricText.Share(matrix.Specificity(c)),11}  {MetricText.Share(matrix.Precision(c)),9}  "
                + $"{MetricText.Number(matrix.F1(c)),6}  {MetricText.Auc(auc?.Value, auc?.HalfWidth)}");
        }
    }

    private static void Matrix(StringBuilder text, ConfusionMatrix matrix, ImmutableArray<string> classes)
    {
        int width = Math.Max(7, classes.Max(name => name.Length) + 1);
        text.AppendLine("label (down) against prediction (across)");
        text.AppendLine(new string(' ', width) + string.Concat(classes.Select(name => name.PadLeft(width))));
        for (int actual = 0; actual < classes.Length; actual++)
        {
            int row = actual;
            text.AppendLine(classes[actual].PadRight(width) + string.Concat(classes.Select((_, predicted) =>
                matrix[row, predicted].ToString(CultureInfo.InvariantCulture).PadLeft(width))));
        }
    }
}
