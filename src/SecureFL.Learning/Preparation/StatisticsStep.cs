using System.Globalization;
using System.Numerics;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Metrics;

namespace SecureFL.Learning.Preparation;

/// <summary>
/// Sums of some columns; with those of the first columns, rows of every class and the targets. Every step counts sites
/// and rows for itself, so that steps with different contributors do not mix.
/// </summary>
internal sealed class StatisticsStep : PreparationStep
{
    /// <summary>The number of rows, as <see cref="PreparationStep.Asks"/> calls it.</summary>
    internal const string RowsAsked = "the number of rows";

    private const int Header = 2;
    private readonly PreparationTerms _terms;
    private readonly int _first;
    private readonly int _count;

    internal StatisticsStep(PreparationTerms terms, int first, int count)
    {
        _terms = terms;
        _first = first;
        _count = count;
        Length = HeadOf(terms, first == 0);
        for (int i = 0; i < count; i++)
        {
            Length += ColumnSums.CountersOf(terms.Columns[first + i]);
        }
    }

    /// <inheritdoc/>
    public override string Name => "statistics";

    /// <inheritdoc/>
    public override int Length { get; }

    /// <inheritdoc/>
    public override IEnumerable<string> Asks =>
    [
        RowsAsked,
        .. _first == 0 && _terms.ClassCounts ? ["the rows of every class"] : (string[])[],
        .. _first == 0 && _terms.Targets ? ["mean and deviation of the label"] : (string[])[],
        .. Enumerable.Range(_first, _count).SelectMany(AskedOf),
    ];

    /// <summary>Counters beside those of the columns.</summary>
    internal static int HeadOf(PreparationTerms terms, bool first) => Header
        + (first && terms.ClassCounts ? terms.Classes : 0)
        + (first && terms.Targets ? ColumnSums.SumLimbs + ColumnSums.SquareLimbs : 0);

    /// <inheritdoc/>
    public override ValueTask<long[]> ContributeAsync(PreparingSite site, PreparedState state,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(site);
        long[] counters = new long[Length];
        Writer writer = new(counters, site);
        writer.Whole(1);
        writer.Whole(site.Train.Count);
        if (_first == 0 && _terms.ClassCounts)
        {
            foreach (long count in site.Train.CountClasses())
            {
                writer.Whole(count);
            }
        }

        if (_first == 0 && _terms.Targets)
        {
            FeatureStatistics targets = FeatureStatistics.OfLabels(site.Train);
            writer.Wide(targets.Sums[0], ColumnSums.SumLimbs, "the label", targets, 0);
            writer.Wide(targets.SumsOfSquares[0], ColumnSums.SquareLimbs, "the label", targets, 0);
        }

        FeatureStatistics statistics = FeatureStatistics.Of(site.Train);
        for (int f = _first; f < _first + _count; f++)
        {
            WriteColumn(writer, statistics, f);
        }

        return ValueTask.FromResult(counters);
    }

    /// <inheritdoc/>
    internal override void Read(ReadOnlySpan<long> totals, PreparationReading reading)
    {
        Reader reader = new(totals);
        long sites = reader.Whole();
        long rows = reader.Whole();
        reading.RequireSizes(sites, rows);

        if (_first == 0)
        {
            (reading.Sites, reading.Rows) = (sites, rows);
            long[] classes = new long[_terms.ClassCounts ? _terms.Classes : 0];
            for (int c = 0; c < classes.Length; c++)
            {
                classes[c] = reader.Whole();
            }

            if (classes.Length > 0
                && (classes.Any(count => count < 0 || count > rows) || CounterSum.Of(classes) != rows))
            {
                throw new ArgumentException(FormattableString.Invariant(
                    $"{string.Join(", ", classes)} rows of the classes, {rows} in all"));
            }

            reading.ClassCounts = [.. classes];
            if (_terms.Targets)
            {
                BigInteger sum = reader.Wide(ColumnSums.SumLimbs);
                BigInteger squares = reader.Wide(ColumnSums.SquareLimbs);
                PossibleSums.Require("the label", sites, rows, sum, squares);
                reading.Targets = FeatureScaling.OfTargets(FeatureStatistics.FromSums([rows], [sum], [squares]));
            }
        }

        for (int f = _first; f < _first + _count; f++)
        {
            ReadColumn(ref reader, reading, f, sites, rows);
        }

        reading.Columns += _count;
    }

