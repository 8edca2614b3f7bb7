using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;
using SecureFL.Federated.Preparation;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Simulate;

/// <summary>What the preparation left.</summary>
/// <param name="Scaled">The sites' rows as the model takes them.</param>
/// <param name="State">What the opened sums say.</param>
/// <param name="Trainer">The trainer.</param>
/// <param name="Spec">Its architecture where it is a built-in one.</param>
/// <param name="Clips">The clip of every tensor, found or asked for; null where nothing is quantised.</param>
internal sealed record SimulationPrepared(ScaledSites Scaled, PreparedState State, ILocalTrainer Trainer, ModelSpec? Spec, TensorClips? Clips);

/// <summary>The sums before the first round, by the same steps that a deployed session takes: scaling, target scaling, weight unit, class weights, clips.</summary>
internal static class SimulationPreparation
{
    internal static async Task<SimulationPrepared> RunAsync(SimulationSettings settings, LoadedSites loaded, ISecureSum sum, CancellationToken cancellationToken)
    {
        RawDataset first = loaded.Sites[0].Train;
        bool quantised = settings.Bits != SimulationSettings.FloatBits;
        (ILocalTrainer unweighted, ModelSpec? spec) = await TrainerFactory.CreateAsync(settings, first, [], cancellationToken).ConfigureAwait(false);
        ModelLayout layout = unweighted.Layout;
        async ValueTask<ILocalTrainer> CreateAsync(PreparedState state) => state.ClassWeights.IsEmpty || settings.TrainerCommand is not null
            ? unweighted
            : (await TrainerFactory.CreateAsync(settings, first, state.ClassWeights, cancellationToken).ConfigureAwait(false)).Trainer;
        PreparationTerms terms = PreparationTerms.For(settings.Normalization, loaded.Schema, first.Width, first.Task, first.ClassCount) with
        {
            Targets = first.Task == LearningTask.Regression,
            Rows = settings.Federation.Weighting == Weighting.Samples,
            ClassCounts = settings.BalancedClasses && first.Task != LearningTask.Regression,
            Clips = quantised && settings.Clip is null ? layout : null,
        };
        SiteWorkOptions work = new() { Seed = settings.Federation.Seed, Weighting = settings.Federation.Weighting, MaxWeight = settings.Federation.MaxWeight };
        PreparingSite[] sites = [.. loaded.Sites.Select((site, i) => new PreparingSite(site.Name, site.Train, async (state, token) =>
        {
            ILocalTrainer trainer = await CreateAsync(state).ConfigureAwait(false);
            FederatedSite scaled = state.Scale(terms, new RawSite(site.Name, site.Train, null));
            return await new SiteWork(trainer, work)
                .FirstUpdateAsync(scaled, i, trainer.CreateInitial(settings.Federation.Seed), UnitOf(settings, state), token).ConfigureAwait(false);
        }))];
        PreparationSteps steps = PreparationSteps.For(terms, PreparationRun.CountersPerSum);
        PreparedState state = await PreparationRun.RunAsync(
            steps, sites, sum, settings.Federation.Seed, settings.Federation.Parallelism, cancellationToken).ConfigureAwait(false);
        Tell(terms, state);
        TensorClips? clips = !quantised ? null : settings.Clip is float clip ? new TensorClips(layout, [clip]) : state.Clips;
        return new SimulationPrepared(SiteScaling.Apply(loaded, terms, state), state, await CreateAsync(state).ConfigureAwait(false), spec, clips);
    }

    /// <summary>Training rows that make weight 1.</summary>
    internal static double UnitOf(SimulationSettings settings, PreparedState state) =>
        settings.Federation.Weighting == Weighting.Equal ? 1 : settings.Federation.WeightUnit ?? state.WeightUnit ?? 1;

    private static void Tell(PreparationTerms terms, PreparedState state)
    {
        const int Most = 8;
        string[] constant = state.Shared is null || terms.Scaling is ScalingKind.None or ScalingKind.Fixed
            ? []
            : [.. terms.Names.Where((_, f) => state.Shared.Factor[f] == 0 && terms.Columns[f] is not (ColumnSum.Indicator or ColumnSum.Nothing))];
        if (constant.Length > 0)
        {
            string more = constant.Length > Most ? $" and {constant.Length - Most} more" : "";
            Talk.Line($"the same number in every row, or none, so 0 for the model: {string.Join(", ", constant.Take(Most))}{more}");
        }

        if (state.Targets is { } targets)
        {
            Talk.Line(string.Create(
                CultureInfo.InvariantCulture, $"targets are scaled for training by mean {targets.Offset:G6} and deviation {1 / targets.Factor:G6} of all sites' rows; the model gives original units"));
        }
    }
}
