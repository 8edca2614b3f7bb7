using System.Collections.Immutable;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>One federated run and its model's figures on rows that it did not see.</summary>
/// <param name="Name">The fold's number from 1, or the left-out site.</param>
/// <param name="Sites">Sites that it was trained on.</param>
/// <param name="TrainSamples">Their training rows.</param>
/// <param name="TestSamples">Rows that were held out.</param>
/// <param name="Rounds">Rounds that it took.</param>
/// <param name="Stopped">Why it ended.</param>
/// <param name="Test">Figures on the rows held out, from the last secure sum; null where training diverged.</param>
/// <param name="SumIsExact">Whether every sum that was compared is exact; null when none was.</param>
/// <param name="Diverged">What was wrong; null where nothing was.</param>
internal sealed record HeldOutRun(
    string Name, int Sites, long TrainSamples, long TestSamples, int Rounds, StopReason Stopped, MetricSummary? Test,
    bool? SumIsExact, string? Diverged);

/// <summary>What runs on a part of the rows say of the rest.</summary>
/// <param name="Folds">One run a fold; empty where rows were not cross-validated.</param>
/// <param name="Sites">One run a left-out site; empty where none was left out.</param>
internal sealed record HeldOutResults(ImmutableArray<HeldOutRun> Folds, ImmutableArray<HeldOutRun> Sites)
{
    /// <summary>All runs.</summary>
    internal IEnumerable<HeldOutRun> All => Folds.Concat(Sites);

    /// <summary>The mean of every figure over the folds; a figure that some fold lacks has none.</summary>
    internal MetricSummary? Mean => Folds.IsEmpty ? null : Combine(Folds, MeanOf);

    /// <summary>
    /// The standard deviation of every figure over the folds, with n - 1; a figure that some fold lacks has none.
    /// </summary>
    internal MetricSummary? Deviation => Folds.IsEmpty ? null : Combine(Folds, DeviationOf) with { AucBound = null };

    private static double MeanOf(double[] values) => values.Average();

    private static double DeviationOf(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1));
    }

    private static MetricSummary Combine(ImmutableArray<HeldOutRun> folds, Func<double[], double> how)
    {
        double? Of(Func<MetricSummary, double?> figure)
        {
            double[] values = [.. folds.Select(fold => fold.Test is null ? null : figure(fold.Test)).OfType<double>()];
            return values.Length == folds.Length ? how(values) : null;
        }

        return new MetricSummary
        {
            Samples = folds.Sum(fold => fold.TestSamples),
            Diverged = folds.Any(fold => fold.Diverged is not null || fold.Test is { Diverged: true }),
            Loss = Of(test => test.Loss),
            Accuracy = Of(test => test.Accuracy),
            Auc = Of(test => test.Auc),
            AucBound = Of(test => test.AucBound),
            AucWeighted = Of(test => test.AucWeighted),
            F1 = Of(test => test.F1),
            F1Macro = Of(test => test.F1Macro),
            Sensitivity = Of(test => test.Sensitivity),
            Specificity = Of(test => test.Specificity),
            Brier = Of(test => test.Brier),
            R2 = Of(test => test.R2),
            Rmse = Of(test => test.Rmse),
            Mae = Of(test => test.Mae),
        };
    }
}
