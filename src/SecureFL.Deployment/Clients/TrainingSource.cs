using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Plans;
using SecureFL.Federated.Metrics;
using SecureFL.Federated.Models;
using SecureFL.Federated.Preparation;
using SecureFL.Federated.Rounds;

namespace SecureFL.Deployment.Clients;

/// <summary>
/// Prepares, trains and evaluates on the site's rows under the plan's terms. What it makes depends on model version and client index, never on a round's number, so a
/// round that died and is repeated gets the same integers. Scaling, clips and weight unit are worked out from the opened totals that the version's digest covers.
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
    private (PreparationProgress Progress, FederatedSite Site, SiteWork Work)? _ready;

    /// <param name="plan">The plan.</param>
    /// <param name="terms">Its terms.</param>
    /// <param name="trainers">The trainer under what the preparation found out.</param>
    /// <param name="site">The site's rows as they were read.</param>
    /// <param name="client">The client's number.</param>
    /// <exception cref="ArgumentException">The trainer's model is not the one in the terms.</exception>
    internal TrainingSource(AggregationPlan plan, TrainingTerms terms, Func<PreparedState, ILocalTrainer> trainers, RawSite site, int client)
    {
        _plan = plan;
        _terms = terms;
        _preparation = terms.PreparationTerms;
        _trainers = trainers;
        _site = site;
        _client = client;
        _modelLength = VersionValues.LengthFor(terms);
        ILocalTrainer trainer = trainers(PreparedState.Empty);
        _ownCounters = RoundCounters.LayoutOf(trainer.Metrics).Counters.Length;
        bool fits = trainer.Layout.Matches(terms.Layout) && terms.Metrics == trainer.Metrics && terms.Counters.Counters.SequenceEqual(plan.Settings.Counters.Counters);
        if (!fits)
        {
            throw new ArgumentException("the trainer's model or metrics are not those of the plan's terms");
        }
    }

    public int ModelLength => _modelLength;

    public bool Takes(RoundKind kind) => kind is RoundKind.Preparation or RoundKind.Training or RoundKind.Evaluation;

    public async Task<ContributionValues> CreateAsync(RoundKind kind, int version, float[] model, CancellationToken cancellationToken)
    {
        PreparationProgress progress = ProgressIn(model);
        if (progress.IsComplete == (kind == RoundKind.Preparation))
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongRound, Party.Server, progress.IsComplete ? "a round of training or evaluation" : "a round of preparation", $"one of {kind}");
        }

        return kind == RoundKind.Preparation
            ? await PrepareAsync(progress, model, cancellationToken).ConfigureAwait(false)
            : await WorkAsync(kind, version, progress, model, cancellationToken).ConfigureAwait(false);
    }

    private async Task<ContributionValues> PrepareAsync(PreparationProgress progress, float[] model, CancellationToken cancellationToken)
    {
        PreparingSite site = new(_site.Name, _site.Train, async (state, token) =>
        {
            (FederatedSite scaled, SiteWork work) = Ready(progress);
            return await work.FirstUpdateAsync(scaled, _client, VersionValues.Trained(_terms, model), _terms.UnitFrom(state) ?? 1, token).ConfigureAwait(false);
        });
        long[] step = await progress.Next!.ContributeAsync(site, progress.State, cancellationToken).ConfigureAwait(false);
        long[] counters = new long[_plan.Settings.Counters.Counters.Length];
        step.CopyTo(counters, _ownCounters);
        return new ContributionValues(new float[_plan.Parameters.FloatLength], counters, SiteWork.RoundingSeed(_terms.Seed, progress.Opened, _client));
    }

    private async Task<ContributionValues> WorkAsync(RoundKind kind, int version, PreparationProgress progress, float[] model, CancellationToken cancellationToken)
    {
        (FederatedSite site, SiteWork work) = Ready(progress);
        PreparedState state = progress.State;
        ModelParameters evaluated = VersionValues.Delivered(_terms, model);
        int task = SiteWork.TaskOf(version);
        SiteContribution contribution = kind == RoundKind.Evaluation
            ? await work.EvaluateAsync(site, _client, evaluated, cancellationToken).ConfigureAwait(false)
            : await work.TrainAsync(
                site, _client, VersionValues.Trained(_terms, model), evaluated, task, _terms.UnitFrom(state) ?? 1, cancellationToken: cancellationToken).ConfigureAwait(false);
        float[] vector = contribution.Update.Length > 0 ? contribution.Update : new float[_plan.Parameters.FloatLength];
        TargetUnits units = TargetUnits.Of(state.Targets);
        return new ContributionValues(
            vector, [.. contribution.Counters, .. new long[_plan.Settings.Counters.Counters.Length - _ownCounters]], SiteWork.RoundingSeed(_terms.Seed, task, _client))
        {
            OwnMetrics = RoundMetricInfo.Line(RoundMetricInfo.Values(
                MetricSummary.Of(work.Counters.Train(contribution.Counters), units), MetricSummary.Of(work.Counters.Test(contribution.Counters), units))),
            Warnings = contribution.Update.Length > 0 ? [.. Notes(state, work, contribution)] : [],
        };
    }

    // Of this site's own update, weighted as it is sent.
    private IEnumerable<string> Notes(PreparedState state, SiteWork work, SiteContribution contribution)
    {
        TensorClips clips = _terms.ClipsFrom(state) ?? new TensorClips(_terms.Layout, [_plan.Parameters.Clip]);
        float[] update = [.. contribution.Update];
        clips.Unscale(update, _plan.Parameters.Clip);
        return QuantisationNotes.Of(work.Counters.Clipped(contribution.Counters) / (double)update.Length, clips.Coarsest(update, _plan.Parameters.Bits));
    }

    private PreparationProgress ProgressIn(float[] model)
    {
        try
        {
            return VersionValues.Progress(_terms, model);
        }
        catch (ArgumentException fault)
        {
            throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.Server, "totals that rows can have", fault.Message);
        }
    }

    // Rows are scaled once, unless the totals are others than before.
    private (FederatedSite Site, SiteWork Work) Ready(PreparationProgress progress)
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
            };
            _ready = ready = (progress, state.Scale(_preparation, _site), new SiteWork(_trainers(state), options));
        }

        return (ready.Site, ready.Work);
    }
}
