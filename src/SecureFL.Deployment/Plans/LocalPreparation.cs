using SecureFL.Federated.Models;
using SecureFL.Federated.Preparation;
using SecureFL.Federated.Rounds;

namespace SecureFL.Deployment.Plans;

/// <summary>The preparation of some terms over sites that are all in this process: what a deployed session finds out in rounds.</summary>
public static class LocalPreparation
{
    /// <summary>Takes all steps.</summary>
    /// <param name="terms">The terms.</param>
    /// <param name="trainer">The trainer that finds the clips.</param>
    /// <param name="sites">The sites in the order of their numbers.</param>
    /// <param name="sum">What sums.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static Task<PreparedState> RunAsync(
        TrainingTerms terms, ILocalTrainer trainer, IReadOnlyList<RawSite> sites, ISecureSum sum, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(terms);
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(sites);
        SiteWork work = new(
            trainer,
            new SiteWorkOptions { Seed = terms.Seed, Weighting = terms.Weighting, MaxWeight = terms.MaxWeight ?? double.PositiveInfinity });
        PreparationTerms preparation = terms.PreparationTerms;
        ModelParameters initial = trainer.CreateInitial(terms.Seed);
        PreparingSite[] preparing = [.. sites.Select((site, i) => new PreparingSite(site.Name, site.Train, (state, token) =>
            work.FirstUpdateAsync(state.Scale(preparation, site), i, initial, terms.UnitFrom(state) ?? 1, token)))];
        return PreparationRun.RunAsync(terms.Preparation, preparing, sum, terms.Seed, cancellationToken: cancellationToken);
    }
}
