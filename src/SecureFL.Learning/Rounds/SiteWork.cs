using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Rounds;

/// <summary>What all sites of a run must agree on, so that a repeated task gives the same integers.</summary>
public sealed record SiteWorkOptions
{
    /// <summary>The seed of batches and rounding.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>How much each site counts in the mean.</summary>
    public Weighting Weighting { get; init; } = Weighting.Samples;

    /// <summary>The largest weight a site may have, in units; larger sites are counted as that.</summary>
    public double MaxWeight { get; init; } = double.PositiveInfinity;

    /// <summary>The bound on elements of updates, for counting what exceeds it; null without one.</summary>
    public float? Clip { get; init; }

    /// <summary>
    /// The clip of every tensor, to which <see cref="Clip"/> is brought; null where that is the clip of all of them.
    /// </summary>
    public TensorClips? Clips { get; init; }

    /// <summary>What quantisation takes is added to the next update; null for not.</summary>
    public ErrorFeedback? Feedback { get; init; }
}

/// <summary>
/// The sites' side of a round, the same for a simulated and a deployed site: evaluate the model received, train from
/// it, take the difference, weigh it, count. Random streams depend on the seed, the task and the site's index alone; a
/// site of a synchronous federation derives the task from the model's version (<see cref="TaskOf"/>), so that a round
/// which died and is repeated on the same model gives the same integers. Thread-safe if the trainer is.
/// </summary>
public sealed class SiteWork
{
    private readonly ILocalTrainer _trainer;
    private readonly SiteWorkOptions _options;

    /// <summary>The work of sites that train with <paramref name="trainer"/>.</summary>
    public SiteWork(ILocalTrainer trainer, SiteWorkOptions options)
    {
        ArgumentNullException.ThrowIfNull(trainer);
        ArgumentNullException.ThrowIfNull(options);
        _trainer = trainer;
        _options = options;
        Counters = new RoundCounters(trainer.Metrics);
    }

    /// <summary>The counters beside every update.</summary>
    public RoundCounters Counters { get; }

    /// <summary>
    /// The task that a synchronous round on this model version gives: versions count from 0, tasks from 1.
    /// </summary>
    public static int TaskOf(int modelVersion) => checked(modelVersion + 1);

    /// <summary>
    /// What rounds one site's update in one task: a function of the user's seed, so that plaintext and encrypted runs
    /// can round alike.
    /// </summary>
    public static ulong RoundingSeed(ulong seed, int task, int siteIndex) =>
        SeededRandom.For(seed, "rounding", task, siteIndex).NextUInt64();

    /// <summary>
    /// One site's contribution: trained from <paramref name="from"/>, with counters of <paramref name="evaluated"/>.
    /// </summary>
    /// <param name="site">The site's rows.</param>
    /// <param name="siteIndex">Its position in the federation.</param>
    /// <param name="from">The model to train from.</param>
    /// <param name="evaluated">The model to evaluate; null to evaluate none, the counters of an evaluation are 0
    /// then.</param>
    /// <param name="task">Selects the random streams.</param>
    /// <param name="weightUnit">Training rows that make weight 1.</param>
    /// <param name="scale">A further factor on the update: the staleness weight of asynchronous rounds, else 1.</param>
    /// <param name="residual">What is left from the site's updates before under <see cref="SiteWorkOptions.Feedback"/>;
    /// empty for nothing.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    /// <exception cref="TrainerFaultException">The trainer failed, or left weights of another model or no
    /// samples.</exception>
    /// <exception cref="TrainingDivergedException">The weights are no longer finite.</exception>
    public async Task<SiteContribution> TrainAsync(
        FederatedSite site,
        int siteIndex,
        ModelParameters from,
        ModelParameters? evaluated,
        int task,
        double weightUnit,
        double scale = 1,
        ReadOnlyMemory<long> residual = default,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(from);
        LocalTrainingRequest request = RequestFor(site, siteIndex, from, task);
        LocalRoundResult? work = evaluated is null
            ? null
            : await NamedAsync(site, task,
                _trainer.TrainAndEvaluateAsync(request, evaluated, site.Test, cancellationToken)).ConfigureAwait(false);
        LocalTrainingResult result = work?.Training
            ?? await NamedAsync(site, task, _trainer.TrainAsync(request, cancellationToken)).ConfigureAwait(false);
        (float[] update, long weight) = Weigh(site, from, result, weightUnit, scale);
        if (_options is { Clip: float wire, Clips: TensorClips clips })
        {
            clips.Scale(update, wire);
        }

        long[]? intended = null;
        if (_options.Feedback is ErrorFeedback feedback)
        {
            intended = feedback.Intend(update, residual.Span)
                ?? throw new TrainingDivergedException(site.Name, task,
                    "what error feedback holds back has no bound; a larger clip, a lower learning rate or no error "
                    + "feedback");
            update = feedback.ToValues(intended);
        }

        long clipped = _options.Clip is float clip ? UpdateClip.CountClipped(update, clip) : 0;
        return new SiteContribution(site.Name, siteIndex, update,
            Counters.Compose(weight, clipped, work?.Train, work?.Test))
        { Intended = intended };
    }

