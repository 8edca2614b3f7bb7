using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace SecureFL.Client.Sources;

/// <summary>Two functions as a trainer of the plan's model.</summary>
/// <param name="terms">The plan's terms: tensors and metrics.</param>
/// <param name="train">Trains.</param>
/// <param name="evaluate">Evaluates.</param>
internal sealed class FunctionTrainer(TrainingTerms terms,
    Func<LocalTrainingRequest, CancellationToken, ValueTask<LocalTrainingResult>> train,
    Func<ModelParameters, Dataset, CancellationToken, ValueTask<EvaluationCounts>> evaluate) : ILocalTrainer
{
    public ModelLayout Layout => terms.Layout;

    public MetricLayout Metrics => terms.Metrics;

    public ModelParameters CreateInitial(ulong seed) =>
        throw new NotSupportedException("a client gets the initial weights from the server");

    public ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request,
        CancellationToken cancellationToken = default) => train(request, cancellationToken);

    public ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data,
        CancellationToken cancellationToken = default) => evaluate(model, data, cancellationToken);
}
