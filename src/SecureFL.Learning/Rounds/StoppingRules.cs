using SecureFL.Learning.Settings;

namespace SecureFL.Learning.Rounds;

/// <summary>Why training ended.</summary>
public enum StopReason
{
    /// <summary>All rounds are done.</summary>
    Rounds,

    /// <summary>The target was reached.</summary>
    Target,

    /// <summary>There was no improvement for as many rounds as were allowed.</summary>
    NoImprovement,

    /// <summary>Training diverged (<see cref="Divergence"/>): the model is not to be used.</summary>
    Diverged,
}

/// <summary>When to stop. Rounds without the metric (no test rows took part) are passed over.</summary>
public sealed record StoppingRules
{
    /// <summary>The most that <see cref="Rounds"/> may be.</summary>
    public const int MostRounds = 1 << 23;

    /// <summary>Most rounds.</summary>
    [Within(1, MostRounds)]
    public int Rounds { get; init; } = Models.TrainingDefaults.Rounds;

    /// <summary>The quantity for <see cref="Target"/> and <see cref="Patience"/>.</summary>
    public RoundMetric Metric { get; init; } = RoundMetric.TestAccuracy;

    /// <summary>Stop when the metric is this good or better: at least this, or at most where less is better.</summary>
    public double? Target { get; init; }

    /// <summary>Stop after this many rounds without improvement; 0 for never.</summary>
    [Within(0)]
    public int Patience { get; init; }

    /// <summary>By how much a round must beat the best one to count as improvement.</summary>
    [Within(0)]
    public double MinimumImprovement { get; init; }

    /// <summary>
    /// The verdict on the rounds so far, null to go on. Whatever would end training, a model that diverged comes first.
    /// </summary>
    public StopReason? Decide(IReadOnlyList<RoundRecord> history)
    {
        ArgumentNullException.ThrowIfNull(history);
        StopReason? reason = Ending(history);
        return Divergence.Find(history, ended: reason is not null) is null ? reason : StopReason.Diverged;
    }

    private StopReason? Ending(IReadOnlyList<RoundRecord> history)
    {
        RoundMetricInfo metric = RoundMetricInfo.Of(Metric);
        double? best = null;
        int since = 0;
        foreach (RoundRecord record in history)
        {
            if (metric.Read(record) is not double value)
            {
                continue;
            }

            if (Target is double target && !metric.IsBetter(target, value))
            {
                return StopReason.Target;
            }

            if (best is null || metric.IsBetter(value, best.Value, MinimumImprovement))
            {
                (best, since) = (value, 0);
            }
            else
            {
                since++;
            }
        }

        if (Patience > 0 && since >= Patience)
        {
            return StopReason.NoImprovement;
        }

        return history.Count >= Rounds ? StopReason.Rounds : null;
    }
}
