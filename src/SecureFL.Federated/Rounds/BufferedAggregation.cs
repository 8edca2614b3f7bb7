using System.Collections.Immutable;
using SecureFL.Federated.Models;

namespace SecureFL.Federated.Rounds;

/// <summary>Settings of asynchronous training.</summary>
public sealed record BufferOptions
{
    /// <summary>Contributions that make a sum (K).</summary>
    public required int Arrivals { get; init; }

    /// <summary>An update that is s versions old is multiplied by (1 + s)^-exponent.</summary>
    public double StalenessExponent { get; init; } = 0.5;

    /// <summary>Older updates than this are not used; the site starts anew from the newest model.</summary>
    public int MaxStaleness { get; init; } = 20;
}

/// <summary>
/// Asynchronous, buffered rounds (FedBuff: Nguyen et al. 2022): every site works at its own pace, the server aggregates after K arrivals. A site multiplies its
/// update by its staleness weight itself, since nobody else may see the update; the version does not change between its upload and the sum. A site is in a sum at
/// most once and contributes once for a base version. Runs on the simulated clock of <see cref="FederationOptions.Timing"/>. Not thread-safe.
/// </summary>
public sealed class BufferedAggregation
{
    private readonly FederationOptions _options;
    private readonly BufferOptions _buffer;
    private readonly IReadOnlyList<FederatedSite> _sites;
    private readonly ILocalTrainer _trainer;
    private readonly ISiteTiming _timing;
    private readonly RoundWork _work;

    /// <summary>A federation.</summary>
    /// <exception cref="ArgumentException">Options out of range, no simulated clock, or a K that the sites cannot fill.</exception>
    public BufferedAggregation(
        FederationOptions options, BufferOptions buffer, IReadOnlyList<FederatedSite> sites, ILocalTrainer trainer, ISecureSum sum)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(sum);
        _work = new RoundWork(options, sites, trainer, sum);
        _timing = options.Timing ?? throw new ArgumentException("asynchronous training needs a simulated clock", nameof(options));
        if (options.SitesPerRound != 0 || options.DeadlineSeconds is not null)
        {
            throw new ArgumentException("asynchronous training has neither sites a round nor deadlines", nameof(options));
        }

        if (buffer.Arrivals < options.MinimumContributors || buffer.Arrivals > sites.Count || buffer.MaxStaleness < 0 || !(buffer.StalenessExponent >= 0))
        {
            throw new ArgumentException(
                $"{buffer.Arrivals} arrivals with {sites.Count} sites and at least {options.MinimumContributors} in a sum, staleness up to {buffer.MaxStaleness}", nameof(buffer));
        }

        _options = options;
        _buffer = buffer;
        _sites = sites;
        _trainer = trainer;
        RunDigest = _work.RunDigest($"asynchronous {buffer}");
    }

    /// <summary>Identifies the run; a checkpoint carries it.</summary>
    public string RunDigest { get; }

    /// <summary>Trains to the end, from the start or from a checkpoint; both give the same final weights.</summary>
    /// <exception cref="ArgumentException">The checkpoint belongs to another run.</exception>
    public async Task<TrainingOutcome> RunAsync(
        TrainingCheckpoint? resume = null, IRunObserver? observer = null, CancellationToken cancellationToken = default)
    {
        if (resume is not null && resume.RunDigest != RunDigest)
        {
            throw new ArgumentException($"the checkpoint is of run {resume.RunDigest}, this is run {RunDigest}", nameof(resume));
        }

        TrainingCheckpoint start = resume ?? await _work.StartAsync(RunDigest, cancellationToken).ConfigureAwait(false);
        GlobalModel global = new(_options, _trainer.Layout, start);
        Timeline timeline = new(_timing, _sites.Count, start, global.Current);
        while (global.Version < _options.Stopping.Rounds)
        {
            Buffered buffered = await FillAsync(global, timeline, cancellationToken).ConfigureAwait(false);
            OpenedRound opened = await _work.SumAsync(
                buffered.Contributions, global.Version + 1, global.WeightUnit, global.Stamp, cancellationToken).ConfigureAwait(false);
            if (global.Describe(opened.Train, opened.Test) is RoundRecord described && observer is not null)
            {
                await observer.OnRoundAsync(described, cancellationToken).ConfigureAwait(false);
            }

            if (_options.Stopping.Decide(global.History) is StopReason reason)
            {
                return Finish(global, timeline, reason, opened);
            }

            RoundRecord record = new()
            {
                Round = 0,
                Contributors = opened.Sum.Contributors,
                LeftBehind = buffered.TooStale,
                ClippedElements = opened.Clipped,
                MeanStaleness = buffered.MeanStaleness,
                SimulatedSeconds = timeline.Now,
                SecondsTrain = _work.TakeSecondsTrain(),
                Costs = opened.Sum.Costs,
                SumIsExact = opened.Sum.SumIsExact,
            };
            global.Advance(opened.MeanUpdate, record);
            timeline.Release(global.Version, global.Current);
            if (observer is not null)
            {
                await observer.OnCheckpointAsync(timeline.Save(global.Save(RunDigest, timeline.Now)), cancellationToken).ConfigureAwait(false);
            }
        }

        OpenedRound last = await _work.EvaluateEverywhereAsync(global.Delivered, global.Version + 1, global.Stamp, cancellationToken).ConfigureAwait(false);
        if (global.Describe(last.Train, last.Test) is RoundRecord final && observer is not null)
        {
            await observer.OnRoundAsync(final, cancellationToken).ConfigureAwait(false);
        }

        return Finish(global, timeline, StopReason.Rounds, last);
    }

    private async Task<Buffered> FillAsync(GlobalModel global, Timeline timeline, CancellationToken cancellationToken)
    {
        List<SiteContribution> contributions = [];
        List<string> tooStale = [];
        long staleness = 0;
        ModelParameters evaluated = global.Delivered;
        while (contributions.Count < _buffer.Arrivals)
        {
            InFlightTask arrived = timeline.Next();
            int age = global.Version - arrived.BaseVersion;
            if (age > _buffer.MaxStaleness)
            {
                tooStale.Add(_sites[arrived.SiteIndex].Name);
                timeline.Restart(arrived, global.Version);
                continue;
            }

            double scale = Math.Pow(1 + age, -_buffer.StalenessExponent);
            ModelParameters from = timeline.VersionOf(arrived);
            SiteContribution contribution = await _work.ContributeAsync(
                arrived.SiteIndex, from, evaluated, arrived.Task, global.WeightUnit, scale, cancellationToken).ConfigureAwait(false);
            contributions.Add(contribution with { BaseVersion = arrived.BaseVersion });
            timeline.Hold(arrived);
            staleness += age;
        }

        return new Buffered(contributions, [.. tooStale], (double)staleness / contributions.Count);
    }

    private TrainingOutcome Finish(GlobalModel global, Timeline timeline, StopReason reason, OpenedRound metrics) =>
        new(global.Delivered, reason, [.. global.History], metrics.Train, metrics.Test, timeline.Save(global.Save(RunDigest, timeline.Now)));

    private sealed record Buffered(List<SiteContribution> Contributions, ImmutableArray<string> TooStale, double MeanStaleness);
}
