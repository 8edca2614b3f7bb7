using System.Collections.Immutable;
using SecureFL.Federated.Data;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Federated.Preparation;

/// <summary>
/// Sums some of the second moments of scaled rows, for the optimiser called preconditioned: every site's share of the mean over all rows, in fixed point.
/// </summary>
internal sealed class SecondMomentsStep : PreparationStep
{
    /// <summary>Bits after the point. Scaled features have a mean square of 1, so that shares are below 1 but for rare classes that are weighed up.</summary>
    private const int FractionBits = 30;
    private const double Limit = 1L << (WideInteger.LimbBits - FractionBits);

    /// <summary>
    /// Rows of all sites for each column, the intercept's included, below which nothing is summed: so many products over few rows tell of single rows. (DataSHIELD refuses
    /// regressions by the same number.)
    /// </summary>
    private const int LeastRowsPerColumn = 3;
    private readonly PreparationTerms _terms;
    private readonly int _first;

    internal SecondMomentsStep(PreparationTerms terms, int first, int count)
    {
        _terms = terms;
        _first = first;
        Length = count;
    }

    /// <inheritdoc/>
    public override string Name => "second moments";

    /// <inheritdoc/>
    public override int Length { get; }

    /// <summary>Whether <paramref name="rows"/> of all sites are enough for the sums to be taken.</summary>
    internal static bool AreEnough(long rows, int columns) => rows >= (long)LeastRowsPerColumn * (columns + 1);

    /// <inheritdoc/>
    public override ValueTask<long[]> ContributeAsync(PreparingSite site, PreparedState state, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(state);
        long[] counters = new long[Length];
        if (!AreEnough(state.Rows, _terms.Columns.Length))
        {
            return ValueTask.FromResult(counters);
        }

        Dataset rows = state.Scale(_terms, new RawSite(site.Name, site.Train, null)).Train;
        SecondMoments moments = SecondMoments.Of(rows, state.ClassWeights.AsSpan());
        double share = _terms.EqualSites ? 1.0 / state.Sites : (double)rows.Count / state.Rows;
        for (int i = 0; i < Length; i++)
        {
            double value = share * moments.Packed[_first + i];
            counters[i] = Math.Abs(value) < Limit
                ? (long)Math.Round(Math.ScaleB(value, FractionBits))
                : throw new DataFormatException(
                    site.Name, "scaled features are too large for their second moments to be summed; scale the features (--normalize federated), or take --optimizer momentum");
        }

        return ValueTask.FromResult(counters);
    }

    /// <inheritdoc/>
    internal override void Read(ReadOnlySpan<long> totals, PreparationReading reading)
    {
        for (int i = 0; i < totals.Length; i++)
        {
            reading.Moment(_first + i, Math.ScaleB(totals[i], -FractionBits));
        }
    }
}
