using System.Collections.Immutable;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Settings;

namespace SecureFL.Learning.Rounds;

/// <summary>Settings of asynchronous training.</summary>
public sealed record BufferOptions
{
    /// <summary>Contributions that make a sum (K).</summary>
    [Within(1)]
    public int Arrivals { get; init; } = 3;

    /// <summary>An update that is s versions old is multiplied by (1 + s)^-exponent.</summary>
    [Within(0)]
    public double StalenessExponent { get; init; } = 0.5;

    /// <summary>Older updates than this are not used; the site starts anew from the newest model.</summary>
    [Within(0)]
    public int MaxStaleness { get; init; } = 20;

    /// <summary>
    /// Every so many versions all sites evaluate the new model, in a sum of counters of its own; the last version
    /// always is. Versions between have no metrics, and stopping rules pass them over.
    /// </summary>
    [Within(1)]
    public int EvaluateEvery { get; init; } = 5;

    /// <summary>
    /// Whether all sites evaluate this version in a sum of its own: the one rule of simulated and deployed rounds.
    /// Between two such versions nothing is known that training could be stopped by.
    /// </summary>
    public bool Measures(int version) => version > 0 && version % EvaluateEvery == 0;

    /// <summary>The factor on an update that is <paramref name="age"/> versions old.</summary>
    public double WeightAt(int age)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(age);
        return Math.Pow(1 + age, -StalenessExponent);
    }

    /// <summary>Refuses settings out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting.</exception>
    public void Check() => WithinAttribute.Check(this);
}

