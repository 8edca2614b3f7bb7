using SecureFL.Cli.Sites;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Simulate;

/// <summary>Evaluates a model at every site, which only a simulation can.</summary>
internal static class ModelScore
{
    internal static async Task<ModelResult> OfAsync(ModelParameters model, ScaledSites scaled, ILocalTrainer trainer, ModelSpec? spec, CancellationToken cancellationToken)
    {
        EvaluationCounts train = new(trainer.Metrics);
        EvaluationCounts test = new(trainer.Metrics);
        List<SiteResult> sites = [];
        SiteResult? common = null;
        if (scaled.CommonTest is not null)
        {
            test = await trainer.EvaluateAsync(model, scaled.CommonTest, cancellationToken).ConfigureAwait(false);
            common = new SiteResult("", 0, scaled.CommonTest.Count, test.Accuracy, Auc(model, spec, scaled.CommonTest));
        }

        foreach (FederatedSite site in scaled.Sites)
        {
            train = train.Add(await trainer.EvaluateAsync(model, site.Train, cancellationToken).ConfigureAwait(false));
            if (common is not null)
            {
                sites.Add(common with { Site = site.Name, Samples = site.Train.Count });
                continue;
            }

            EvaluationCounts? own = site.Test is null ? null : await trainer.EvaluateAsync(model, site.Test, cancellationToken).ConfigureAwait(false);
            test = own is null ? test : test.Add(own);
            sites.Add(new SiteResult(site.Name, site.Train.Count, site.Test?.Count ?? 0, own?.Accuracy, site.Test is null ? null : Auc(model, spec, site.Test)));
        }

        return new ModelResult(model, train.MeanLoss, test.Accuracy, test.MeanLoss, [.. sites]);
    }

    private static double? Auc(ModelParameters model, ModelSpec? spec, Dataset data) =>
        spec?.Task == LearningTask.Binary ? Evaluator.ExactAuc(new FeedForwardModel(spec).Predict(model.Values, data), data.Labels) : null;
}
