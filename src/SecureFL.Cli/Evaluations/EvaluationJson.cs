using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Metrics;

namespace SecureFL.Cli.Evaluations;

/// <summary>
/// A model's figures on some rows as JSON: part of <c>simulate --json</c> (<c>final</c>) and all of
/// <c>evaluate --json</c>.
/// </summary>
internal static class EvaluationJson
{
    /// <summary>The metrics alone; null where a task has none of the kind.</summary>
    internal static Dictionary<string, object?> Figures(MetricSummary? figures) => new()
    {
        ["loss"] = figures?.Loss,
        ["accuracy"] = figures?.Accuracy,
        ["auc"] = figures?.Auc,
        ["aucBound"] = figures?.AucBound,
        ["aucWeighted"] = figures?.AucWeighted,
        ["f1"] = figures?.F1,
        ["f1Macro"] = figures?.F1Macro,
        ["sensitivity"] = figures?.Sensitivity,
        ["specificity"] = figures?.Specificity,
        ["brier"] = figures?.Brier,
        ["r2"] = figures?.R2,
        ["rmse"] = figures?.Rmse,
        ["mae"] = figures?.Mae,
        ["diverged"] = figures?.Diverged ?? false,
    };

    /// <summary>Metrics, confusion matrix, figures by class, at thresholds, calibration and ROC.</summary>
    internal static Dictionary<string, object?> Of(EvaluationCounts counts, MetricSummary figures,
        ImmutableArray<string> classes, double threshold)
    {
        Dictionary<string, object?> json = Figures(figures);
        ConfusionMatrix? confusion = counts.Confusion;
        ScoreHistogram? scores = counts.Layout.Task == LearningTask.Binary && !counts.Scores.IsEmpty
            ? counts.Scores[0] : null;
        json["confusion"] = confusion is null ? null : new { Classes = classes, Matrix = Rows(confusion) };
        json["classes"] = confusion is null ? null
            : Enumerable.Range(0, classes.Length).Select(c => Class(counts, confusion, classes, c));
        json["atThreshold"] = scores is null ? null : At(scores.At(threshold));
        json["youden"] = scores?.Youden() is ThresholdCounts best ? At(best) : null;
        json["calibration"] = scores?.Calibration();
        json["roc"] = scores?.Roc();
        return json;
    }

    private static object Class(EvaluationCounts counts, ConfusionMatrix confusion,
        ImmutableArray<string> classes, int c)
    {
        // The other class of a binary task has the mirrored scores, and so the same AUC.
        AucEstimate? auc = counts.Scores.IsEmpty ? null : counts.AucOf(Math.Min(c, counts.Scores.Length - 1));
        return new
        {
            Class = classes[c],
            Rows = confusion.Actual(c),
            Sensitivity = confusion.Sensitivity(c),
            Specificity = confusion.Specificity(c),
            Precision = confusion.Precision(c),
            F1 = confusion.F1(c),
            Auc = auc?.Value,
            AucBound = auc?.HalfWidth,
        };
    }

    private static object At(ThresholdCounts counts) => new
    {
        counts.Threshold,
        Sensitivity = counts.Matrix.Sensitivity(1),
        Specificity = counts.Matrix.Specificity(1),
        Precision = counts.Matrix.Precision(1),
        F1 = counts.Matrix.F1(1),
        Accuracy = counts.Matrix.Accuracy,
        Confusion = Rows(counts.Matrix),
    };

    private static long[][] Rows(ConfusionMatrix matrix) =>
        [.. Enumerable.Range(0, matrix.ClassCount)
            .Select(actual => Enumerable.Range(0, matrix.ClassCount).Select(predicted => matrix[actual, predicted])
                .ToArray())];
}
