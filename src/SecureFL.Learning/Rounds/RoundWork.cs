using System.Collections.Immutable;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Messages.Counters;

namespace SecureFL.Learning.Rounds;

/// <summary>An opened round: the mean update and the counters of all contributors.</summary>
internal sealed record OpenedRound(float[] MeanUpdate, long Clipped, EvaluationCounts Train, EvaluationCounts Test,
    SecureSumResult Sum)
{
    /// <summary>Elements of the mean that were beyond the clip, and were set to it.</summary>
    public long BeyondClip { get; init; }

    /// <summary>Clipped elements' share of all; null where nothing is clipped.</summary>
    public double? ClippedShare { get; init; }

    /// <summary>The tensor with the largest clipped share; null where nothing is clipped.</summary>
    public ClippedTensor? MostClipped { get; init; }

    /// <summary>Where quantisation is coarsest; null where there is none.</summary>
    public QuantisationGrain? Coarsest { get; init; }

    /// <summary>Under error feedback what is left at the contributors, by site.</summary>
    public IReadOnlyDictionary<int, long[]> Left { get; init; } = ImmutableDictionary<int, long[]>.Empty;
}

/// <summary>
/// What both engines share: the sites' side of a round, timed and side by side, and the reading of an opened sum.
/// </summary>
internal sealed class RoundWork
{
    /// <summary>The bound on an AUC beyond which it is counted in finer bins at the end.</summary>
    private const double CertainEnough = 1e-4;

    private readonly FederationOptions _options;
    private readonly IReadOnlyList<FederatedSite> _sites;
    private readonly ILocalTrainer _trainer;
    private readonly ISecureSum _sum;
    private readonly SiteWork _work;
    private readonly TensorClips? _clips;
    private double _secondsTrain;
    private readonly Lock _timeLock = new();

    public RoundWork(FederationOptions options, IReadOnlyList<FederatedSite> sites, ILocalTrainer trainer,
        ISecureSum sum)
    {
        if (sites.Count == 0 || sites.Select(site => site.Name).Distinct(StringComparer.Ordinal).Count() != sites.Count)
        {
            throw new ArgumentException("a federation needs sites, each with a name of its own", nameof(sites));
        }

        options.Check(sites.Count);
        if (options.ErrorFeedback && trainer is Privacy.RecordPrivacyTrainer)
        {
            throw new ArgumentException(
                "error feedback adds to an update what earlier ones held back, so a row moves a contribution by "
                + "more than its bound: it does not go with record privacy", nameof(options));
        }

        _options = options;
        _sites = sites;
        _trainer = trainer;
        _sum = sum;
        _work = new SiteWork(trainer, new SiteWorkOptions
        {
            Seed = options.Seed,
            Weighting = options.Weighting,
            MaxWeight = options.MaxWeight,
            Clip = sum.Clip,
            Clips = options.Clips,
            Feedback = options.ErrorFeedback && sum is { Clip: float bound, Bits: int bits }
                ? new ErrorFeedback((double)bound / ((1 << (bits - 1)) - 1)) : null,
        });
        _clips = sum.Clip is float clip ? options.Clips ?? new TensorClips(trainer.Layout, [clip]) : null;
    }

    /// <summary>What is left at the sites under error feedback.</summary>
    public SiteResiduals Residuals { get; } = new();

    /// <summary>Identifies what a checkpoint may not be mixed up with.</summary>
    public string RunDigest(BufferOptions? buffer = null) =>
        RunIdentity.DigestOf(_options, buffer, _sites, _trainer.Layout);

    /// <summary>
    /// The checkpoint before the first round. With sample weights the unit comes from a sum of row counts.
    /// </summary>
    public async Task<TrainingCheckpoint> StartAsync(string runDigest, CancellationToken cancellationToken)
    {
        double unit = _options.WeightUnit ?? 1;
        if (_options.Weighting == Weighting.Samples && _options.WeightUnit is null)
        {
            SecureSumResult counts = await _sum.AggregateAsync(
                new SecureSumRequest
                {
                    Round = 0,
                    Seed = _options.Seed,
                    Counters = new CounterLayout(0, new Counter("samples", int.MaxValue)),
                    Contributions =
                        [.. _sites.Select((site, i) => new SiteContribution(site.Name, i, [], [site.Train.Count]))],
                },
                cancellationToken).ConfigureAwait(false);
            unit = (double)counts.Counters[0] / counts.Contributors.Length;
        }

        return new TrainingCheckpoint
        {
            RunDigest = runDigest,
            Version = 0,
            Weights = _trainer.CreateInitial(_options.Seed).Values,
            WeightUnit = unit
        };
    }