    /// <summary>
    /// The weighted update of a first task from the initial model, neither clipped nor evaluated: what clips are found
    /// from.
    /// </summary>
    /// <exception cref="TrainerFaultException">The trainer failed, or left weights of another model or no
    /// samples.</exception>
    /// <exception cref="TrainingDivergedException">The weights are no longer finite.</exception>
    public async ValueTask<float[]> FirstUpdateAsync(
        FederatedSite site, int siteIndex, ModelParameters initial, double weightUnit,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(site);
        ArgumentNullException.ThrowIfNull(initial);
        int task = TaskOf(0);
        LocalTrainingResult result = await NamedAsync(
            site, TrainerFaultException.Preparation,
            _trainer.TrainAsync(RequestFor(site, siteIndex, initial, task), cancellationToken)).ConfigureAwait(false);
        return Weigh(site, initial, result, weightUnit, scale: 1).Update;
    }

    /// <summary>
    /// One site's counters of <paramref name="model"/>, without an update: a round that only evaluates.
    /// </summary>
    public async Task<SiteContribution> EvaluateAsync(
        FederatedSite site, int siteIndex, ModelParameters model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(site);
        EvaluationCounts train = await NamedAsync(site, 0, _trainer.EvaluateAsync(model, site.Train, cancellationToken))
            .ConfigureAwait(false);
        EvaluationCounts? test = site.Test is null ? null
            : await NamedAsync(site, 0, _trainer.EvaluateAsync(model, site.Test, cancellationToken))
            .ConfigureAwait(false);
        return new SiteContribution(site.Name, siteIndex, [], Counters.Compose(0, 0, train, test));
    }

    // A trainer's fault says whose it is, and in which round (0 for none).
    private static async ValueTask<T> NamedAsync<T>(FederatedSite site, int round, ValueTask<T> work)
    {
        try
        {
            return await work.ConfigureAwait(false);
        }
        catch (TrainerFaultException fault)
        {
            throw fault.At(site.Name, round);
        }
    }

    private LocalTrainingRequest RequestFor(FederatedSite site, int siteIndex, ModelParameters from, int task) => new()
    {
        Global = from,
        Train = site.Train,
        Site = site.Name,
        SiteIndex = siteIndex,
        Round = task,
        Seed = _options.Seed,
    };

    private (float[] Update, long Weight) Weigh(FederatedSite site, ModelParameters from, LocalTrainingResult result,
        double weightUnit, double scale)
    {
        if (result.Weights.Length != from.Values.Length || result.Samples < 1)
        {
            throw new TrainerFaultException(
                $"the trainer left {result.Weights.Length} weights for {from.Values.Length} and a sample count of "
                + $"{result.Samples}").At(site.Name, 0);
        }

        long weight = WeightOf(result.Samples, weightUnit);
        float factor = (float)(scale * weight / weightUnit);
        float[] update = new float[from.Values.Length];
        for (int i = 0; i < update.Length; i++)
        {
            update[i] = (result.Weights[i] - from.Values[i]) * factor;
        }

        return (update, weight);
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
}
