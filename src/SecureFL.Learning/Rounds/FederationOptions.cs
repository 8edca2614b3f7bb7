using System.Globalization;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.ServerOptimizers;

namespace SecureFL.Learning.Rounds;

/// <summary>One site of a simulated federation.</summary>
/// <param name="Name">The site's name, unique in the federation.</param>
/// <param name="Train">Its training rows.</param>
/// <param name="Test">Its test rows, null when it has none.</param>
public sealed record FederatedSite(string Name, Dataset Train, Dataset? Test);

/// <summary>One site's rows as they were read, before any scaling.</summary>
/// <param name="Name">The site's name, unique in the federation.</param>
/// <param name="Train">Its training rows.</param>
/// <param name="Test">Its test rows, null when it has none.</param>
public sealed record RawSite(string Name, RawDataset Train, RawDataset? Test);

/// <summary>How much each site counts in the mean.</summary>
public enum Weighting
{
    /// <summary>By its training rows; the rows themselves are only summed, never shown.</summary>
    Samples,

    /// <summary>All alike.</summary>
    Equal,
}

/// <summary>What happens when a site's own trainer fails.</summary>
public enum TrainerFaultRule
{
    /// <summary>The run ends.</summary>
    Stop,

    /// <summary>
    /// The round goes on without the site, as long as enough others are there; the next round asks it again.
    /// </summary>
    LeaveOut,
}

/// <summary>How long a site's task takes on a simulated clock.</summary>
public interface ISiteTiming
{
    /// <summary>Seconds from receiving the model to delivering the contribution; positive and finite.</summary>
    double SecondsFor(int siteIndex, int task);
}

/// <summary>Every task of a site takes the same time.</summary>
/// <param name="seconds">Seconds a task, by site.</param>
public sealed class ConstantTiming(params IReadOnlyList<double> seconds) : ISiteTiming
{
    /// <inheritdoc/>
    public double SecondsFor(int siteIndex, int task) => seconds[siteIndex];
}

/// <summary>What the round engine needs beside sites, trainer and sum.</summary>
public sealed record FederationOptions
{
    /// <summary>
    /// The least and the largest unit of weights, in rows, and largest weight, in units: beyond them updates vanish or
    /// have no bound.
    /// </summary>
    public const double LeastUnit = 1e-9;

    /// <summary>The largest of these, see <see cref="LeastUnit"/>.</summary>
    public const double MostUnit = 1e15;

    /// <summary>When to stop.</summary>
    public required StoppingRules Stopping { get; init; }

    /// <summary>The seed of initialisation, batches, sampling and rounding.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The weighting of the mean.</summary>
    public Weighting Weighting { get; init; } = Weighting.Samples;

    /// <summary>
    /// Training rows that make weight 1, under <see cref="Weighting.Samples"/>; null to take the mean over all sites
    /// from a sum of counts before the first round. An update is multiplied by rows / unit before it is clipped.
    /// </summary>
    public double? WeightUnit { get; init; }

    /// <summary>The largest weight a site may have, in units; larger sites are counted as that.</summary>
    public double MaxWeight { get; init; } = double.PositiveInfinity;

    /// <summary>The clip of every tensor; null for the one of the sum.</summary>
    public TensorClips? Clips { get; init; }

    /// <summary>
    /// What clipping and rounding take from a site's update is added to its next one; sums of floats take nothing.
    /// </summary>
    public bool ErrorFeedback { get; init; }

    /// <summary>The server's optimiser.</summary>
    public ServerOptimizerOptions ServerOptimizer { get; init; } = new();

    /// <summary>
    /// Decay of the exponential moving average of the global model, 0 for none. With it the average is what is
    /// evaluated and delivered.
    /// </summary>
    public double AverageDecay { get; init; }

    /// <summary>Sites a synchronous round, 0 for all.</summary>
    public int SitesPerRound { get; init; }

    /// <summary>
    /// Simulated seconds after which a synchronous round leaves stragglers behind; null to wait. Needs
    /// <see cref="Timing"/>.
    /// </summary>
    public double? DeadlineSeconds { get; init; }

    /// <summary>Fewest contributions that may be summed.</summary>
    public int MinimumContributors { get; init; } = 1;

    /// <summary>What happens when a site's own trainer fails, in synchronous rounds.</summary>
    public TrainerFaultRule OnTrainerFault { get; init; }

    /// <summary>The simulated clock, null for none.</summary>
    public ISiteTiming? Timing { get; init; }

    /// <summary>
    /// How a regression's targets were scaled before training: errors are told in the target's units.
    /// </summary>
    public TargetUnits Units { get; init; } = TargetUnits.Same;

    /// <summary>Sites trained at the same time.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>Measures seconds of training; null not to.</summary>
    public TimeProvider? Clock { get; init; }

    /// <summary>
    /// Names the settings of the run in a checkpoint, for example the digest of their canonical form; null to take
    /// those of this record. Stopping rules are no part of it:
    /// a run may go on for longer.
    /// </summary>
    public string? Identity { get; init; }

    /// <summary>Refuses settings out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting.</exception>
    public void Check(int sites)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Stopping.Rounds);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Parallelism);
        ServerOptimizer.Check();
        if (WeightUnit is not (null or (>= LeastUnit and <= MostUnit)))
        {
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture,
                $"a weight unit of {WeightUnit} rows: {LeastUnit} to {MostUnit}"));
        }

        if (!(MaxWeight is (>= LeastUnit and <= MostUnit) or double.PositiveInfinity)
            || !(AverageDecay is >= 0 and < 1))
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"a largest weight of {MaxWeight} must be {LeastUnit} to {MostUnit}, an average decay of "
                + $"{AverageDecay} in [0, 1)"));
        }

        int chosen = SitesPerRound == 0 ? sites : SitesPerRound;
        if (SitesPerRound < 0 || SitesPerRound > sites || MinimumContributors < 1 || MinimumContributors > chosen)
        {
            throw new ArgumentException(
                $"{SitesPerRound} sites a round of {sites}, at least {MinimumContributors} in a sum");
        }

        if (DeadlineSeconds is not null && Timing is null)
        {
            throw new ArgumentException("a deadline needs a simulated clock");
        }
    }
}
