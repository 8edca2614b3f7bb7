using Microsoft.Extensions.Logging;
using SecureFL.Client.Questions;
using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.Contributions;
using SecureFL.Transport.Contracts;

namespace SecureFL.Client.Sources;

/// <summary>
/// Prepares, trains and evaluates on the site's rows under the plan's terms. What it makes depends on model version and
/// client index, never on a round's number, so a round that died and is repeated gets the same integers. Scaling, clips
/// and weight unit are worked out from the opened totals that the version's digest covers.
/// </summary>
internal sealed class TrainingSource : IContributionSource
{
    private readonly AggregationPlan _plan;
    private readonly TrainingTerms _terms;
    private readonly PreparationTerms _preparation;
    private readonly Func<PreparedState, ILocalTrainer> _trainers;
    private readonly RawSite _site;
    private readonly int _client;
    private readonly int _ownCounters;
    private readonly int _modelLength;
    private readonly RoundParticipation _participation;
    private readonly ResidualKeeper? _residual;
    private readonly FirstWeights _first;
    private PreparedSite? _ready;
    private float[]? _firstUpdate;

    /// <param name="plan">The plan.</param>
    /// <param name="terms">Its terms.</param>
    /// <param name="trainers">The trainer under what the preparation found out.</param>
    /// <param name="site">The site's rows as they were read.</param>
    /// <param name="client">The client's number.</param>
    /// <param name="residual">What the client keeps under error feedback; null where the terms have none.</param>
    /// <exception cref="ArgumentException">The trainer's model is not the one in the terms, or error feedback has
    /// nothing to keep its residual in.</exception>
    internal TrainingSource(
        AggregationPlan plan, TrainingTerms terms, Func<PreparedState, ILocalTrainer> trainers, RawSite site,
        int client, ResidualKeeper? residual = null)
    {
        if (terms.ErrorFeedback && residual is null)
        {
            throw new ArgumentException("error feedback keeps a residual between rounds, and there is no place for it",
                nameof(residual));
        }

        _residual = terms.ErrorFeedback ? residual : null;
        _plan = plan;
        _terms = terms;
        _preparation = terms.PreparationTerms;
        _trainers = trainers;
        _site = site;
        _client = client;
        _modelLength = VersionValues.LengthFor(terms);
        _participation = new RoundParticipation(terms, plan.Settings);
        _first = new FirstWeights(terms);
        ILocalTrainer trainer = trainers(PreparedState.Empty);
        _ownCounters = RoundCounters.LayoutOf(trainer.Metrics).Counters.Length;
        bool fits = trainer.Layout.Matches(terms.Layout) && terms.Metrics == trainer.Metrics
            && terms.Counters.Counters.SequenceEqual(plan.Settings.Counters.Counters);
        if (!fits)
        {
            throw new ArgumentException("the trainer's model or metrics are not those of the plan's terms");
        }
    }

    /// <summary>The source that the terms ask for. Dispose of it where it can be disposed of.</summary>
    internal static IContributionSource For(
        AggregationPlan plan, TrainingTerms terms, Func<PreparedState, ILocalTrainer> trainers, RawSite site,
        int client, ILogger logger, ResidualKeeper? residual = null)
    {
        TrainingSource source = new(plan, terms, trainers, site, client, residual);
        return terms.Asynchronous is null ? source : new AsynchronousSource(source, terms, client, logger);
    }

    public int ModelLength => _modelLength;

    public RoundTask? TaskOn(float[] model, int step) => TrainingSchedule.Next(_terms, step,
        VersionValues.Progress(_terms, _plan, model), VersionValues.IsMeasured(_terms, model));

    public bool Takes(RoundKind kind) => kind is RoundKind.Preparation or RoundKind.Training or RoundKind.Evaluation;

    public string? LeftOut(RoundKind kind, int version) => _participation.Takes(kind, version, _client)
        ? null
        : $"it is not among the {_terms.SitesPerRound} of {_plan.Enrolment.Clients.Count} clients that are drawn "
        + $"for model version {version}";

    public IReadOnlyList<DataQuestion> FirstQuestions =>
    [
        .. _terms.Preparation.Steps.SelectMany(step => step.Asks).Distinct().Select(DataQuestion.OfRows),
        .. _terms.Preparation.Steps.Any(step => step.Trains) ? _first.Questions(QuestionKind.Preparation) : [],
        .. _first.Questions(QuestionKind.Training),
        .. _terms.Asynchronous is null ? _first.Questions(QuestionKind.Evaluation) : [],
    ];

