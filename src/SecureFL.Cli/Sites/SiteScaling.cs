using System.Collections.Immutable;
using SecureFL.Cli.Shell;
using SecureFL.Federated.Data;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Sites;

/// <summary>How features are scaled before training.</summary>
internal enum Normalization
{
    /// <summary>Mean and deviation of all sites together, from secure sums.</summary>
    Federated,

    /// <summary>Every site by mean and deviation of its own training rows.</summary>
    Site,

    /// <summary>Every site to 0..1 by the range of its own training rows: a secure sum has no minima, so there is no federated form.</summary>
    MinMax,

    /// <summary>Not at all; missing numbers become the mean of all sites together, from secure sums.</summary>
    None,
}

/// <summary>Scaled sites, and the scalings that a model file carries.</summary>
/// <param name="Sites">What the round engine trains on. Common test rows are dealt out to the sites in turn, so that their counts add up to the common figures.</param>
/// <param name="CommonTest">The common test rows, scaled; null for none.</param>
/// <param name="Scalings">By site; under the empty name the shared one.</param>
internal sealed record ScaledSites(
    IReadOnlyList<FederatedSite> Sites, Dataset? CommonTest, ImmutableSortedDictionary<string, FeatureScaling> Scalings);

/// <summary>Applies a <see cref="Normalization"/>.</summary>
internal static class SiteScaling
{
    internal static async Task<ScaledSites> ApplyAsync(LoadedSites loaded, Normalization normalization, ISecureSum sum, ulong seed, CancellationToken cancellationToken)
    {
        bool perSite = normalization is Normalization.Site or Normalization.MinMax;
        if (perSite && loaded.CommonTest is not null)
        {
            throw new CliException(
                ExitCode.Usage, $"with --normalize {normalization.ToString().ToLowerInvariant()}, test rows that belong to no site have no scaling", "give the test file a --site-column, or use --normalize federated");
        }

        ImmutableSortedDictionary<string, FeatureScaling> scalings = perSite
            ? loaded.Sites.ToImmutableSortedDictionary(site => site.Name, site => OwnScaling(FeatureStatistics.Of(site.Train), normalization))
            : await SharedAsync(loaded, normalization, sum, seed, cancellationToken).ConfigureAwait(false);
        Dataset Scale(string site, RawDataset data) => scalings.IsEmpty ? data.ToDataset() : (scalings.TryGetValue(site, out FeatureScaling? own) ? own : scalings[""]).Apply(data);
        Dataset? common = loaded.CommonTest is null ? null : Scale("", loaded.CommonTest);
        int sites = loaded.Sites.Count;
        IEnumerable<FederatedSite> scaled = loaded.Sites.Select((site, i) => new FederatedSite(
            site.Name, Scale(site.Name, site.Train), common is null ? site.Test is null ? null : Scale(site.Name, site.Test) : Share(common, i, sites)));
        return new ScaledSites([.. scaled], common, scalings);
    }

    private static async Task<ImmutableSortedDictionary<string, FeatureScaling>> SharedAsync(
        LoadedSites loaded, Normalization normalization, ISecureSum sum, ulong seed, CancellationToken cancellationToken)
    {
        ImmutableSortedDictionary<string, FeatureScaling> none = ImmutableSortedDictionary<string, FeatureScaling>.Empty;
        IEnumerable<RawDataset?> all = loaded.Sites.SelectMany(site => new[] { site.Train, site.Test }).Append(loaded.CommonTest);
        if (normalization == Normalization.None && !all.Any(data => data is not null && data.HasMissing))
        {
            return none;
        }

        IReadOnlyList<RawSite> raw = [.. loaded.Sites.Select(site => new RawSite(site.Name, site.Train, null))];
        FeatureStatistics statistics = await FederatedPreparation.SumStatisticsAsync(sum, raw, seed, cancellationToken: cancellationToken).ConfigureAwait(false);
        return none.Add("", normalization == Normalization.None ? FeatureScaling.None(statistics) : FeatureScaling.Standard(statistics));
    }

    private static FeatureScaling OwnScaling(FeatureStatistics statistics, Normalization normalization) =>
        normalization == Normalization.MinMax ? FeatureScaling.MinMax(statistics) : FeatureScaling.Standard(statistics);

    private static Dataset? Share(Dataset common, int site, int sites)
    {
        int[] rows = [.. Enumerable.Range(0, common.Count).Where(row => row % sites == site)];
        return rows.Length == 0 ? null : common.Select(rows);
    }
}