/// <summary>
/// Asynchronous, buffered rounds (FedBuff: Nguyen et al. 2022): every site works at its own pace, the server aggregates
/// after K arrivals. A site multiplies its update by its staleness weight itself, since nobody else may see the update;
/// the version does not change between its upload and the sum. A site is in a sum at most once and contributes once for
/// a base version; having contributed, it starts anew at once from the newest model, or waits for the next one where it
/// contributed on that. A version's metrics are those of all sites, not of those that happened to arrive, and take no
/// simulated time. Runs on the simulated clock of <see cref="FederationOptions.Timing"/>. Not thread-safe.
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
    /// <exception cref="ArgumentException">Options out of range, no simulated clock, or a K that the sites cannot
    /// fill.</exception>
    public BufferedAggregation(
        FederationOptions options, BufferOptions buffer, IReadOnlyList<FederatedSite> sites, ILocalTrainer trainer,
        ISecureSum sum)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(buffer);
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(sum);
        _work = new RoundWork(options, sites, trainer, sum);
        _timing = options.Timing ?? throw new ArgumentException("asynchronous training needs a simulated clock",
            nameof(options));
        if (options.SitesPerRound != 0 || options.DeadlineSeconds is not null)
        {
            throw new ArgumentException("asynchronous training has neither sites a round nor deadlines",
                nameof(options));
        }

        if (buffer.Arrivals < options.MinimumContributors || buffer.Arrivals > sites.Count || buffer.MaxStaleness < 0
            || !(buffer.StalenessExponent >= 0)
            || buffer.EvaluateEvery < 1)
        {
            throw new ArgumentException(
                $"{buffer.Arrivals} arrivals with {sites.Count} sites and at least {options.MinimumContributors} in "
                + $"a sum, staleness up to {buffer.MaxStaleness},"
                + $" evaluated every {buffer.EvaluateEvery}",
                nameof(buffer));
        }

        _options = options;
        _buffer = buffer;
        _sites = sites;
        _trainer = trainer;
        RunDigest = _work.RunDigest(buffer);
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
            throw new ArgumentException("the checkpoint belongs to a run of other settings, or on other sites or rows",
                nameof(resume));
        }

        TrainingCheckpoint start = resume ?? await _work.StartAsync(RunDigest, cancellationToken).ConfigureAwait(false);
        _work.Residuals.Restore(start.Residuals);
        GlobalModel global = new(_options, _trainer.Layout, start);
        Timeline timeline = new(_timing, _sites.Count, start, global.Current);
        OpenedRound? metrics = null;
        while (_options.Stopping.Decide(global.History) is null)
        {
            Buffered buffered = await FillAsync(global, timeline, cancellationToken).ConfigureAwait(false);
            OpenedRound opened = await _work.SumAsync(
                buffered.Contributions, global.Version + 1, global.WeightUnit, global.Stamp, cancellationToken,
                global.Current)
                .ConfigureAwait(false);
            global.Advance(opened.MeanUpdate, RecordOf(buffered, opened, timeline.Now));
            _work.Residuals.Settle(opened.Left);
            timeline.Release(global.Version, global.Current);
            metrics = _buffer.Measures(global.Version)
                ? await MeasureAsync(global, observer, cancellationToken).ConfigureAwait(false) : null;
            if (observer is not null)
            {
                await observer.OnCheckpointAsync(Save(global, timeline), cancellationToken).ConfigureAwait(false);
            }
        }

        metrics ??= await MeasureAsync(global, observer, cancellationToken).ConfigureAwait(false);
        StopReason reason = _options.Stopping.Decide(global.History) ?? StopReason.Rounds;
        EvaluationCounts test = await _work.RefineAsync(
            metrics.Test, global.Delivered, global.Version + 1, global.Stamp, cancellationToken).ConfigureAwait(false);
        return new TrainingOutcome(
            global.Delivered, reason, [.. global.History], metrics.Train, test, Save(global, timeline));
    }

    private TrainingCheckpoint Save(GlobalModel global, Timeline timeline) =>
        timeline.Save(global.Save(RunDigest, timeline.Now)) with { Residuals = _work.Residuals.All };

    // The current version at all sites. A run that goes on from its end measures it again, and tells nobody twice.
    private async Task<OpenedRound> MeasureAsync(GlobalModel global, IRunObserver? observer,
        CancellationToken cancellationToken)
    {
        OpenedRound opened = await _work.EvaluateEverywhereAsync(
            global.Delivered, global.Version + 1, global.Stamp, cancellationToken).ConfigureAwait(false);
        if (!global.IsMeasured && global.Describe(opened.Train, opened.Test, opened.Sum) is RoundRecord described
            && observer is not null)
        {
            await observer.OnRoundAsync(described, cancellationToken).ConfigureAwait(false);
        }

        return opened;
    }

    private RoundRecord RecordOf(Buffered buffered, OpenedRound opened, double now) => new()
    {
        Round = 0,
        Contributors = opened.Sum.Contributors,
        LeftBehind = buffered.TooStale,
        ClippedElements = opened.Clipped,
        BeyondClip = opened.BeyondClip,
        ClippedShare = opened.ClippedShare,
        MostClipped = opened.MostClipped,
        Coarsest = opened.Coarsest,
        MeanStaleness = buffered.MeanStaleness,
        SimulatedSeconds = now,
        SecondsTrain = _work.TakeSecondsTrain(),
        Costs = opened.Sum.Costs,
        SumIsExact = opened.Sum.SumIsExact,
    };

    private async Task<Buffered> FillAsync(GlobalModel global, Timeline timeline, CancellationToken cancellationToken)
    {
        List<SiteContribution> contributions = [];
        List<string> tooStale = [];
        HashSet<int> arrivedSites = [];
        long staleness = 0;
        while (contributions.Count < _buffer.Arrivals)
        {
            InFlightTask arrived = timeline.Next();
            if (arrivedSites.Contains(arrived.SiteIndex))
            {
                timeline.Defer(arrived);
                continue;
            }

            int age = global.Version - arrived.BaseVersion;
            if (age > _buffer.MaxStaleness)
            {
                tooStale.Add(_sites[arrived.SiteIndex].Name);
                timeline.Restart(arrived, global.Version);
                continue;
            }

            double scale = _buffer.WeightAt(age);
            ModelParameters from = timeline.VersionOf(arrived);
            SiteContribution contribution = await _work.ContributeAsync(
                arrived.SiteIndex, from, evaluated: null, SiteWork.TaskOf(arrived.BaseVersion), global.WeightUnit,
                scale, cancellationToken).ConfigureAwait(false);
            contributions.Add(contribution with { BaseVersion = arrived.BaseVersion });
            arrivedSites.Add(arrived.SiteIndex);
            timeline.Deliver(arrived, global.Version);
            staleness += age;
        }

        return new Buffered(contributions, [.. tooStale], (double)staleness / contributions.Count);
    }

    private sealed record Buffered(List<SiteContribution> Contributions, ImmutableArray<string> TooStale,
        double MeanStaleness);
}
