using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Preparation;

/// <summary>Sites whose trainer fails in a step are left out of it.</summary>
/// <param name="MinimumContributors">Fewest sites in a step's sum.</param>
/// <param name="Told">Told of every fault; may be called from several threads.</param>
public sealed record PreparationLeaveOut(int MinimumContributors, Action<TrainerFaultException> Told);

/// <summary>Takes the steps of a preparation over sites that are all here. Stateless.</summary>
public static class PreparationRun
{
    /// <summary>Counters of one sum: as many as a plan may have.</summary>
    public const int CountersPerSum = 4096;

    /// <summary>Sums step after step; the sums have round number 0.</summary>
    /// <param name="steps">The steps.</param>
    /// <param name="sites">The sites, in the order of their numbers.</param>
    /// <param name="sum">What sums.</param>
    /// <param name="seed">The user's seed.</param>
    /// <param name="parallelism">Sites at work at the same time.</param>
    /// <param name="leaveOut">Leaves sites out of a step in which their trainer fails; null where that ends the
    /// preparation.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="DataFormatException">A site's numbers cannot be summed: names the column.</exception>
    /// <exception cref="TrainerFaultException">A site's trainer failed, and is not left out.</exception>
    /// <exception cref="TooFewContributorsException">Fewer sites are left than may be summed.</exception>
    public static async Task<PreparedState> RunAsync(
        PreparationSteps steps, IReadOnlyList<PreparingSite> sites, ISecureSum sum, ulong seed, int parallelism = 1,
        PreparationLeaveOut? leaveOut = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(sum);
        List<long> totals = [];
        PreparedState state = steps.Read([], 0);
        for (int i = 0; i < steps.Steps.Length; i++)
        {
            PreparationStep step = steps.Steps[i];
            SiteContribution[] contributions =
                await GatherAsync(step, sites, state, parallelism, leaveOut, cancellationToken).ConfigureAwait(false);
            totals.AddRange(await FederatedPreparation.SumCountersAsync(sum, contributions, WideInteger.LimbBits, seed,
                cancellationToken).ConfigureAwait(false));
            state = steps.Read(totals.ToArray(), i + 1, newest: SitesInSum.Exactly(contributions.Length));
        }

        return state;
    }

    private static async Task<SiteContribution[]> GatherAsync(
        PreparationStep step, IReadOnlyList<PreparingSite> sites, PreparedState state, int parallelism,
        PreparationLeaveOut? leaveOut, CancellationToken cancellationToken)
    {
        SiteContribution?[] contributions = new SiteContribution?[sites.Count];
        await Parallel.ForEachAsync(
            Enumerable.Range(0, sites.Count),
            new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
            async (s, token) =>
            {
                try
                {
                    contributions[s] = new SiteContribution(sites[s].Name, s, [],
                        await step.ContributeAsync(sites[s], state, token).ConfigureAwait(false));
                }
                catch (TrainerFaultException fault) when (leaveOut is not null)
                {
                    leaveOut.Told(fault.At(sites[s].Name, TrainerFaultException.Preparation));
                }
            }).ConfigureAwait(false);
        SiteContribution[] came = [.. contributions.OfType<SiteContribution>()];
        int least = Math.Max(1, leaveOut?.MinimumContributors ?? 0);
        return came.Length == sites.Count || came.Length >= least ? came
            : throw new TooFewContributorsException(0, came.Length, least, "whose trainers did not fail");
    }
}