    private IEnumerable<string> AskedOf(int f)
    {
        ColumnSum kind = _terms.Columns[f];
        if (kind != ColumnSum.Nothing)
        {
            yield return $"the mean of {_terms.Names[f]}";
        }

        if (kind == ColumnSum.Deviation)
        {
            yield return $"the deviation of {_terms.Names[f]}";
        }
        else if (kind == ColumnSum.Range)
        {
            yield return $"the range of {_terms.Names[f]}";
        }
    }

    private void WriteColumn(Writer writer, FeatureStatistics statistics, int f)
    {
        ColumnSum kind = _terms.Columns[f];
        string name = _terms.Names[f];
        if (kind == ColumnSum.Indicator)
        {
            writer.Whole((long)(statistics.Sums[f] >> ColumnTotals.SumFraction));
        }

        if (kind is ColumnSum.Nothing or ColumnSum.Indicator)
        {
            return;
        }

        long count = statistics.Counts[f];
        writer.Whole(count);
        writer.Wide(statistics.Sums[f], ColumnSums.SumLimbs, name, statistics, f);
        if (kind == ColumnSum.Deviation)
        {
            writer.Wide(statistics.SumsOfSquares[f], ColumnSums.SquareLimbs, name, statistics, f);
        }
        else if (kind == ColumnSum.Range)
        {
            writer.Whole(count > 0 ? 1 : 0);
            foreach (double end in new[] { statistics.Minima[f], statistics.Maxima[f] })
            {
                writer.Wide(count > 0 ? WideInteger.FromDouble(end, ColumnTotals.SumFraction) : 0, ColumnSums.SumLimbs,
                    name, statistics, f);
            }
        }
    }

    private void ReadColumn(ref Reader reader, PreparationReading reading, int f, long sites,
        long rows)
    {
        ColumnSum kind = _terms.Columns[f];
        if (kind == ColumnSum.Indicator)
        {
            long ones = Within(reader.Whole(), rows, f);
            reading.Column(f, rows, new BigInteger(ones) << ColumnTotals.SumFraction,
                new BigInteger(ones) << ColumnTotals.SquareFraction);
        }

        if (kind is ColumnSum.Nothing or ColumnSum.Indicator)
        {
            reading.Range(f, 0, 1);
            return;
        }

        long count = Within(reader.Whole(), rows, f);
        BigInteger sum = reader.Wide(ColumnSums.SumLimbs);
        BigInteger? squares = kind == ColumnSum.Deviation ? reader.Wide(ColumnSums.SquareLimbs) : null;
        PossibleSums.Require($"column {_terms.Names[f]}", sites, count, sum, squares);
        reading.Column(f, count, sum, squares ?? 0);
        if (kind == ColumnSum.Range)
        {
            long filled = reader.Whole();
            BigInteger low = reader.Wide(ColumnSums.SumLimbs);
            BigInteger high = reader.Wide(ColumnSums.SumLimbs);
            PossibleSums.RequireRange($"column {_terms.Names[f]}", sites, count, filled, low, high);
            long by = Math.Max(1, filled);
            reading.Range(f, WideInteger.Ratio(low, by, -ColumnTotals.SumFraction),
                WideInteger.Ratio(high, by, -ColumnTotals.SumFraction));
        }
    }

    private long Within(long count, long rows, int f) => count >= 0 && count <= rows
        ? count
        : throw new ArgumentException(FormattableString.Invariant(
            $"column {_terms.Names[f]}: {count} of {rows} rows"));

    private sealed class Writer(long[] counters, PreparingSite site)
    {
        private int _at;

        public void Whole(long value) => counters[_at++] = value;

        public void Wide(BigInteger value, int limbs, string column, FeatureStatistics statistics, int f)
        {
            if (!WideInteger.Fits(value, limbs))
            {
                double largest = Math.Max(Math.Abs(statistics.Minima[f]), Math.Abs(statistics.Maxima[f]));
                throw new DataFormatException(
                    site.Name,
                    string.Create(CultureInfo.InvariantCulture,
                        $"numbers up to {largest:G3} in {statistics.Counts[f]} rows are too large to be summed; "
                        + $"divide the column by a power of ten, or leave it out"),
                    column: column);
            }

            WideInteger.Split(value, counters.AsSpan(_at, limbs));
            _at += limbs;
        }
    }

    private ref struct Reader(ReadOnlySpan<long> totals)
    {
        private readonly ReadOnlySpan<long> _totals = totals;
        private int _at;

        public long Whole() => _totals[_at++];

        public BigInteger Wide(int limbs)
        {
            BigInteger value = WideInteger.Join(_totals.Slice(_at, limbs));
            _at += limbs;
            return value;
        }
    }
}
