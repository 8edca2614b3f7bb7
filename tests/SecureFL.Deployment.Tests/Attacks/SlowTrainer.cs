using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.Rounds;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>A site's own trainer on a slow machine.</summary>
/// <param name="inner">The trainer.</param>
/// <param name="until">Training is not done before this.</param>
/// <param name="begins">Told when it begins; null for nobody.</param>
internal sealed class SlowTrainer(ILocalTrainer inner, Task until, Action? begins = null) : ILocalTrainer
{
    public ModelLayout Layout => inner.Layout;

    public MetricLayout Metrics => inner.Metrics;

    public ModelParameters CreateInitial(ulong seed) => inner.CreateInitial(seed);

    public async ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request,
        CancellationToken cancellationToken = default)
    {
        begins?.Invoke();
        await until.WaitAsync(cancellationToken);
        return await inner.TrainAsync(request, cancellationToken);
    }

    public ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data,
        CancellationToken cancellationToken = default) => inner.EvaluateAsync(model, data, cancellationToken);
}
