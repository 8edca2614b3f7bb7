using SecureFL.Messages.Counters;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// Sums of counters before the first round, by which sites agree on scaling, class weights and categories without any
/// showing its own. They have round number 0.
/// </summary>
public static class FederatedPreparation
{
    /// <summary>The sums of one vector of counters a site.</summary>
    /// <exception cref="ArgumentException">Vectors of different lengths, or a counter beyond <paramref name="bits"/>
    /// bits.</exception>
    public static async Task<long[]> SumCountersAsync(
        ISecureSum sum, IReadOnlyList<string> sites, IReadOnlyList<long[]> counters, int bits, ulong seed,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sum);
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(counters);
        if (sites.Count != counters.Count || sites.Count == 0)
        {
            throw new ArgumentException($"{counters.Count} vectors of counters for {sites.Count} sites",
                nameof(counters));
        }

        return await SumCountersAsync(sum,
            [.. counters.Select((values, i) => new SiteContribution(sites[i], i, [], values))], bits, seed,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The same of contributions without an update, at least one; sites may be missing.</summary>
    internal static async Task<long[]> SumCountersAsync(
        ISecureSum sum, IReadOnlyList<SiteContribution> contributions, int bits, ulong seed,
        CancellationToken cancellationToken)
    {
        SecureSumRequest request = new()
        {
            Round = 0,
            Seed = seed,
            Counters = new CounterLayout(0,
                [.. contributions[0].Counters.Select((_, i) => new Counter($"{i}", (1L << bits) - 1))]),
            Contributions = contributions,
        };
        request.Check();
        SecureSumResult result = await sum.AggregateAsync(request, cancellationToken).ConfigureAwait(false);
        return result.Counters;
    }
}
