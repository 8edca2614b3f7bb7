using System.Collections.Immutable;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Preparation;

/// <summary>
/// What the opened sums of the preparation say; parts whose steps have not been opened yet are null. Immutable.
/// </summary>
public sealed record PreparedState
{
    /// <summary>Nothing is known yet.</summary>
    public static PreparedState Empty { get; } = new();

    /// <summary>Sites in the first sum.</summary>
    public long Sites { get; init; }

    /// <summary>Their training rows.</summary>
    public long Rows { get; init; }

    /// <summary>Training rows of every class; empty where they were not counted.</summary>
    public ImmutableArray<long> ClassCounts { get; init; } = [];

    /// <summary>
    /// The scaling that all sites share: how features of rows are scaled whose site has no scaling of its own. Null for
    /// none.
    /// </summary>
    public FeatureScaling? Shared { get; init; }

    /// <summary>How regression targets are scaled; null for not.</summary>
    public TargetScaling? Targets { get; init; }

    /// <summary>
    /// For every feature, whether it is a category that too few rows have, or too few have not, for sums of its
    /// products; empty where no products are summed.
    /// </summary>
    public ImmutableArray<bool> Rare { get; init; } = [];

    /// <summary>
    /// Second moments of all scaled training rows, rare classes weighed up where that was asked for; null where they
    /// were not summed.
    /// </summary>
    public SecondMoments? SecondMoments { get; init; }

    /// <summary>
    /// Second moments that were beyond what squares allow which other sites' rows were summed to, and were lowered to
    /// that: the sums of the second moments closed with different contributors.
    /// </summary>
    public int LoweredMoments { get; init; }

    /// <summary>What people should know of <see cref="LoweredMoments"/>; null where there are none.</summary>
    public string? Note => LoweredMoments == 0 ? null : string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"the sums of second moments were not all of the same sites: {LoweredMoments} of "
        + $"{SecondMoments!.Packed.Length} products did not fit their squares "
        + $"and were lowered to what those allow; training is as safe, and may take more rounds");

    /// <summary>The clip of every tensor; null where it was not looked for.</summary>
    public TensorClips? Clips { get; init; }

    /// <summary>Training rows that make weight 1: the mean over the sites; null without a count.</summary>
    public double? WeightUnit => Sites > 0 && Rows > 0 ? (double)Rows / Sites : null;

    /// <summary>Loss weights that make up for rare classes; empty where classes were not counted.</summary>
    public ImmutableArray<float> ClassWeights => ClassCounts.IsEmpty ? [] : ClassBalance.Balanced(ClassCounts.AsSpan());

    /// <summary>The scaling of the rows of one site.</summary>
    /// <param name="terms">What was agreed.</param>
    /// <param name="train">The site's training rows; null for rows whose site is not known.</param>
    public FeatureScaling? ScalingOf(PreparationTerms terms, RawDataset? train)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (train is null || terms.Scaling is not (ScalingKind.Site or ScalingKind.MinMax))
        {
            return Shared;
        }

        FeatureStatistics own = FeatureStatistics.Of(train);
        return (terms.Scaling == ScalingKind.Site ? FeatureScaling.Standard(own)
            : FeatureScaling.MinMax(own)).Or(Shared, own);
    }

    /// <summary>Rows as the model takes them.</summary>
    /// <exception cref="DataFormatException">A number is missing in arrays that are not scaled: there is nothing to put
    /// in its place.</exception>
    public Dataset Scale(FeatureScaling? scaling, RawDataset data, string source)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (scaling is null && data.HasMissing)
        {
            throw new DataFormatException(source,
                "a number is missing, and without scaling nothing says what to put in its place; scale the features "
                + "(--normalize federated)");
        }

        return scaling?.Apply(data, Targets) ?? data.ToDataset(Targets);
    }

    /// <summary>A site's rows as the model takes them.</summary>
    public FederatedSite Scale(PreparationTerms terms, RawSite site)
    {
        ArgumentNullException.ThrowIfNull(site);
        FeatureScaling? scaling = ScalingOf(terms, site.Train);
        return new FederatedSite(site.Name, Scale(scaling, site.Train, site.Name),
            site.Test is null ? null : Scale(scaling, site.Test, site.Name));
    }
}
