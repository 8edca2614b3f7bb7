using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using SecureFL.Aggregation;
using SecureFL.Federated.Models;

namespace SecureFL.Federated.Rounds;

/// <summary>An opened round: the mean update and the counters of all contributors.</summary>
internal sealed record OpenedRound(float[] MeanUpdate, long Clipped, EvaluationCounts Train, EvaluationCounts Test, SecureSumResult Sum);

/// <summary>
/// What both engines share: the sites' side of a round (evaluate, train, difference, weigh, count) and the reading of an opened sum. The counters are
/// those of <see cref="RoundCounters"/>.
/// </summary>
internal sealed class RoundWork
{
    private readonly FederationOptions _options;
    private readonly IReadOnlyList<FederatedSite> _sites;
    private readonly ILocalTrainer _trainer;
    private readonly ISecureSum _sum;
    private readonly CounterLayout _counters;
    private double _secondsTrain;
    private readonly Lock _timeLock = new();

    public RoundWork(FederationOptions options, IReadOnlyList<FederatedSite> sites, ILocalTrainer trainer, ISecureSum sum)
    {
        if (sites.Count == 0 || sites.Select(site => site.Name).Distinct(StringComparer.Ordinal).Count() != sites.Count)
        {
            throw new ArgumentException("a federation needs sites, each with a name of its own", nameof(sites));
        }

        options.Check(sites.Count);
        _options = options;
        _sites = sites;
        _trainer = trainer;
        _sum = sum;
        _counters = RoundCounters.LayoutOf(trainer.Metrics);
    }

    /// <summary>Identifies what a checkpoint may not be mixed up with; the stopping rules may change between runs.</summary>
    public string RunDigest(string engine)
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{engine}|{_options.Seed}|{_options.Weighting}|{_options.WeightUnit}|{_options.MaxWeight}|");
        text.Append(CultureInfo.InvariantCulture, $"{_options.ServerOptimizer}|{_options.AverageDecay}|{_options.SitesPerRound}|{_options.DeadlineSeconds}|");
        foreach (FederatedSite site in _sites)
        {
            text.Append(CultureInfo.InvariantCulture, $"{site.Name}:{site.Train.Count}:{site.Test?.Count}|");
        }

