namespace SecureFL.Learning.Metrics;

/// <summary>
/// The metrics of some rows as numbers. Null where one has no meaning for the task, no rows, or was not counted.
/// </summary>
public sealed record MetricSummary
{
    /// <summary>Rows.</summary>
    public long Samples { get; init; }

    /// <summary>Whether losses were infinite, no numbers or beyond all bounds.</summary>
    public bool Diverged { get; init; }

    /// <summary>Mean loss without regularisation, in the units of training.</summary>
    public double? Loss { get; init; }

    /// <summary>Share of rows that are right.</summary>
    public double? Accuracy { get; init; }

    /// <summary>AUC; for several classes the mean over them, each against the others.</summary>
    public double? Auc { get; init; }

    /// <summary>The exact AUC lies within <see cref="Auc"/> +- this.</summary>
    public double? AucBound { get; init; }

    /// <summary>AUC weighted by the classes' rows.</summary>
    public double? AucWeighted { get; init; }

    /// <summary>F1 of class 1 for a binary task (at one half), the mean over the classes for several.</summary>
    public double? F1 { get; init; }

    /// <summary>Mean F1 over the classes.</summary>
    public double? F1Macro { get; init; }

    /// <summary>Share of class 1 that is found at one half; binary tasks only.</summary>
    public double? Sensitivity { get; init; }

    /// <summary>Share of class 0 that is left alone at one half; binary tasks only.</summary>
    public double? Specificity { get; init; }

    /// <summary>Brier score.</summary>
    public double? Brier { get; init; }

    /// <summary>1 - squared error / variance of the targets.</summary>
    public double? R2 { get; init; }

    /// <summary>Root of the mean squared error, in the target's units.</summary>
    public double? Rmse { get; init; }

    /// <summary>Mean absolute error, in the target's units.</summary>
    public double? Mae { get; init; }

    /// <summary>The metrics that counters tell.</summary>
    /// <param name="counts">The counters.</param>
    /// <param name="units">How a regression's targets were scaled.</param>
    public static MetricSummary Of(EvaluationCounts counts, TargetUnits units)
    {
        ArgumentNullException.ThrowIfNull(counts);
        ConfusionMatrix? confusion = counts.Confusion;
        bool binary = confusion is not null && counts.Layout.Task == Data.LearningTask.Binary;
        AucEstimate? auc = counts.Auc;
        return new MetricSummary
        {
            Samples = counts.Samples,
            Diverged = counts.IsDiverged,
            Loss = counts.MeanLoss,
            Accuracy = counts.Accuracy,
            Auc = auc?.Value,
            AucBound = auc?.HalfWidth,
            AucWeighted = counts.WeightedAuc?.Value,
            F1 = binary ? confusion!.F1(1) : confusion?.MacroF1,
            F1Macro = confusion?.MacroF1,
            Sensitivity = binary ? confusion!.Sensitivity(1) : null,
            Specificity = binary ? confusion!.Specificity(1) : null,
            Brier = counts.Brier,
            R2 = counts.RSquared,
            Rmse = counts.RootMeanSquare is double root ? units.ErrorOf(root) : null,
            Mae = counts.MeanAbsolute is double mean ? units.ErrorOf(mean) : null,
        };
    }
}
