using SecureFL.Cli.Sites;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>
/// A run's last secure sum as metrics, and beside it the model at every site by itself, which only a simulation can
/// look at. A common test file's rows are nobody's: they stand by themselves, never under a site's name.
/// </summary>
internal static class ModelScore
{
    private const string CommonTest = "common test file";

    internal static async Task<ModelResult> OfAsync(
        TrainingOutcome outcome, ScaledSites scaled, ILocalTrainer trainer, ModelSpec? spec, TargetUnits units,
        CancellationToken cancellationToken)
    {
        List<SiteResult> sites = [];
        foreach (FederatedSite site in scaled.Sites)
        {
            Dataset? test = scaled.CommonTest is null ? site.Test : null;
            sites.Add(new SiteResult(
                site.Name, site.Train.Count, test?.Count ?? 0, await MeasureAsync(site.Train).ConfigureAwait(false),
                test is null ? null : await MeasureAsync(test).ConfigureAwait(false)));
        }

        SiteResult? common = scaled.CommonTest is null
            ? null
            : new SiteResult(CommonTest, 0, scaled.CommonTest.Count, null,
                await MeasureAsync(scaled.CommonTest).ConfigureAwait(false));
        return new ModelResult(
            outcome.Model, outcome.Test, MetricSummary.Of(outcome.Train, units), MetricSummary.Of(outcome.Test, units),
            [.. sites], common);

        async Task<MetricSummary> MeasureAsync(Dataset data)
        {
            EvaluationCounts counts = await trainer.EvaluateAsync(outcome.Model, data, cancellationToken)
                .ConfigureAwait(false);
            return WithExactAuc(MetricSummary.Of(counts, units), spec, outcome.Model, data);
        }
    }

    /// <summary>
    /// The summary with the exact AUC in the place of the one from bins, where a built-in model can give every row's
    /// score.
    /// </summary>
    internal static MetricSummary WithExactAuc(MetricSummary summary, ModelSpec? spec, ModelParameters model,
        Dataset data) =>
        spec?.Task == LearningTask.Binary && Evaluator.ExactAuc(spec, model.Values, data) is double exact
            ? summary with { Auc = exact, AucWeighted = exact, AucBound = 0 }
            : summary;
}