        foreach (TensorSlot slot in _trainer.Layout.Tensors)
        {
            text.Append(CultureInfo.InvariantCulture, $"{slot.Name}[{string.Join(',', slot.Shape)}]");
        }

        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>The checkpoint before the first round. With sample weights the unit comes from a sum of row counts.</summary>
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
                    Counters = new CounterLayout(0, new Counter("samples", (1L << MetricLayout.CountBits) - 1)),
                    Contributions = [.. _sites.Select((site, i) => new SiteContribution(site.Name, i, [], [site.Train.Count]))],
                },
                cancellationToken).ConfigureAwait(false);
            unit = (double)counts.Counters[0] / counts.Contributors.Length;
        }

        return new TrainingCheckpoint { RunDigest = runDigest, Version = 0, Weights = _trainer.CreateInitial(_options.Seed).Values, WeightUnit = unit };
    }

    /// <summary>One site's contribution: trained from <paramref name="from"/>, its update multiplied by <paramref name="scale"/>, with counters of <paramref name="evaluated"/>.</summary>
    public async Task<SiteContribution> ContributeAsync(
        int siteIndex, ModelParameters from, ModelParameters evaluated, int task, double weightUnit, double scale, CancellationToken cancellationToken)
    {
        long started = _options.Clock?.GetTimestamp() ?? 0;
        FederatedSite site = _sites[siteIndex];
        LocalTrainingRequest request = new()
        {
            Global = from,
            Train = site.Train,
            Site = site.Name,
            SiteIndex = siteIndex,
            Round = task,
            Seed = _options.Seed,
        };
        LocalRoundResult work = await _trainer.TrainAndEvaluateAsync(request, evaluated, site.Test, cancellationToken).ConfigureAwait(false);
        LocalTrainingResult result = work.Training;
        long[] counters = CountersOf(work.Train, work.Test);
        if (result.Weights.Length != from.Values.Length || result.Samples < 1)
        {
            throw new InvalidOperationException(
                $"the trainer of {site.Name} left {result.Weights.Length} weights for {from.Values.Length} and a sample count of {result.Samples}");
        }

        long weight = WeightOf(result.Samples, weightUnit);
        float factor = (float)(scale * weight / weightUnit);
        float[] update = new float[from.Values.Length];
        for (int i = 0; i < update.Length; i++)
        {
            update[i] = (result.Weights[i] - from.Values[i]) * factor;
        }

        counters[RoundCounters.Weight] = weight;
        counters[RoundCounters.Clipped] = _sum.Clip is float clip ? UpdateQuantizer.CountClipped(update, clip) : 0;
        CountSeconds(started);
        return new SiteContribution(site.Name, siteIndex, update, counters);
    }

    /// <summary>The counters of <paramref name="model"/> at every site, summed, without any training.</summary>
    public async Task<OpenedRound> EvaluateEverywhereAsync(ModelParameters model, int round, ModelStamp stamp, CancellationToken cancellationToken)
    {
        SiteContribution[] contributions = new SiteContribution[_sites.Count];
        await ForEachAsync(contributions.Length, async (i, token) =>
        {
            long[] counters = await EvaluateAsync(_sites[i], model, token).ConfigureAwait(false);
            contributions[i] = new SiteContribution(_sites[i].Name, i, [], counters);
        }, cancellationToken).ConfigureAwait(false);
        return await SumAsync(contributions, round, 1, stamp, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sums contributions and reads the result: mean update = sum * unit / total weight.</summary>
    public async Task<OpenedRound> SumAsync(
        IReadOnlyList<SiteContribution> contributions, int round, double weightUnit, ModelStamp stamp, CancellationToken cancellationToken)
    {
        SecureSumRequest request = new() { Round = round, Seed = _options.Seed, Model = stamp, Contributions = contributions, Counters = _counters };
        SecureSumResult sum = await _sum.AggregateAsync(request, cancellationToken).ConfigureAwait(false);
        float[] mean = sum.Sum;
        if (mean.Length > 0)
        {
            double factor = weightUnit / sum.Counters[RoundCounters.Weight];
            mean = Array.ConvertAll(mean, value => (float)(value * factor));
        }

        int length = _trainer.Metrics.Length;
        EvaluationCounts train = new(_trainer.Metrics, sum.Counters.AsSpan(RoundCounters.Evaluation, length));
        EvaluationCounts test = new(_trainer.Metrics, sum.Counters.AsSpan(RoundCounters.Evaluation + length, length));
        return new OpenedRound(mean, sum.Counters[RoundCounters.Clipped], train, test, sum);
    }

    /// <summary>Runs <paramref name="body"/> for 0 .. count-1, as many at a time as the options allow.</summary>
    public Task ForEachAsync(int count, Func<int, CancellationToken, ValueTask> body, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = _options.Parallelism, CancellationToken = cancellationToken },
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

    private async Task<long[]> EvaluateAsync(FederatedSite site, ModelParameters model, CancellationToken cancellationToken)
    {
        EvaluationCounts train = await _trainer.EvaluateAsync(model, site.Train, cancellationToken).ConfigureAwait(false);
        EvaluationCounts? test = site.Test is null ? null : await _trainer.EvaluateAsync(model, site.Test, cancellationToken).ConfigureAwait(false);
        return CountersOf(train, test);
    }

    private long[] CountersOf(EvaluationCounts train, EvaluationCounts? test)
    {
        long[] counters = new long[_counters.Counters.Length];
        train.Values.CopyTo(counters.AsSpan(RoundCounters.Evaluation));
        if (test is not null)
        {
            test.Values.CopyTo(counters.AsSpan(RoundCounters.Evaluation + _trainer.Metrics.Length));
        }

        return counters;
    }

    private long WeightOf(long samples, double weightUnit)
    {
        if (_options.Weighting == Weighting.Equal)
        {
            return 1;
        }

        double most = Math.Min(_options.MaxWeight * weightUnit, int.MaxValue);
        return Math.Max(1, (long)Math.Min(samples, most));
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
