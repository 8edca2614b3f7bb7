using SecureFL.Aggregation;
using SecureFL.Federated.Data;
using SecureFL.Federated.Rounds;

namespace SecureFL.Federated.Preparation;

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
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="DataFormatException">A site's numbers cannot be summed: names the column.</exception>
    public static async Task<PreparedState> RunAsync(
        PreparationSteps steps, IReadOnlyList<PreparingSite> sites, ISecureSum sum, ulong seed, int parallelism = 1, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(steps);
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(sum);
        List<long> totals = [];
        PreparedState state = steps.Read([], 0);
        for (int i = 0; i < steps.Steps.Length; i++)
        {
            PreparationStep step = steps.Steps[i];
            long[][] counters = new long[sites.Count][];
            PreparedState known = state;
            await Parallel.ForEachAsync(
                Enumerable.Range(0, sites.Count),
                new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
                async (s, token) => counters[s] = await step.ContributeAsync(sites[s], known, token).ConfigureAwait(false)).ConfigureAwait(false);

            totals.AddRange(await FederatedPreparation.SumCountersAsync(
                sum, [.. sites.Select(site => site.Name)], counters, WideInteger.LimbBits, seed, cancellationToken).ConfigureAwait(false));
            state = steps.Read(totals.ToArray(), i + 1);
        }

        return state;
    }
}