    public IReadOnlyList<DataQuestion> QuestionsOf(SiteTask task)
    {
        ModelParameters trained = VersionValues.Trained(_terms, task.Model);
        PreparationProgress progress = ProgressFor(task);
        if (progress.Next is { } step)
        {
            return
            [
                .. step.Asks.Select(DataQuestion.OfRows),
                .. step.Trains ? _first.Questions(QuestionKind.Preparation, trained, task.Head.Version) : [],
            ];
        }

        ModelParameters evaluated = VersionValues.Delivered(_terms, task.Model);
        return
        [
            .. task.Kind == RoundKind.Training ? QuestionsOf(trained, task.Head.Version) : [],
            .. _first.Questions(QuestionKind.Evaluation, evaluated, task.Head.Version),
        ];
    }

    /// <summary>What an update from these weights tells.</summary>
    internal IReadOnlyList<DataQuestion> QuestionsOf(ModelParameters trained, int version) =>
        [.. _first.Questions(QuestionKind.Training, trained, version)];

    public async Task<ContributionValues> CreateAsync(SiteTask task, CancellationToken cancellationToken)
    {
        PreparationProgress progress = ProgressFor(task);
        return task.Kind == RoundKind.Preparation
            ? await PrepareAsync(progress, task.Model, cancellationToken).ConfigureAwait(false)
            : await WorkAsync(task, progress, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The preparation that the version's values tell of.</summary>
    /// <exception cref="ProtocolViolationException">It does not fit the round's kind, or no rows have such
    /// totals.</exception>
    internal PreparationProgress ProgressFor(SiteTask task)
    {
        PreparationProgress progress = VersionValues.Progress(_terms, _plan, task.Model);
        return progress.IsComplete != (task.Kind == RoundKind.Preparation)
            ? progress
            : throw new ProtocolViolationException(
                ViolationCode.WrongRound,
                Party.Server,
                progress.IsComplete ? "a round of training or evaluation" : "a round of preparation",
                $"one of {task.Kind}");
    }

    private async Task<ContributionValues> PrepareAsync(PreparationProgress progress, float[] model,
        CancellationToken cancellationToken)
    {
        // Clips are found in as many steps as the tensors need, all from one first update.
        PreparingSite site = new(_site.Name, _site.Train, async (state, token) =>
        {
            PreparedSite ready = Ready(progress);
            return _firstUpdate ??= await ready.Work.FirstUpdateAsync(
                ready.Site, _client, VersionValues.Trained(_terms, model), _terms.UnitFrom(state) ?? 1, token)
                .ConfigureAwait(false);
        });
        long[] step = await progress.Next!.ContributeAsync(site, progress.State, cancellationToken)
            .ConfigureAwait(false);
        long[] counters = new long[_plan.Settings.Counters.Counters.Length];
        step.CopyTo(counters, _ownCounters);
        return new ContributionValues(new float[_plan.Parameters.FloatLength], counters,
            SiteWork.RoundingSeed(_terms.Seed, progress.Opened, _client));
    }

    private async Task<ContributionValues> WorkAsync(SiteTask task, PreparationProgress progress,
        CancellationToken cancellationToken)
    {
        _firstUpdate = null;
        PreparedSite ready = Ready(progress);
        ModelParameters evaluated = VersionValues.Delivered(_terms, task.Model);
        ModelParameters trained = VersionValues.Trained(_terms, task.Model);
        int number = SiteWork.TaskOf(task.Head.Version);
        long[] residual = task.Kind == RoundKind.Training
            ? await BeforeAsync(task, cancellationToken).ConfigureAwait(false) : [];
        SiteContribution contribution = task.Kind == RoundKind.Evaluation
            ? await ready.Work.EvaluateAsync(ready.Site, _client, evaluated, cancellationToken).ConfigureAwait(false)
            : await ready.Work.TrainAsync(
                ready.Site, _client, trained, evaluated, number, ready.Unit,
                residual: residual, cancellationToken: cancellationToken).ConfigureAwait(false);
        ContributionValues values = ValuesOf(ready, contribution, trained, number);
        Promise(task, residual, contribution, values);
        return values;
    }

    /// <summary>What error feedback adds to this round's update; empty for nothing.</summary>
    internal Task<long[]> BeforeAsync(SiteTask task, CancellationToken cancellationToken) =>
        _residual?.BeforeAsync(task, cancellationToken) ?? Task.FromResult<long[]>([]);

    /// <summary>
    /// Makes durable what the contribution leaves under error feedback: by the very integers that are encrypted.
    /// </summary>
    internal void Promise(SiteTask task, long[] before, SiteContribution contribution, ContributionValues values)
    {
        if (_residual is not null && contribution.Intended is long[] intended)
        {
            int[] sent = QuantizedVector.Of(_plan.Parameters, values.Vector, values.Rounding,
                values.RoundingSeed!.Value);
            _residual.Promise(task.Round, before, ErrorFeedback.Left(intended, sent));
        }
    }

    public void Ended() => _residual?.Erase();

    /// <summary>A contribution as the plan takes it, with what the site's own log is told.</summary>
    internal ContributionValues ValuesOf(PreparedSite ready, SiteContribution contribution,
        ModelParameters from, int task)
    {
        SiteWork work = ready.Work;
        bool trained = contribution.Update.Length > 0;
        TargetUnits units = TargetUnits.Of(ready.Progress.State.Targets);
        long[] counters = [.. contribution.Counters,
            .. new long[_plan.Settings.Counters.Counters.Length - _ownCounters]];
        return new ContributionValues(
            trained ? contribution.Update : new float[_plan.Parameters.FloatLength], counters,
            SiteWork.RoundingSeed(_terms.Seed, task, _client))
        {
            Rounding = _terms.Rounding,
            OwnMetrics = RoundMetricInfo.Line(RoundMetricInfo.Values(
                MetricSummary.Of(work.Counters.Train(contribution.Counters), units),
                MetricSummary.Of(work.Counters.Test(contribution.Counters), units))),
            Warnings = trained ? [.. Notes(ready.Progress.State, work, contribution, from, task)] : [],
        };
    }

    // Of this site's own update, weighted as it is sent; of the preparation, once.
    private IEnumerable<string> Notes(PreparedState state, SiteWork work, SiteContribution contribution,
        ModelParameters from, int task)
    {
        TensorClips clips = _terms.ClipsFrom(state) ?? new TensorClips(_terms.Layout, [_plan.Parameters.Clip]);
        float[] update = [.. contribution.Update];
        clips.Unscale(update, _plan.Parameters.Clip);
        double clipped = work.Counters.Clipped(contribution.Counters) / (double)update.Length;
        IEnumerable<string> notes = QuantisationNotes.Of(clipped,
            clips.Coarsest(update, _plan.Parameters.Bits, from.Values),
            clips.MostClipped([[.. contribution.Update]], _plan.Parameters.Clip));
        return task == SiteWork.TaskOf(0) && state.Note is string note ? notes.Prepend(note) : notes;
    }

    /// <summary>
    /// The site under what the preparation found out. Rows are scaled once, unless the totals are others than before.
    /// </summary>
    internal PreparedSite Ready(PreparationProgress progress)
    {
        if (_ready is not { } ready || !ready.Progress.Totals.SequenceEqual(progress.Totals))
        {
            PreparedState state = progress.State;
            SiteWorkOptions options = new()
            {
                Seed = _terms.Seed,
                Weighting = _terms.Weighting,
                MaxWeight = _terms.MaxWeight ?? double.PositiveInfinity,
                Clip = _plan.Parameters.Clip,
                Clips = _terms.ClipsFrom(state),
                Feedback = _terms.ErrorFeedback ? new ErrorFeedback(_plan.Parameters.Step) : null,
            };
            ILocalTrainer trainer = _trainers(state);
            _ready = ready = new PreparedSite(
                progress, state.Scale(_preparation, _site), trainer, options, new SiteWork(trainer, options),
                _terms.UnitFrom(state) ?? 1);
        }

        return ready;
    }
}

/// <summary>A site at work under what the preparation found out.</summary>
/// <param name="Progress">What was found out.</param>
/// <param name="Site">Its rows as the model takes them.</param>
/// <param name="Trainer">Its trainer.</param>
/// <param name="Options">What all sites agree on.</param>
/// <param name="Work">Its side of a round.</param>
/// <param name="Unit">Training rows that make weight 1.</param>
internal sealed record PreparedSite(
    PreparationProgress Progress, FederatedSite Site, ILocalTrainer Trainer, SiteWorkOptions Options, SiteWork Work,
    double Unit);
