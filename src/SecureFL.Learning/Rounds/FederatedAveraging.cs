using System.Collections.Immutable;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// Synchronous rounds (McMahan et al. 2017): chosen sites train from the global model, their weighted updates are
/// summed, the server's optimiser applies the mean. Encrypted and plaintext runs differ in the <see cref="ISecureSum"/>
/// alone. Not thread-safe.
/// </summary>
public sealed class FederatedAveraging
{
    private readonly FederationOptions _options;
    private readonly IReadOnlyList<FederatedSite> _sites;
    private readonly RoundWork _work;
    private readonly ILocalTrainer _trainer;

    /// <summary>A federation.</summary>
    /// <exception cref="ArgumentException">Options out of range, no sites, or two of one name.</exception>
    public FederatedAveraging(FederationOptions options, IReadOnlyList<FederatedSite> sites, ILocalTrainer trainer,
        ISecureSum sum)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(sites);
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(sum);
        _work = new RoundWork(options, sites, trainer, sum);
        _options = options;
        _sites = sites;
        _trainer = trainer;
        RunDigest = _work.RunDigest();
    }

    /// <summary>Identifies the run; a checkpoint carries it.</summary>
    public string RunDigest { get; }

    /// <summary>Trains to the end, from the start or from a checkpoint; both give the same final weights.</summary>
    /// <exception cref="ArgumentException">The checkpoint belongs to another run.</exception>
    /// <exception cref="TooFewContributorsException">A round's deadline left fewer sites than may be
    /// summed.</exception>
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
        double clock = start.SimulatedSeconds;
        while (global.Version < _options.Stopping.Rounds)
        {
            (int[] present, ImmutableArray<string> late, double seconds) = Attend(global.Version + 1);
            clock += seconds;
            OpenedRound opened = await OpenRoundAsync(global, present, observer, cancellationToken)
                .ConfigureAwait(false);
            late = [.. late, .. present.Select(site => _sites[site].Name).Except(opened.Sum.Contributors)];
            await ReportAsync(global.Describe(opened.Train, opened.Test), observer, cancellationToken)
                .ConfigureAwait(false);
            if (_options.Stopping.Decide(global.History) is StopReason reason)
            {
                return await FinishAsync(global, reason, opened, clock - seconds, cancellationToken)
                    .ConfigureAwait(false);
            }

            RoundRecord record = new()
            {
                Round = 0,
                Contributors = opened.Sum.Contributors,
                LeftBehind = late,
                ClippedElements = opened.Clipped,
                BeyondClip = opened.BeyondClip,
                ClippedShare = opened.ClippedShare,
                MostClipped = opened.MostClipped,
                Coarsest = opened.Coarsest,
                SimulatedSeconds = clock,
                SecondsTrain = _work.TakeSecondsTrain(),
                Costs = opened.Sum.Costs,
                SumIsExact = opened.Sum.SumIsExact,
            };
            global.Advance(opened.MeanUpdate, record);
            _work.Residuals.Settle(opened.Left);
            if (observer is not null)
            {
                await observer.OnCheckpointAsync(Save(global, clock), cancellationToken).ConfigureAwait(false);
            }
        }

        OpenedRound last = await _work.EvaluateEverywhereAsync(global.Delivered, global.Version + 1, global.Stamp,
            cancellationToken, observer).ConfigureAwait(false);
        await ReportAsync(global.Describe(last.Train, last.Test), observer, cancellationToken).ConfigureAwait(false);
        StopReason end = _options.Stopping.Decide(global.History) ?? StopReason.Rounds;
        return await FinishAsync(global, end, last, clock, cancellationToken).ConfigureAwait(false);
    }

    private async Task<OpenedRound> OpenRoundAsync(GlobalModel global, int[] present, IRunObserver? observer,
        CancellationToken cancellationToken)
    {
        ModelParameters evaluated = global.Delivered;
        int round = global.Version + 1;
        SiteContribution[] contributions = await _work.GatherAsync(
            present,
            round,
            (site, token) => _work.ContributeAsync(site, global.Current, evaluated, round, global.WeightUnit, 1, token),
            observer,
            cancellationToken).ConfigureAwait(false);
        return await _work.SumAsync(
            contributions, round, global.WeightUnit, global.Stamp, cancellationToken, global.Current)
            .ConfigureAwait(false);
    }

    private (int[] Present, ImmutableArray<string> Late, double Seconds) Attend(int round)
    {
        int[] chosen = ClientSampling.Choose(_sites.Count, _options.SitesPerRound, _options.Seed, round);
        if (_options.Timing is not ISiteTiming timing)
        {
            return (chosen, [], 0);
        }

        double deadline = _options.DeadlineSeconds ?? double.PositiveInfinity;
        int[] present = Array.FindAll(chosen, site => timing.SecondsFor(site, round) <= deadline);
        ImmutableArray<string> late = [.. chosen.Except(present).Select(site => _sites[site].Name)];
        if (present.Length < _options.MinimumContributors)
        {
            throw new TooFewContributorsException(round, present.Length, _options.MinimumContributors);
        }

        double seconds = late.IsEmpty ? present.Max(site => timing.SecondsFor(site, round)) : deadline;
        return (present, late, seconds);
    }

    private async Task<TrainingOutcome> FinishAsync(
        GlobalModel global, StopReason reason, OpenedRound metrics, double clock, CancellationToken cancellationToken)
    {
        EvaluationCounts test = await _work.RefineAsync(
            metrics.Test, global.Delivered, global.Version + 1, global.Stamp, cancellationToken).ConfigureAwait(false);
        return new TrainingOutcome(global.Delivered, reason, [.. global.History], metrics.Train, test,
            Save(global, clock));
    }

    private TrainingCheckpoint Save(GlobalModel global, double clock) =>
        global.Save(RunDigest, clock) with { Residuals = _work.Residuals.All };

    private static async ValueTask ReportAsync(RoundRecord? record, IRunObserver? observer,
        CancellationToken cancellationToken)
    {
        if (record is not null && observer is not null)
        {
            await observer.OnRoundAsync(record, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>Fewer sites were in time than may be summed: opening a smaller sum would show too much of each.</summary>
public sealed class TooFewContributorsException : Exception
{
    /// <summary>Names the round and the numbers.</summary>
    public TooFewContributorsException(int round, int present, int minimum, string which = "in time")
        : base(
            $"{(round == 0 ? "before round 1" : $"round {round}")}: {present} sites {which}, at least {minimum} are "
            + $"needed")
    {
        Round = round;
        Present = present;
        Minimum = minimum;
    }

    /// <summary>The round; 0 before the first one.</summary>
    public int Round { get; }

    /// <summary>Sites in time.</summary>
    public int Present { get; }

    /// <summary>Sites needed.</summary>
    public int Minimum { get; }
}
