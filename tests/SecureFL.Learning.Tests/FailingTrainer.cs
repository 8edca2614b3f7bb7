using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Tests;

/// <summary>A trainer whose training fails where <paramref name="fails"/> says so.</summary>
internal sealed class FailingTrainer(ILocalTrainer trainer, Func<LocalTrainingRequest, bool> fails) : ILocalTrainer
{
    public ModelLayout Layout => trainer.Layout;

    public MetricLayout Metrics => trainer.Metrics;

    public ModelParameters CreateInitial(ulong seed) => trainer.CreateInitial(seed);

    public ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request,
        CancellationToken cancellationToken = default) =>
        fails(request) ? throw new TrainerFaultException("the trainer has fallen over")
        : trainer.TrainAsync(request, cancellationToken);

    public ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data,
        CancellationToken cancellationToken = default) =>
        trainer.EvaluateAsync(model, data, cancellationToken);
}
