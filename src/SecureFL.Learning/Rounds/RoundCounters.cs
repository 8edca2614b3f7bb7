using SecureFL.Learning.Metrics;
using SecureFL.Messages.Counters;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// The counters that stand beside every update: the site's weight, the elements it clipped, then the evaluation
/// counters on its training rows, without detail, and on its test rows, with all of it. All of them add up. Immutable
/// and thread-safe.
/// </summary>
/// <param name="metrics">The counters that evaluation yields.</param>
public sealed class RoundCounters(MetricLayout metrics)
{
    private const int WeightCounter = 0;
    private const int ClippedCounter = 1;
    private const int EvaluationStart = 2;
    private const long Most = int.MaxValue;

    /// <summary>Names and magnitudes; no weight that scales the vector, for updates arrive weighted.</summary>
    public CounterLayout Layout { get; } = LayoutOf(metrics);

    /// <summary>The layout of the counters beside an evaluation with these metrics.</summary>
    public static CounterLayout LayoutOf(MetricLayout metrics)
    {
        ArgumentNullException.ThrowIfNull(metrics);
        return new CounterLayout(
            0, [new Counter("samples", Most), new Counter("clipped", Most), .. metrics.Brief.DescribeCounters("train"),
                .. metrics.DescribeCounters("test")]);
    }

    /// <summary>The counters of one site.</summary>
    /// <param name="weight">Its weight; 0 without an update.</param>
    /// <param name="clipped">Elements of its update beyond the clip.</param>
    /// <param name="train">Evaluated on its training rows, whose detail is left out; null where nothing was
    /// evaluated.</param>
    /// <param name="test">Evaluated on its test rows; null without any.</param>
    public long[] Compose(long weight, long clipped, EvaluationCounts? train, EvaluationCounts? test)
    {
        long[] counters = new long[Layout.Counters.Length];
        counters[WeightCounter] = weight;
        counters[ClippedCounter] = clipped;
        train?.ToBrief().Values.CopyTo(counters.AsSpan(EvaluationStart));
        test?.Values.CopyTo(counters.AsSpan(EvaluationStart + metrics.Brief.Length));
        return counters;
    }

    /// <summary>The sum of the weights.</summary>
    public long Weight(ReadOnlySpan<long> counters) => Checked(counters)[WeightCounter];

    /// <summary>The sum of the clipped elements.</summary>
    public long Clipped(ReadOnlySpan<long> counters) => Checked(counters)[ClippedCounter];

    /// <summary>The summed evaluation on training rows, without detail.</summary>
    public EvaluationCounts Train(ReadOnlySpan<long> counters) =>
        new(metrics.Brief, Checked(counters).Slice(EvaluationStart, metrics.Brief.Length));

    /// <summary>The summed evaluation on test rows.</summary>
    public EvaluationCounts Test(ReadOnlySpan<long> counters) =>
        new(metrics, Checked(counters).Slice(EvaluationStart + metrics.Brief.Length, metrics.Length));

    private ReadOnlySpan<long> Checked(ReadOnlySpan<long> counters) => counters.Length == Layout.Counters.Length
        ? counters
        : throw new ArgumentException($"{counters.Length} counters, due are {Layout.Counters.Length}",
            nameof(counters));
}
