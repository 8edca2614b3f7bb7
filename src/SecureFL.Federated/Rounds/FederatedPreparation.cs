using SecureFL.Aggregation;
using SecureFL.Federated.Data;
using SecureFL.Federated.Metrics;
using SecureFL.Federated.Models;
using SecureFL.Federated.Preparation;

namespace SecureFL.Federated.Rounds;

/// <summary>
/// What sites agree on before the first round, all of it by sums of counters, so that none shows its own: scaling statistics, class counts, category
/// counts. The sums have round number 0.
/// </summary>
public static class FederatedPreparation
{
    /// <summary>The scaling by mean and deviation of the union of all sites' training rows.</summary>
    /// <exception cref="DataFormatException">A site's numbers are too large to be summed.</exception>
    public static async Task<FeatureScaling> SumScalingAsync(
        ISecureSum sum, IReadOnlyList<RawSite> sites, ulong seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sites);
        RawDataset first = sites[0].Train;
        PreparationTerms terms = PreparationTerms.For(ScalingKind.Federated, null, first.Width, first.Task, first.ClassCount);
        PreparedState state = await PreparationRun.RunAsync(
            PreparationSteps.For(terms, PreparationRun.CountersPerSum),
            [.. sites.Select(site => new PreparingSite(site.Name, site.Train, (_, _) => throw new NotSupportedException("scaling takes no training")))],
            sum,
            seed,
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return state.Shared!;
    }

    /// <summary>Training rows of each class over all sites, for <see cref="ClassBalance"/>.</summary>
    public static Task<long[]> SumClassCountsAsync(
        ISecureSum sum, IReadOnlyList<FederatedSite> sites, ulong seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sites);
        long[][] counters = [.. sites.Select(site => site.Train.CountClasses())];
        return SumCountersAsync(sum, [.. sites.Select(site => site.Name)], counters, MetricLayout.CountBits, seed, cancellationToken);
    }

    /// <summary>The sums of one vector of counters a site.</summary>
    /// <exception cref="ArgumentException">Vectors of different lengths, or a counter beyond <paramref name="bits"/> bits.</exception>
    public static async Task<long[]> SumCountersAsync(
        ISecureSum sum, IReadOnlyList<string> sites, IReadOnlyList<long[]> counters, int bits, ulong seed, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sum);
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(counters);
        if (sites.Count != counters.Count || sites.Count == 0)
        {
            throw new ArgumentException($"{counters.Count} vectors of counters for {sites.Count} sites", nameof(counters));
        }

        return await SumCountersAsync(sum, [.. counters.Select((values, i) => new SiteContribution(sites[i], i, [], values))], bits, seed, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same of contributions without an update, at least one; sites may be missing.</summary>
    internal static async Task<long[]> SumCountersAsync(
        ISecureSum sum, IReadOnlyList<SiteContribution> contributions, int bits, ulong seed, CancellationToken cancellationToken)
    {
        SecureSumRequest request = new()
        {
            Round = 0,
            Seed = seed,
            Counters = new CounterLayout(0, [.. contributions[0].Counters.Select((_, i) => new Counter($"{i}", (1L << bits) - 1))]),
            Contributions = contributions,
        };
        request.Check();
        SecureSumResult result = await sum.AggregateAsync(request, cancellationToken).ConfigureAwait(false);
        return result.Counters;
    }
}
