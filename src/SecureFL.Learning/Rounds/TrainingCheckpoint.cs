using System.Collections.Immutable;

namespace SecureFL.Learning.Rounds;

/// <summary>A task that a site is at, in asynchronous training.</summary>
/// <param name="SiteIndex">The site.</param>
/// <param name="Task">The site's own count of tasks, from 1.</param>
/// <param name="BaseVersion">The model version it started from.</param>
/// <param name="FinishSeconds">When it will deliver, on the simulated clock.</param>
public sealed record InFlightTask(int SiteIndex, int Task, int BaseVersion, double FinishSeconds);

/// <summary>
/// All that is needed to go on after a round as if nothing had happened. Random streams are not in it: they depend on
/// seed, purpose and round alone.
/// </summary>
public sealed record TrainingCheckpoint
{
    /// <summary>
    /// Identifies seed, model, sites and server settings; a checkpoint only continues the run it was made by.
    /// </summary>
    public required string RunDigest { get; init; }

    /// <summary>Completed rounds, which is also the version of <see cref="Weights"/>.</summary>
    public required int Version { get; init; }

    /// <summary>The global weights.</summary>
    public required float[] Weights { get; init; }

    /// <summary>The server optimiser's first moment, empty where it has none.</summary>
    public float[] FirstMoment { get; init; } = [];

    /// <summary>The server optimiser's second moment, empty where it has none.</summary>
    public float[] SecondMoment { get; init; } = [];

    /// <summary>The moving average of the weights, empty without one.</summary>
    public float[] Average { get; init; } = [];

    /// <summary>Training rows that make weight 1.</summary>
    public required double WeightUnit { get; init; }

    /// <summary>
    /// What is left at sites under error feedback (<see cref="ErrorFeedback"/>), by site; empty without.
    /// </summary>
    public ImmutableSortedDictionary<int, long[]> Residuals { get; init; } =
        ImmutableSortedDictionary<int, long[]>.Empty;

    /// <summary>The opened totals of the preparation, where it is part of the session.</summary>
    public ImmutableArray<long> Preparation { get; init; } = [];

    /// <summary>The simulated clock.</summary>
    public double SimulatedSeconds { get; init; }

    /// <summary>The rounds so far; the last one has no metrics yet.</summary>
    public ImmutableArray<RoundRecord> History { get; init; } = [];

    /// <summary>What sites are at (asynchronous).</summary>
    public ImmutableArray<InFlightTask> InFlight { get; init; } = [];

    /// <summary>Older weights that tasks in flight started from, by version (asynchronous).</summary>
    public ImmutableSortedDictionary<int, float[]> OlderVersions { get; init; } =
        ImmutableSortedDictionary<int, float[]>.Empty;
}
