using Microsoft.Extensions.Logging;
using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Plans;
using SecureFL.Federated.Data;
using SecureFL.Federated.Metrics;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Deployment.Clients;

/// <summary>
/// A client at its own pace: training goes on when a round closes without it, and the update goes into the next one, older by the versions that came meanwhile and weighed down for it.
/// One that is too old is dropped, and training starts anew from the newest model. The client contributes at most once on a model version. Disposing ends the training under way.
/// Not thread-safe: rounds come one after the other.
/// </summary>
internal sealed class AsynchronousSource : IContributionSource, IDisposable
{
    private readonly TrainingTerms _terms;
    private readonly BufferOptions _pace;
    private readonly int _client;
    private readonly TrainingSource _synchronous;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _ended = new();
    private Work? _work;
    private RoundTask? _newest;

    /// <param name="synchronous">The same client's source of whatever is not trained.</param>
    /// <param name="terms">The plan's terms.</param>
    /// <param name="client">The client's number.</param>
    /// <param name="logger">The client's log.</param>
    /// <exception cref="ArgumentException">The terms have no asynchronous rounds.</exception>
    internal AsynchronousSource(TrainingSource synchronous, TrainingTerms terms, int client, ILogger logger)
    {
        _terms = terms;
        _pace = terms.Asynchronous ?? throw new ArgumentException("the terms have no asynchronous rounds", nameof(terms));
        _client = client;
        _logger = logger;
        _synchronous = synchronous;
    }

    /// <inheritdoc/>
    public int ModelLength => _synchronous.ModelLength;

    /// <inheritdoc/>
    public bool Takes(RoundKind kind) => _synchronous.Takes(kind);

    /// <inheritdoc/>
    public async Task<ContributionValues> CreateAsync(RoundTask task, CancellationToken cancellationToken)
    {
        if (task.Kind != RoundKind.Training)
        {
            return await _synchronous.CreateAsync(task, cancellationToken).ConfigureAwait(false);
        }

        _newest = task;
        Work work = WorkFor(task);
        LocalTrainingResult trained = await work.Training.WaitAsync(cancellationToken).ConfigureAwait(false);
        int age = task.Head.Version - work.Base.Version;
        PreparedSite ready = work.Ready;
        SiteWork site = new(new TrainedAlready(ready.Trainer, trained), ready.Options);
        int number = SiteWork.TaskOf(work.Base.Version);
        long[] residual = await _synchronous.BeforeAsync(task, cancellationToken).ConfigureAwait(false);
        SiteContribution contribution = await site.TrainAsync(
            ready.Site, _client, work.From, VersionValues.Delivered(_terms, task.Model), number, ready.Unit, _pace.WeightAt(age),
            residual, cancellationToken).ConfigureAwait(false);
        if (age > 0)
        {
            ClientLog.Stale(_logger, work.Base.Version, age, _pace.WeightAt(age));
        }

        ContributionValues values = _synchronous.ValuesOf(ready, contribution, work.From, number);
        _synchronous.Promise(task, residual, contribution, values);
        return values with { Base = work.Base.Digest };
    }

    /// <inheritdoc/>
    public void Committed()
    {
        Work? delivered = _work;
        _work = null;
        if (delivered is not null && _newest is RoundTask newest && newest.Head.Digest != delivered.Base.Digest && newest.IsFree(newest.Head.Digest))
        {
            _work = Begin(newest);
        }
    }

    /// <inheritdoc/>
    public void Ended() => _synchronous.Ended();

    /// <inheritdoc/>
    public void Dispose()
    {
        _ended.Cancel();
        _ended.Dispose();
    }

    private Work WorkFor(RoundTask task)
    {
        if (_work is Work work && (task.Head.Version - work.Base.Version > _pace.MaxStaleness || !task.IsFree(work.Base.Digest)))
        {
            ClientLog.TooStale(_logger, work.Base.Version, task.Head.Version, _pace.MaxStaleness);
            _work = null;
        }

        return _work ??= Begin(task);
    }

    private Work Begin(RoundTask task)
    {
        PreparedSite ready = _synchronous.Ready(_synchronous.ProgressFor(task));
        ModelParameters from = VersionValues.Trained(_terms, task.Model);
        LocalTrainingRequest request = new()
        {
            Global = from,
            Train = ready.Site.Train,
            Site = ready.Site.Name,
            SiteIndex = _client,
            Round = SiteWork.TaskOf(task.Head.Version),
            Seed = _terms.Seed,
        };
        CancellationToken ended = _ended.Token;
        return new Work(task.Head, from, ready, Task.Run(() => ready.Trainer.TrainAsync(request, ended).AsTask(), ended));
    }

    private sealed record Work(ModelStamp Base, ModelParameters From, PreparedSite Ready, Task<LocalTrainingResult> Training);

    /// <summary>A trainer whose training is done: what is left is to evaluate the newest model.</summary>
    private sealed class TrainedAlready(ILocalTrainer trainer, LocalTrainingResult trained) : ILocalTrainer
    {
        public ModelLayout Layout => trainer.Layout;

        public MetricLayout Metrics => trainer.Metrics;

        public ModelParameters CreateInitial(ulong seed) => trainer.CreateInitial(seed);

        public ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request, CancellationToken cancellationToken = default) => ValueTask.FromResult(trained);

        public ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data, CancellationToken cancellationToken = default) =>
            trainer.EvaluateAsync(model, data, cancellationToken);
    }
}
