using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Summation;

/// <summary>What became of one group.</summary>
/// <param name="Group">Position in the certificate.</param>
/// <param name="Clients">Its members' plan indices.</param>
/// <param name="Status">Opened, or how it was spoiled: by whom cannot be known.</param>
/// <param name="Digest">Digest of the integer sums; all zero where spoiled.</param>
public sealed record GroupResult(int Group, ImmutableArray<int> Clients, GroupStatus Status, Digest Digest)
{
    /// <summary>Whether the group has a sum.</summary>
    public bool IsOpened => Status == GroupStatus.Opened;
}

/// <summary>The opened sums of a round. Immutable.</summary>
public sealed record AggregationResult
{
    private double[]? _sum;
    private double[]? _mean;

    /// <summary>What a suite has opened.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="context">The round.</param>
    /// <param name="certificate">Hash of the agreed set.</param>
    /// <param name="groups">All groups, spoiled ones too.</param>
    /// <param name="liars">Key holders whose release was proven wrong and corrected.</param>
    public AggregationResult(AggregationPlan plan, RoundContext context, Digest certificate,
        ImmutableArray<GroupResult> groups, ImmutableArray<int> liars)
    {
        ArgumentNullException.ThrowIfNull(plan);
        Plan = plan;
        Context = context;
        Groups = groups;
        LyingKeyHolders = liars;
        Digest = SumDigests.OfRound(certificate, groups);
    }

    /// <summary>The plan.</summary>
    public AggregationPlan Plan { get; }

    /// <summary>Plan, session, round.</summary>
    public RoundContext Context { get; }

    /// <summary>All groups, spoiled ones too.</summary>
    public ImmutableArray<GroupResult> Groups { get; }

    /// <summary>Plan indices of key holders whose release was proven wrong and corrected.</summary>
    public ImmutableArray<int> LyingKeyHolders { get; }

    /// <summary>Digest over all groups' sums.</summary>
    public Digest Digest { get; }

    /// <summary>Contributions in the sum: the members of opened groups.</summary>
    public int Contributors => Groups.Where(group => group.IsOpened).Sum(group => group.Clients.Length);

    /// <summary>
    /// How far any value of <see cref="Sum"/> can be from the sum of the clipped vectors: a quantisation step a
    /// contributor.
    /// </summary>
    public double MaxQuantisationError => Contributors * Plan.Parameters.Step;

    /// <summary>
    /// The summed vector: all opened groups, each element the integer sum times the quantisation step. Computed once;
    /// not to be written to.
    /// </summary>
    /// <exception cref="InvalidOperationException">The sums went to a sink, or no group was opened.</exception>
    public double[] Sum => _sum ??= Dequantise(Plan.Parameters.Step);

    /// <summary>
    /// The mean vector: <see cref="Sum"/> by <see cref="Contributors"/>; in a weighted plan the weighted mean, the sum
    /// times W by the sum of weights.
    /// </summary>
    /// <exception cref="InvalidOperationException">The sums went to a sink, no group was opened, or all weights are
    /// 0.</exception>
    public double[] Mean => _mean ??= Dequantise(MeanFactor);

    /// <summary>The counters' sums over all opened groups, the weight first where the plan has one.</summary>
    /// <exception cref="InvalidOperationException">The sums went to a sink, or no group was opened.</exception>
    /// <exception cref="ProtocolViolationException">A sum is beyond what its contributors may send.</exception>
    public long[] Counters => Plan.Settings.Counters
        .Combine(Total.AsSpan((int)Plan.Parameters.FloatLength), Plan.Parameters.Bits, Contributors);

    /// <summary>
    /// The exact integer sums of one group: quantised model elements, then counter digits; null where spoiled.
    /// </summary>
    public ReadOnlyMemory<long>? GroupSum(int group) =>
        RequireSums().TryGetValue(group, out long[]? sums) ? sums : default(ReadOnlyMemory<long>?);

    internal IReadOnlyDictionary<int, long[]>? Sums { get; init; }

    private double MeanFactor
    {
        get
        {
            if (Plan.Settings.Counters.MaxWeight == 0)
            {
                return Plan.Parameters.Step / Contributors;
            }

            long weight = Counters[0];
            return weight > 0
                ? Plan.Parameters.Step * Plan.Settings.Counters.MaxWeight / weight
                : throw new InvalidOperationException("all contributions have weight 0");
        }
    }

    private long[] Total
    {
        get
        {
            IReadOnlyDictionary<int, long[]> sums = RequireSums();
            if (sums.Count == 0)
            {
                throw new InvalidOperationException(
                    "no group of the round was opened: every one holds a malformed contribution");
            }

            if (sums.Count == 1)
            {
                return sums.Values.First();
            }

            long[] total = new long[Plan.Parameters.VectorLength];
            foreach (long[] group in sums.Values)
            {
                System.Numerics.Tensors.TensorPrimitives.Add(total, group, total);
            }

            return total;
        }
    }

    private IReadOnlyDictionary<int, long[]> RequireSums() =>
        Sums ?? throw new InvalidOperationException("the sums went to a sink");

    private double[] Dequantise(double factor)
    {
        ReadOnlySpan<long> sums = Total.AsSpan(0, (int)Plan.Parameters.FloatLength);
        double[] values = new double[sums.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = sums[i] * factor;
        }

        return values;
    }
}
