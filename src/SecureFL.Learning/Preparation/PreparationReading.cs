using System.Collections.Immutable;
using System.Numerics;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Learning.Preparation;

/// <summary>Gathers what the steps read from opened sums, and turns it into the state. Not thread-safe.</summary>
internal sealed class PreparationReading(PreparationTerms terms)
{
    private readonly long[] _counts = new long[terms.Columns.Length];
    private readonly BigInteger[] _sums = new BigInteger[terms.Columns.Length];
    private readonly BigInteger[] _squares = new BigInteger[terms.Columns.Length];
    private readonly double[] _low = new double[terms.Columns.Length];
    private readonly double[] _high = new double[terms.Columns.Length];
    private readonly double[] _moments =
        new double[terms.SecondMoments ? Models.SecondMoments.LengthOf(terms.Columns.Length + 1) : 0];
    private readonly int[] _momentSums =
        new int[terms.SecondMoments ? Models.SecondMoments.LengthOf(terms.Columns.Length + 1) : 0];
    private readonly List<double> _momentSlack = [];
    private readonly float[] _clips = new float[terms.Clips?.Tensors.Length ?? 0];

    /// <summary>The sites that can be in the sum that is read.</summary>
    public SitesInSum Contributors { get; set; } = SitesInSum.Any;

    public long Sites { get; set; }

    public long Rows { get; set; }

    public ImmutableArray<long> ClassCounts { get; set; } = [];

    public TargetScaling? Targets { get; set; }

    /// <summary>Columns read so far.</summary>
    public int Columns { get; set; }

    /// <summary>Second moments read so far.</summary>
    public int Moments { get; private set; }

    /// <summary>Tensors read so far.</summary>
    public int Tensors { get; set; }

    public void Column(int column, long count, BigInteger sum, BigInteger squares) =>
        (_counts[column], _sums[column], _squares[column]) = (count, sum, squares);

    public void Range(int column, double low, double high) => (_low[column], _high[column]) = (low, high);

    /// <summary>Takes up the second moments of one sum, from element <paramref name="first"/> on.</summary>
    /// <param name="first">The first element of the packed form.</param>
    /// <param name="values">Theirs.</param>
    /// <param name="slack">What rounding may have added to each.</param>
    public void MomentSum(int first, ReadOnlySpan<double> values, double slack)
    {
        values.CopyTo(_moments.AsSpan(first));
        _momentSums.AsSpan(first, values.Length).Fill(_momentSlack.Count);
        _momentSlack.Add(slack);
        Moments += values.Length;
    }

    /// <summary>Refuses the sites and training rows that a sum says it is of, where no sum can be of so many.</summary>
    /// <exception cref="ArgumentException">Names both.</exception>
    public void RequireSizes(long sites, long rows)
    {
        if (!Contributors.Has(sites))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"a sum of {sites} sites and {rows} rows, to which {Contributors} contributed"));
        }

        if (rows < 1 || rows > (Int128)sites * MetricLayout.MostRows)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"a sum of {sites} sites and {rows} rows: at least 1, and at most {MetricLayout.MostRows} a site"));
        }
    }

    public void Clip(int tensor, float clip) => _clips[tensor] = clip;

    public PreparedState Finish()
    {
        FeatureScaling? shared = Columns == terms.Columns.Length ? Scaling() : null;
        ImmutableArray<bool> rare = terms.SecondMoments && Columns == terms.Columns.Length
            ? [.. Enumerable.Range(0, Columns).Select(IsRare)] : [];
        (SecondMoments? moments, int lowered) = terms.SecondMoments && Moments == _moments.Length ? ReadMoments()
            : (null, 0);
        if (moments is not null && shared is not null && terms.Scaling == ScalingKind.Federated
            && SecondMomentsStep.AreEnough(Rows, Columns))
        {
            moments = CategoryMoments.Complete(
                moments, terms.ColumnOf, terms.Categories, rare, shared,
                bounded: terms.Task == LearningTask.Regression);
        }

        return new PreparedState
        {
            Sites = Sites,
            Rows = Rows,
            ClassCounts = ClassCounts,
            Targets = Targets,
            Shared = shared,
            Rare = rare,
            SecondMoments = moments,
            LoweredMoments = lowered,
            Clips = terms.Clips is not null && Tensors == _clips.Length ? new TensorClips(terms.Clips, Filled()) : null,
        };
    }

    private FeatureScaling? Scaling()
    {
        if (terms.Scaling == ScalingKind.Fixed)
        {
            return terms.Fixed;
        }

        if (terms.Columns.All(kind => kind == ColumnSum.Nothing))
        {
            return null;
        }

        FeatureStatistics statistics = FeatureStatistics.FromSums(_counts, _sums, _squares);
        return terms.Scaling switch
        {
            ScalingKind.None => FeatureScaling.None(statistics),
            ScalingKind.MinMax => FeatureScaling.Declared(_low, _high) with
            { Imputed = [.. Enumerable.Range(0, _counts.Length).Select(statistics.Mean)] },
            _ => FeatureScaling.Standard(statistics),
        };
    }

    private (SecondMoments Moments, int Lowered) ReadMoments()
    {
        int size = terms.Columns.Length + 1;
        return SecondMomentsStep.AreEnough(Rows, terms.Columns.Length)
            ? new SecondMoments(size, [.. _moments]).Fit(_momentSums, _momentSlack.ToArray())
            : (SecondMoments.Bound(size), 0);
    }

    // Of a category: fewer than ten rows have it, or all but fewer than ten, or nobody knows.
    private bool IsRare(int feature)
    {
        if (!terms.Categories[feature])
        {
            return false;
        }

        BigInteger ones = _sums[feature] >> ColumnTotals.SumFraction;
        return terms.Columns[feature] != ColumnSum.Indicator
            || ones < SecondMomentsStep.LeastCategoryRows
            || _counts[feature] - ones < SecondMomentsStep.LeastCategoryRows;
    }

    // A tensor that no site changed has no clip of its own yet: the widest of the others.
    private ImmutableArray<float> Filled()
    {
        float widest = _clips.DefaultIfEmpty(0).Max();
        return [.. _clips.Select(clip => clip > 0 ? clip : widest > 0 ? widest : 1)];
    }
}
