using System.Collections.Immutable;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Sites;

/// <summary>Scaled sites, and the scalings that a model file carries.</summary>
/// <param name="Sites">What the round engine trains on. Common test rows are dealt out to the sites in turn, so that
/// their counts add up to the common figures.</param>
/// <param name="CommonTest">The common test rows, scaled; null for none.</param>
/// <param name="Scalings">By site; under the empty name the shared one.</param>
internal sealed record ScaledSites(
    IReadOnlyList<FederatedSite> Sites, Dataset? CommonTest,
    ImmutableSortedDictionary<string, FeatureScaling> Scalings);

/// <summary>Rows as the model takes them.</summary>
internal static class SiteScaling
{
    /// <summary>
    /// Scales all sites' rows by what the preparation found out; common test rows are those of a site that nobody
    /// knows.
    /// </summary>
    internal static ScaledSites Apply(LoadedSites loaded, PreparationTerms terms, PreparedState state)
    {
        Dataset? common = loaded.CommonTest is null ? null
            : state.Scale(state.ScalingOf(terms, null), loaded.CommonTest, "the test file");
        ImmutableSortedDictionary<string, FeatureScaling>.Builder scalings =
            ImmutableSortedDictionary.CreateBuilder<string, FeatureScaling>();
        if (state.Shared is not null)
        {
            scalings.Add("", state.Shared);
        }

        List<FederatedSite> sites = [];
        foreach (LoadedSite site in loaded.Sites)
        {
            FeatureScaling? own = state.ScalingOf(terms, site.Train);
            if (terms.Scaling is ScalingKind.Site or ScalingKind.MinMax)
            {
                scalings.Add(site.Name, own!);
            }

            Dataset? test = common is not null ? Share(common, sites.Count, loaded.Sites.Count)
                : site.Test is null ? null
                : state.Scale(own, site.Test, site.Name);
            sites.Add(new FederatedSite(site.Name, state.Scale(own, site.Train, site.Name), test));
        }

        return new ScaledSites(sites, common, scalings.ToImmutable());
    }

    private static Dataset? Share(Dataset common, int site, int sites)
    {
        int[] rows = [.. Enumerable.Range(0, common.Count).Where(row => row % sites == site)];
        return rows.Length == 0 ? null : common.Select(rows);
    }
}