    /// <summary>
    /// One site's contribution: trained from <paramref name="from"/>, its update multiplied by
    /// <paramref name="scale"/>, with counters of <paramref name="evaluated"/> if any.
    /// </summary>
    public async Task<SiteContribution> ContributeAsync(
        int siteIndex, ModelParameters from, ModelParameters? evaluated, int task, double weightUnit, double scale,
        CancellationToken cancellationToken)
    {
        long started = _options.Clock?.GetTimestamp() ?? 0;
        SiteContribution contribution = await _work.TrainAsync(
            _sites[siteIndex], siteIndex, from, evaluated, task, weightUnit, scale, Residuals.Of(siteIndex),
            cancellationToken).ConfigureAwait(false);
        CountSeconds(started);
        return contribution;
    }

    /// <summary>The counters of <paramref name="model"/> at every site, summed, without any training.</summary>
    public async Task<OpenedRound> EvaluateEverywhereAsync(
        ModelParameters model, int round, ModelStamp stamp, CancellationToken cancellationToken,
        IRunObserver? observer = null)
    {
        SiteContribution[] contributions = await GatherAsync(
            [.. Enumerable.Range(0, _sites.Count)], round,
            (site, token) => _work.EvaluateAsync(_sites[site], site, model, token), observer, cancellationToken)
            .ConfigureAwait(false);
        return await SumAsync(contributions, round, 1, stamp, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The contributions of these sites, in their order; without those whose trainer failed, where the options say so
    /// and enough are left.
    /// </summary>
    /// <exception cref="TooFewContributorsException">Fewer are left than may be summed.</exception>
    public async Task<SiteContribution[]> GatherAsync(
        int[] sites, int round, Func<int, CancellationToken, Task<SiteContribution>> contribute, IRunObserver? observer,
        CancellationToken cancellationToken)
    {
        SiteContribution?[] contributions = new SiteContribution?[sites.Length];
        await ForEachAsync(
            sites.Length,
            async (i, token) =>
            {
                try
                {
                    contributions[i] = await contribute(sites[i], token).ConfigureAwait(false);
                }
                catch (TrainerFaultException fault) when (_options.OnTrainerFault == TrainerFaultRule.LeaveOut)
                {
                    observer?.OnTrainerFault(fault.At(_sites[sites[i]].Name, round));
                }
            },
            cancellationToken).ConfigureAwait(false);
        SiteContribution[] came = [.. contributions.OfType<SiteContribution>()];
        return came.Length == sites.Length || came.Length >= _options.MinimumContributors
            ? came
            : throw new TooFewContributorsException(round, came.Length, _options.MinimumContributors,
                "whose trainers did not fail");
    }

    /// <summary>
    /// The test rows' counters of a run's last model, with a finer AUC where the bins leave it less certain than
    /// <see cref="CertainEnough"/>: all sites count their test rows once more, in bins laid by the counts that were
    /// opened, in a sum of its own.
    /// </summary>
    public async Task<EvaluationCounts> RefineAsync(EvaluationCounts test, ModelParameters model, int round,
        ModelStamp stamp, CancellationToken cancellationToken)
    {
        if (test.Auc is not AucEstimate auc || auc.HalfWidth <= CertainEnough)
        {
            return test;
        }

        ImmutableArray<FineGrid> grids = test.FineGrids();
        SiteContribution[] contributions = new SiteContribution[_sites.Count];
        for (int i = 0; i < contributions.Length; i++)
        {
            long[]? counts = _sites[i].Test is Dataset rows
                ? await _trainer.CountScoresAsync(model, rows, grids, cancellationToken).ConfigureAwait(false)
                : new long[grids.Sum(grid => 2 * grid.Bins)];
            if (counts is null)
            {
                return test;
            }

            contributions[i] = new SiteContribution(_sites[i].Name, i, [], counts);
        }

        const long Most = (1L << MetricLayout.CountBits) - 1;
        SecureSumRequest request = new()
        {
            Round = round,
            Seed = _options.Seed,
            Model = stamp,
            Counters = new CounterLayout(0,
                [.. contributions[0].Counters.Select((_, i) => new Counter($"scores.{i}", Most))]),
            Contributions = contributions,
        };
        SecureSumResult sum = await _sum.AggregateAsync(request, cancellationToken).ConfigureAwait(false);
        // A round of some sites had other rows than all sites have.
        Int128 counted = CounterSum.Of(sum.Counters.AsSpan(0, 2 * grids[0].Bins));
        return counted == test.Samples ? test.WithFineScores(grids, sum.Counters) : test;
    }

    /// <summary>
    /// Sums contributions and reads the result: mean update = sum * unit / total weight, of updates of
    /// <paramref name="current"/> if any.
    /// </summary>
    public async Task<OpenedRound> SumAsync(
        IReadOnlyList<SiteContribution> contributions,
        int round,
        double weightUnit,
        ModelStamp stamp,
        CancellationToken cancellationToken,
        ModelParameters? current = null)
    {
        SecureSumRequest request = new()
        {
            Round = round,
            Seed = _options.Seed,
            Model = stamp,
            Contributions = contributions,
            Counters = _work.Counters.Layout
        };
        SecureSumResult sum = await _sum.AggregateAsync(request, cancellationToken).ConfigureAwait(false);
        RoundReading reading = RoundReading.Of(
            _work.Counters, [.. sum.Sum], sum.Counters, weightUnit, _options.Clips, _sum.Clip);
        bool quantised = _clips is not null && _sum.Bits is not null && reading.MeanUpdate.Length > 0;
        return new OpenedRound(reading.MeanUpdate, reading.Clipped, reading.Train, reading.Test, sum)
        {
            BeyondClip = reading.BeyondClip,
            ClippedShare = quantised ? reading.Clipped
                / ((double)sum.Contributors.Length * reading.MeanUpdate.Length) : null,
            MostClipped = quantised && reading.Clipped > 0
                ? _clips!.MostClipped(contributions.Select(contribution => contribution.Update), _sum.Clip!.Value)
                : null,
            Coarsest = quantised
                ? _clips!.Coarsest(MeanBeforeRounding(contributions, weightUnit / reading.Weight), _sum.Bits!.Value,
                    current?.Values)
                : null,
            Left =
                contributions.Where(contribution => contribution.Intended is not null
                    && sum.Contributors.Contains(contribution.Site)).ToDictionary(
                contribution => contribution.SiteIndex,
                contribution => ErrorFeedback.Left(contribution.Intended, _sum.QuantisedUpdate(request, contribution))),
        };
    }

    // In one process the updates are known as they were before they became integers.
    private float[] MeanBeforeRounding(IReadOnlyList<SiteContribution> contributions, double factor)
    {
        double[] total = new double[contributions[0].Update.Length];
        foreach (SiteContribution contribution in contributions)
        {
            for (int i = 0; i < total.Length; i++)
            {
                total[i] += contribution.Update[i];
            }
        }

        float[] mean = Array.ConvertAll(total, value => (float)(value * factor));
        _options.Clips?.Unscale(mean, _sum.Clip ?? 1);
        return mean;
    }

    /// <summary>Runs <paramref name="body"/> for 0 .. count-1, as many at a time as the options allow.</summary>
    public Task ForEachAsync(int count, Func<int, CancellationToken, ValueTask> body,
        CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions
            {
                MaxDegreeOfParallelism = _options.Parallelism,
                CancellationToken = cancellationToken
            },
            body);

    /// <summary>Seconds of local work since the last call.</summary>
    public double TakeSecondsTrain()
    {
        lock (_timeLock)
        {
            double seconds = _secondsTrain;
            _secondsTrain = 0;
            return seconds;
        }
    }

    private void CountSeconds(long started)
    {
        if (_options.Clock is TimeProvider clock)
        {
            double seconds = clock.GetElapsedTime(started).TotalSeconds;
            lock (_timeLock)
            {
                _secondsTrain += seconds;
            }
        }
    }
}
