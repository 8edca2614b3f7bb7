using System.Runtime.CompilerServices;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Preparation;

/// <summary>
/// Sums some of the second moments of scaled rows, for the optimiser called preconditioned: every site's share of the
/// mean over all rows, in fixed point. Every step counts sites and rows for itself, as those of the statistics do.
/// </summary>
/// <remarks>
/// Products can tell of single rows, so some are not summed and stand as 0: any over fewer than three rows a column
/// (DataSHIELD refuses regressions by the same number), those of two categories, which would be a table of counts, and
/// those of a category that fewer than ten rows, or all but fewer than ten, have. Descent is slower along such columns,
/// not wrong.
/// </remarks>
internal sealed class SecondMomentsStep : PreparationStep
{
    /// <summary>Counters of sites and of rows.</summary>
    internal const int Header = 2;

    /// <summary>Rows of a category below which its products are not summed.</summary>
    internal const int LeastCategoryRows = 10;

    /// <summary>
    /// Bits after the point. Scaled features have a mean square of 1, so that shares are below 1 but for rare classes
    /// that are weighed up.
    /// </summary>
    private const int FractionBits = 30;
    private const double Limit = 1L << (WideInteger.LimbBits - FractionBits);
    private const int LeastRowsPerColumn = 3;
    private readonly PreparationTerms _terms;
    private readonly Cache _cache;
    private readonly int _first;

    internal SecondMomentsStep(PreparationTerms terms, Cache cache, int first, int count)
    {
        _terms = terms;
        _cache = cache;
        _first = first;
        Length = Header + count;
    }

    /// <inheritdoc/>
    public override string Name => "second moments";

    /// <inheritdoc/>
    public override int Length { get; }

    /// <inheritdoc/>
    public override IEnumerable<string> Asks =>
        [StatisticsStep.RowsAsked, .. _terms.Names.Select(name => $"the second moments of {name}")];

    /// <summary>Whether <paramref name="rows"/> of all sites are enough for products to be summed.</summary>
    internal static bool AreEnough(long rows, int columns) => rows >= (long)LeastRowsPerColumn * (columns + 1);

    /// <inheritdoc/>
    public override ValueTask<long[]> ContributeAsync(PreparingSite site, PreparedState state,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(state);
        long[] counters = new long[Length];
        counters[0] = 1;
        counters[1] = site.Train.Count;
        if (!AreEnough(state.Rows, _terms.Columns.Length))
        {
            return ValueTask.FromResult(counters);
        }

        SecondMoments moments = _cache.Of(_terms, site, state);
        double share = _terms.EqualSites ? 1.0 / state.Sites : (double)site.Train.Count / state.Rows;
        for (int i = Header; i < Length; i++)
        {
            int element = _first + i - Header;
            double value = IsSummed(element, state) ? share * moments.Packed[element] : 0;
            counters[i] = Math.Abs(value) < Limit
                ? (long)Math.Round(Math.ScaleB(value, FractionBits))
                : throw new DataFormatException(
                    site.Name,
                    "scaled features are too large for their second moments to be summed; "
                    + "scale the features (--normalize federated), or take --optimizer momentum");
        }

        return ValueTask.FromResult(counters);
    }

    /// <inheritdoc/>
    internal override void Read(ReadOnlySpan<long> totals, PreparationReading reading)
    {
        (long sites, long rows) = (totals[0], totals[1]);
        reading.RequireSizes(sites, rows);

        // Shares are of the sites of the first step; where others contributed to this one, those of these.
        double scale = _terms.EqualSites ? (double)reading.Sites / sites : (double)reading.Rows / rows;
        double[] values = new double[totals.Length - Header];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = scale * Math.ScaleB(totals[Header + i], -FractionBits);
        }

        // Every site rounds its share by half a unit at most; the sites' sums in double precision add far less.
        const double Arithmetic = 1e-9;
        reading.MomentSum(_first, values, Arithmetic + (scale * sites * Math.ScaleB(1, -FractionBits - 1)));
    }

    // The intercept, the last column, is no feature.
    private bool IsSummed(int element, PreparedState state)
    {
        (int row, int column) = SecondMoments.PlaceOf(element, _terms.Columns.Length + 1);
        bool IsCategory(int f) => f < _terms.Columns.Length && _terms.Categories[f];
        bool IsRare(int f) => IsCategory(f) && (state.Rare.IsEmpty || state.Rare[f]);
        return row == column || (!(IsCategory(row) && IsCategory(column)) && !IsRare(row) && !IsRare(column));
    }

    /// <summary>A site's second moments, for all steps that sum a part of them under one state. Thread-safe.</summary>
    internal sealed class Cache
    {
        private readonly ConditionalWeakTable<RawDataset, Entry> _entries = [];

        /// <summary>Those of a site's rows, scaled as the state says.</summary>
        internal SecondMoments Of(PreparationTerms terms, PreparingSite site, PreparedState state)
        {
            if (!_entries.TryGetValue(site.Train, out Entry? entry) || !entry.IsOf(state))
            {
                Dataset rows = state.Scale(terms, new RawSite(site.Name, site.Train, null)).Train;
                entry = new Entry(state, SecondMoments.Of(rows, state.ClassWeights.AsSpan()));
                _entries.AddOrUpdate(site.Train, entry);
            }

            return entry.Moments;
        }

        private sealed record Entry(PreparedState State, SecondMoments Moments)
        {
            // What rows become depends on the opened scaling and on the rows of each class.
            internal bool IsOf(PreparedState state) => State.ClassCounts.SequenceEqual(state.ClassCounts)
                && State.Shared?.Offset.SequenceEqual(state.Shared!.Offset) == true
                && State.Shared.Factor.SequenceEqual(state.Shared!.Factor);
        }
    }
}
