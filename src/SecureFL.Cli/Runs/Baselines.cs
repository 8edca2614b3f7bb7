using System.Collections.Immutable;
using SecureFL.Cli.Sites;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>Whether the federated model is compared with each site alone and with all rows in one place.</summary>
internal enum BaselineChoice
{
    /// <summary>Where it costs some seconds at most.</summary>
    Auto,

    /// <summary>Always.</summary>
    On,

    /// <summary>Never.</summary>
    Off,
}

/// <summary>A model that one site trained on its own rows.</summary>
/// <param name="Site">The site.</param>
/// <param name="Samples">Its training rows.</param>
/// <param name="OwnTest">Its figures on the site's own test rows; null without any, and where training
/// diverged.</param>
/// <param name="AllTest">Its figures on all test rows; null likewise.</param>
/// <param name="Diverged">What was wrong; null where nothing was.</param>
internal sealed record LocalOnly(string Site, int Samples, MetricSummary? OwnTest, MetricSummary? AllTest,
    string? Diverged);

/// <summary>A model that was trained on all rows in one place.</summary>
/// <param name="Samples">Training rows.</param>
/// <param name="Test">Its figures on all test rows; null without any, and where training diverged.</param>
/// <param name="Diverged">What was wrong; null where nothing was.</param>
internal sealed record PooledModel(int Samples, MetricSummary? Test, string? Diverged);

/// <summary>What the federated model is to be compared with.</summary>
internal sealed record BaselineResults(ImmutableArray<LocalOnly> LocalOnly, PooledModel Pooled);

/// <summary>
/// Each site alone, and all rows in one place: the same trainer, rounds, and steps or epochs a round as the federated
/// run, without any sum. Only a simulation, which has all rows, can do this.
/// </summary>
internal sealed class Baselines(ulong seed, int rounds, double averageDecay, ScaledSites scaled, ILocalTrainer trainer,
    TargetUnits units)
{
    /// <summary>
    /// Multiplications and additions up to which the comparison is made without being asked for: some seconds.
    /// </summary>
    internal const double Affordable = 2e10;

    private readonly FederationOptions _alone = new()
    {
        Seed = seed,
        Stopping = new StoppingRules { Rounds = rounds },
        Weighting = Weighting.Equal,
        AverageDecay = averageDecay,
    };

    /// <summary>
    /// Whether to compare: as asked for, else where a built-in trainer (<paramref name="training"/> is not null) does
    /// it in some seconds.
    /// </summary>
    internal bool AreDue(BaselineChoice choice, LocalTrainingOptions? training) => choice switch
    {
        BaselineChoice.On => true,
        BaselineChoice.Off => false,
        _ => training is not null && 6.0 * rounds * trainer.Layout.Length
            * scaled.Sites.Sum(site => RowsARound(training, site.Train.Count)) <= Affordable,
    };

    internal async Task<BaselineResults> RunAsync(CancellationToken cancellationToken)
    {
        Dataset? all = scaled.CommonTest
            ?? Join([.. scaled.Sites.Where(site => site.Test is not null).Select(site => site.Test!)]);
        ImmutableArray<LocalOnly>.Builder alone = ImmutableArray.CreateBuilder<LocalOnly>();
        foreach (FederatedSite site in scaled.Sites)
        {
            (ModelParameters? model, string? wrong) = await TrainAsync(site, cancellationToken).ConfigureAwait(false);
            alone.Add(new LocalOnly(
                site.Name,
                site.Train.Count,
                await TestAsync(model, site.Test, cancellationToken).ConfigureAwait(false),
                await TestAsync(model, all, cancellationToken).ConfigureAwait(false),
                wrong));
        }

        Dataset rows = Join([.. scaled.Sites.Select(site => site.Train)])!;
        (ModelParameters? pooled, string? fault) =
            await TrainAsync(new FederatedSite("all rows", rows, null), cancellationToken).ConfigureAwait(false);
        return new BaselineResults(alone.ToImmutable(),
            new PooledModel(rows.Count, await TestAsync(pooled, all, cancellationToken).ConfigureAwait(false), fault));
    }

    private static Dataset? Join(IReadOnlyList<Dataset> parts) => parts.Count == 0 ? null : Dataset.Concatenate(parts);

    private async Task<(ModelParameters? Model, string? Diverged)> TrainAsync(FederatedSite site,
        CancellationToken cancellationToken)
    {
        try
        {
            ILocalTrainer own = trainer is GradientTrainer builtIn ? builtIn.Alone(site.Train) : trainer;
            FederatedAveraging run = new(_alone, [site with { Test = null }], own, new PlaintextSum());
            TrainingOutcome outcome = await run.RunAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
            return outcome.Stopped == StopReason.Diverged
                ? (null, $"training diverged in round {outcome.History.Length}") : (outcome.Model, null);
        }
        catch (TrainingDivergedException diverged)
        {
            return (null, $"training diverged in round {diverged.Round}");
        }
    }

    private async Task<MetricSummary?> TestAsync(ModelParameters? model, Dataset? rows,
        CancellationToken cancellationToken) =>
        model is null || rows is null || rows.Count == 0
            ? null
            : MetricSummary.Of(await trainer.EvaluateAsync(model, rows, cancellationToken)
                .ConfigureAwait(false), units);

    private static double RowsARound(LocalTrainingOptions training, int rows) => training.Steps > 0
        ? (double)training.Steps * (training.BatchSize == 0 ? rows : Math.Min(rows, training.BatchSize))
        : (double)training.Epochs * rows;
}
