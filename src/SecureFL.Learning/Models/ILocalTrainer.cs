using System.Collections.Immutable;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;

namespace SecureFL.Learning.Models;

/// <summary>One site's local work in one round.</summary>
public sealed record LocalTrainingRequest
{
    /// <summary>The global model to start from. Not to be changed.</summary>
    public required ModelParameters Global { get; init; }

    /// <summary>The site's training rows.</summary>
    public required Dataset Train { get; init; }

    /// <summary>The site's name.</summary>
    public required string Site { get; init; }

    /// <summary>The site's position in the federation, which selects its random streams.</summary>
    public required int SiteIndex { get; init; }

    /// <summary>The round, from 1: the version of the model that is trained from, plus one.</summary>
    public required int Round { get; init; }

    /// <summary>The user's seed. Equal requests under equal seeds give equal results.</summary>
    public required ulong Seed { get; init; }
}

/// <summary>What local training left.</summary>
/// <param name="Weights">The new weights, in the layout of the global ones.</param>
/// <param name="Samples">The site's weight in a sample-weighted mean: its training rows.</param>
public sealed record LocalTrainingResult(float[] Weights, long Samples);

/// <summary>What one site's round left.</summary>
/// <param name="Training">The new weights.</param>
/// <param name="Train">Counters of the evaluated model on the training rows.</param>
/// <param name="Test">Counters of the evaluated model on the test rows, null without any.</param>
public sealed record LocalRoundResult(LocalTrainingResult Training, EvaluationCounts Train, EvaluationCounts? Test);

/// <summary>
/// Trains and evaluates at one site: built in (<see cref="GradientTrainer"/>) or any external command behind the same
/// interface. Implementations may be called for several sites at once.
/// </summary>
public interface ILocalTrainer
{
    /// <summary>The tensors of the model.</summary>
    ModelLayout Layout { get; }

    /// <summary>The counters that evaluation yields.</summary>
    MetricLayout Metrics { get; }

    /// <summary>The model before the first round, a function of the seed.</summary>
    ModelParameters CreateInitial(ulong seed);

    /// <summary>Trains from the global model on the site's rows.</summary>
    /// <exception cref="TrainingDivergedException">The weights are no longer finite.</exception>
    ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request,
        CancellationToken cancellationToken = default);

    /// <summary>Evaluates a model on rows of one site.</summary>
    ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data,
        CancellationToken cancellationToken = default);

    /// <summary>
    /// Counts rows of one site by their scores in finer bins (<see cref="Evaluator.CountScores"/>); null, as by
    /// default, where the trainer does not see each row's outputs.
    /// </summary>
    ValueTask<long[]?> CountScoresAsync(
        ModelParameters model, Dataset data, ImmutableArray<FineGrid> grids,
        CancellationToken cancellationToken = default) => ValueTask.FromResult<long[]?>(null);

    /// <summary>
    /// One site's whole round: training, and the counters of <paramref name="evaluated"/> on its training and test
    /// rows. By default three calls; a trainer whose calls are dear does it in one.
    /// </summary>
    async ValueTask<LocalRoundResult> TrainAndEvaluateAsync(
        LocalTrainingRequest request, ModelParameters evaluated, Dataset? test,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        EvaluationCounts onTrain = await EvaluateAsync(evaluated, request.Train, cancellationToken)
            .ConfigureAwait(false);
        EvaluationCounts? onTest = test is null ? null
            : await EvaluateAsync(evaluated, test, cancellationToken).ConfigureAwait(false);
        return new LocalRoundResult(await TrainAsync(request, cancellationToken).ConfigureAwait(false),
            onTrain, onTest);
    }
}

/// <summary>
/// Training left weights that are infinite or not numbers, or a loss that grows: the learning rate is too large for the
/// data's scale.
/// </summary>
public sealed class TrainingDivergedException : Exception
{
    /// <summary>Names the site and the round.</summary>
    public TrainingDivergedException(string site, int round)
        : base($"training at {site} diverged in round {round}: the weights are no longer finite")
    {
        Site = site;
        Round = round;
    }

    /// <summary>Names the site, the round and what is wrong.</summary>
    public TrainingDivergedException(string site, int round, string reason)
        : base($"training diverged in round {round}, most at {site}: {reason}")
    {
        Site = site;
        Round = round;
    }

    /// <summary>The site.</summary>
    public string Site { get; }

    /// <summary>The round.</summary>
    public int Round { get; }
}
