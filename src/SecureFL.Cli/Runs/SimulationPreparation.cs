using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Checks;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>What the preparation left.</summary>
/// <param name="Scaled">The sites' rows as the model takes them.</param>
/// <param name="State">What the opened sums say.</param>
/// <param name="Trainer">The trainer.</param>
/// <param name="Terms">The settled terms.</param>
/// <param name="Clips">The clip of every tensor, found or asked for; null where nothing is quantised.</param>
internal sealed record SimulationPrepared(ScaledSites Scaled, PreparedState State, ILocalTrainer Trainer,
    TrainingTerms Terms, TensorClips? Clips);

/// <summary>
/// The sums before the first round, by the same steps that a deployed session takes: scaling, target scaling, weight
/// unit, class weights, clips.
/// </summary>
internal static class SimulationPreparation
{
    internal static async Task<SimulationPrepared> RunAsync(SimulationSettings settings, LoadedSites loaded,
        ISecureSum sum, CancellationToken cancellationToken)
    {
        (ILocalTrainer unweighted, TrainingTerms terms) = await TrainerFactory.CreateAsync(
            settings, loaded.Schema, loaded.Sites[0].Train, cancellationToken).ConfigureAwait(false);
        ILocalTrainer Create(PreparedState state) => terms.TrainerUnder(state) ?? unweighted;
        if (terms.PreparationTerms.Scaling == ScalingKind.None && UnscaledFeatures.Sentence(loaded) is string unscaled)
        {
            Talk.Line(unscaled);
        }

        bool quantised = !settings.Sum.IsFloat;
        PreparedState state = await LocalPreparation.RunAsync(
            terms, Create, [.. loaded.Sites.Select(site => new RawSite(site.Name, site.Train, null))], sum, quantised,
            settings.Parallelism,
            LeaveOut(settings, loaded.Sites.Count), cancellationToken).ConfigureAwait(false);
        TensorClips? clips = quantised ? terms.ClipsFrom(state) : null;
        return new SimulationPrepared(SiteScaling.Apply(loaded, terms.PreparationTerms, state), state, Create(state),
            terms, clips);
    }

    /// <summary>Names the sites whose training rows are all of one class.</summary>
    internal static void TellOfOneClass(LoadedSites loaded)
    {
        foreach (LoadedSite site in loaded.Sites)
        {
            if (OneClassRule.Sentence(site.Train, loaded.Schema?.Label.Classes ?? []) is string one)
            {
                Talk.Line($"site {site.Name}: {one}");
            }
        }
    }

    private static PreparationLeaveOut? LeaveOut(SimulationSettings settings, int sites) =>
        settings.OnTrainerFault == TrainerFaultRule.LeaveOut
        ? new PreparationLeaveOut(settings.MinClients(sites),
            fault => SimulationObserver.Tell(fault,
                "its first update is not among those that the clips are found from"))
        : null;

    /// <summary>Says what people should know of it: columns without information, targets that are scaled.</summary>
    internal static void Tell(PreparationTerms terms, PreparedState state)
    {
        const int Most = 8;
        string[] constant = state.Shared is null || terms.Scaling is ScalingKind.None or ScalingKind.Fixed
            ? []
            : [
                .. terms.Names
                    .Where((_, f) => state.Shared.Factor[f] == 0
                        && terms.Columns[f] is not (ColumnSum.Indicator or ColumnSum.Nothing))];
        if (constant.Length > 0)
        {
            string more = constant.Length > Most ? $" and {constant.Length - Most} more" : "";
            Talk.Line(
                $"the same number in every row, or none, so 0 for the model: "
                + $"{string.Join(", ", constant.Take(Most))}{more}");
        }

        if (state.Targets is { } targets)
        {
            Talk.Line(string.Create(
                CultureInfo.InvariantCulture,
                $"targets are scaled for training by mean {targets.Offset:G6} and deviation {1 / targets.Factor:G6} "
                + $"of all sites' rows; the model gives original units"));
        }
    }
}
