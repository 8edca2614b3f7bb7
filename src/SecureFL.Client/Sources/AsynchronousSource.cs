using Microsoft.Extensions.Logging;
using SecureFL.Client.Logging;
using SecureFL.Client.Questions;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Client.Sources;

/// <summary>
/// A client at its own pace: training goes on when a round closes without it, and the update goes into the next one,
/// older by the versions that came meanwhile and weighed down for it. The versions are measured by evaluations of all
/// sites, which a site takes part in while it trains. One that is too old is dropped, and training starts anew from the
/// newest model. The client contributes at most once on a model version. Training of which nothing can come any more is
/// ended: when it is too old, after the last version, with the session, and on disposal, which waits until it is over.
/// Not thread-safe: rounds come one after the other.
/// </summary>
internal sealed class AsynchronousSource : IContributionSource, IAsyncDisposable
{
    private readonly TrainingTerms _terms;
    private readonly BufferOptions _pace;
    private readonly int _client;
    private readonly TrainingSource _synchronous;
    private readonly ILogger _logger;
    private Work? _work;
    private Task _dropped = Task.CompletedTask;
    private Work? _sent;
    private SiteTask? _newest;

    /// <param name="synchronous">The same client's source of whatever is not trained.</param>
    /// <param name="terms">The plan's terms.</param>
    /// <param name="client">The client's number.</param>
    /// <param name="logger">The client's log.</param>
    /// <exception cref="ArgumentException">The terms have no asynchronous rounds.</exception>
    internal AsynchronousSource(TrainingSource synchronous, TrainingTerms terms, int client, ILogger logger)
    {
        _terms = terms;
        _pace = terms.Asynchronous ?? throw new ArgumentException("the terms have no asynchronous rounds",
            nameof(terms));
        _client = client;
        _logger = logger;
        _synchronous = synchronous;
    }

    /// <inheritdoc/>
    public int ModelLength => _synchronous.ModelLength;

    /// <inheritdoc/>
    public RoundTask? TaskOn(float[] model, int step) => _synchronous.TaskOn(model, step);

    /// <inheritdoc/>
    public bool Takes(RoundKind kind) => _synchronous.Takes(kind);

    /// <inheritdoc/>
    public IReadOnlyList<DataQuestion> FirstQuestions => _synchronous.FirstQuestions;

    /// <inheritdoc/>
    public IReadOnlyList<DataQuestion> QuestionsOf(SiteTask task)
    {
        // What is too old is dropped here already: the questions are about the weights that the update will be from.
        DropUseless(task);
        return task.Kind != RoundKind.Training ? _synchronous.QuestionsOf(task)
            : _synchronous.QuestionsOf(_work?.From ?? VersionValues.Trained(_terms, task.Model),
                (_work?.Base ?? task.Head).Version);
    }

    /// <inheritdoc/>
    public async Task<ContributionValues> CreateAsync(SiteTask task, CancellationToken cancellationToken)
    {
        _sent = null;
        DropUseless(task);
        if (task.Kind != RoundKind.Training)
        {
            return await _synchronous.CreateAsync(task, cancellationToken).ConfigureAwait(false);
        }

        _newest = task;
        Work work = _work ??= Begin(task);
        LocalTrainingResult trained = await work.Training.WaitAsync(cancellationToken).ConfigureAwait(false);
        int age = task.Head.Version - work.Base.Version;
        PreparedSite ready = work.Ready;
        SiteWork site = new(new TrainedAlready(ready.Trainer, trained), ready.Options);
        int number = SiteWork.TaskOf(work.Base.Version);
        long[] residual = await _synchronous.BeforeAsync(task, cancellationToken).ConfigureAwait(false);
        SiteContribution contribution = await site.TrainAsync(
            ready.Site, _client, work.From, evaluated: null, number, ready.Unit, _pace.WeightAt(age),
            residual, cancellationToken).ConfigureAwait(false);
        if (age > 0)
        {
            ClientLog.Stale(_logger, work.Base.Version, age, _pace.WeightAt(age));
        }

        ContributionValues values = _synchronous.ValuesOf(ready, contribution, work.From, number);
        _synchronous.Promise(task, residual, contribution, values);
        _sent = work;
        return values with { Base = work.Base.Digest };
    }

    /// <inheritdoc/>
    public void Committed()
    {
        if (_sent is not Work delivered)
        {
            return;
        }

        (_sent, _work) = (null, null);
        if (_newest is SiteTask newest && newest.Head.Digest != delivered.Base.Digest
            && newest.IsFree(newest.Head.Digest))
        {
            _work = Begin(newest);
        }
    }

    /// <inheritdoc/>
    public void Ended()
    {
        Drop();
        _synchronous.Ended();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Drop();
        await _dropped.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // Whatever round comes tells how old the work under way has become.
    private void DropUseless(SiteTask task)
    {
        if (_work is not Work work || task.Kind == RoundKind.Preparation)
        {
            return;
        }

        if (task.Head.Version >= _terms.Stopping.Rounds)
        {
            Drop();
        }
        else if (task.Head.Version < work.Base.Version || task.Head.Version - work.Base.Version > _pace.MaxStaleness
            || !task.IsFree(work.Base.Digest))
        {
            ClientLog.TooStale(_logger, work.Base.Version, task.Head.Version, _pace.MaxStaleness);
            Drop();
        }
    }

    private void Drop()
    {
        if (_work is Work work)
        {
            work.Stop.Cancel();
            _dropped = work.Training;
            _work = null;
        }
    }

    private Work Begin(SiteTask task)
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
        // The source is left to the collector: training may still look at its token when the work is long forgotten.
        CancellationTokenSource stop = new();
        Task dropped = _dropped;
        return new Work(task.Head, from, ready,
            Task.Run(() => TrainAfterAsync(dropped, ready.Trainer, request, stop.Token)), stop);
    }

    // A site trains one model at a time: what was dropped is over first.
    private static async Task<LocalTrainingResult> TrainAfterAsync(Task dropped, ILocalTrainer trainer,
        LocalTrainingRequest request, CancellationToken stop)
    {
        await dropped.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        stop.ThrowIfCancellationRequested();
        return await trainer.TrainAsync(request, stop).ConfigureAwait(false);
    }

    private sealed record Work(ModelStamp Base, ModelParameters From, PreparedSite Ready,
        Task<LocalTrainingResult> Training, CancellationTokenSource Stop);

    /// <summary>A trainer whose training is done.</summary>
    private sealed class TrainedAlready(ILocalTrainer trainer, LocalTrainingResult trained) : ILocalTrainer
    {
        public ModelLayout Layout => trainer.Layout;

        public MetricLayout Metrics => trainer.Metrics;

        public ModelParameters CreateInitial(ulong seed) => trainer.CreateInitial(seed);

        public ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request,
            CancellationToken cancellationToken = default) => ValueTask.FromResult(trained);

        public ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data,
            CancellationToken cancellationToken = default) =>
            trainer.EvaluateAsync(model, data, cancellationToken);
    }
}
