using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;

namespace SecureFL.Consortium.Plans;

/// <summary>
/// The preparation of some terms over sites that are all in this process: what a deployed session finds out in rounds.
/// </summary>
public static class LocalPreparation
{
    /// <summary>Takes all steps.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="trainers">The trainer under what is known, which finds the clips.</param>
    /// <param name="sites">The sites in the order of their numbers.</param>
    /// <param name="sum">What sums.</param>
    /// <param name="quantised">Whether updates are quantised; floats need no clips.</param>
    /// <param name="parallelism">Sites at work at the same time.</param>
    /// <param name="leaveOut">Leaves sites out of a step in which their trainer fails, as the round of a deployed
    /// session closes without them; null where that ends the preparation.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Task<PreparedState> RunAsync(
        TrainingTerms terms,
        Func<PreparedState, ILocalTrainer> trainers,
        IReadOnlyList<RawSite> sites,
        ISecureSum sum,
        bool quantised = true,
        int parallelism = 1,
        PreparationLeaveOut? leaveOut = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(trainers);
        ArgumentNullException.ThrowIfNull(sites);
        PreparationTerms preparation = quantised ? terms.PreparationTerms
            : terms.PreparationTerms with { Clips = null };
        SiteWorkOptions options = new()
        { Seed = terms.Seed, Weighting = terms.Weighting, MaxWeight = terms.MaxWeight ?? double.PositiveInfinity };
        ModelParameters initial = trainers(PreparedState.Empty).CreateInitial(terms.Seed);
        PreparingSite[] preparing =
            [.. sites.Select((site, i) => new PreparingSite(site.Name, site.Train, Once(async (state, token) =>
            await new SiteWork(trainers(state), options).FirstUpdateAsync(
                state.Scale(preparation, site with { Test = null }), i, initial, terms.UnitFrom(state) ?? 1, token)
                .ConfigureAwait(false))))];
        PreparationSteps steps = PreparationSteps.For(preparation, PreparationRun.CountersPerSum);
        return PreparationRun.RunAsync(steps, preparing, sum, terms.Seed, parallelism, leaveOut, cancellationToken);
    }

    /// <summary>The first update is the same for all steps that look at it: trained once and kept.</summary>
    internal static Func<PreparedState, CancellationToken, ValueTask<float[]>> Once(
        Func<PreparedState, CancellationToken, ValueTask<float[]>> first)
    {
        float[]? update = null;
        return async (state, token) => update ??= await first(state, token).ConfigureAwait(false);
    }
}
