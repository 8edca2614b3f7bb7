using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Privacy;

/// <summary>
/// Local work for the unit <c>record</c>: one step a round along the sum of per-row clipped gradients of a Poisson
/// sample, w - w_global = -lr / (q n) * sum of clip(g_i). Weighted by n rows in units of u, a row moves a site's
/// contribution by at most
/// <see cref="Sensitivity"/>(u); the noise for that is added to the quantised integers elsewhere. Thread-safe.
/// </summary>
public sealed class RecordPrivacyTrainer : ILocalTrainer
{
    private readonly ModelSpec _spec;
    private readonly GradientTrainer _evaluation;
    private readonly Func<LocalTrainingRequest, SeededRandom> _sampling;

    /// <summary>A trainer.</summary>
    /// <param name="spec">The model.</param>
    /// <param name="learningRate">The step size.</param>
    /// <param name="samplingRate">q, the probability of each row to take part in a round, in (0, 1].</param>
    /// <param name="bound">The bound on each row's gradient norm.</param>
    /// <param name="sampling">
    /// The stream that draws the sample. Amplification by sampling holds only while the sample is secret: outside
    /// simulations the site seeds it itself. Null for the request's seed.
    /// </param>
    /// <exception cref="ArgumentException">A number out of range.</exception>
    public RecordPrivacyTrainer(
        ModelSpec spec, double learningRate, double samplingRate, double bound,
        Func<LocalTrainingRequest, SeededRandom>? sampling = null)
    {
        if (!(learningRate > 0) || !(samplingRate is > 0 and <= 1) || !(bound > 0))
        {
            throw new ArgumentException($"learning rate {learningRate}, sampling rate {samplingRate}, bound {bound}");
        }

        _spec = spec;
        _evaluation = new GradientTrainer(spec, new LocalTrainingOptions());
        _sampling = sampling
            ?? (request => SeededRandom.For(request.Seed, "record-sampling", request.SiteIndex, request.Round));
        LearningRate = learningRate;
        SamplingRate = samplingRate;
        Bound = bound;
    }

    /// <summary>The step size.</summary>
    public double LearningRate { get; }

    /// <summary>q.</summary>
    public double SamplingRate { get; }

    /// <summary>The bound on each row's gradient norm.</summary>
    public double Bound { get; }

    /// <inheritdoc/>
    public ModelLayout Layout => _evaluation.Layout;

    /// <inheritdoc/>
    public MetricLayout Metrics => _evaluation.Metrics;

    /// <summary>
    /// By how much one row can move a site's weighted update, in Euclidean norm: lr * bound / (q * unit).
    /// </summary>
    public double Sensitivity(double weightUnit) => LearningRate * Bound / (SamplingRate * weightUnit);

    /// <inheritdoc/>
    public ModelParameters CreateInitial(ulong seed) => _evaluation.CreateInitial(seed);

    /// <inheritdoc/>
    public ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        SeededRandom random = _sampling(request);
        int[] rows = [.. Enumerable.Range(0, request.Train.Count).Where(_ => random.NextDouble() < SamplingRate)];
        float[] weights = [.. request.Global.Values];
        float[] sum = new float[weights.Length];
        NormClipping.SumClippedGradients(new FeedForwardModel(_spec), weights, request.Train, rows, Bound, sum);
        float step = (float)(LearningRate / (SamplingRate * request.Train.Count));
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] -= step * sum[i];
        }

        return ValueTask.FromResult(new LocalTrainingResult(weights, request.Train.Count));
    }

    /// <inheritdoc/>
    public ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data,
        CancellationToken cancellationToken = default) =>
        _evaluation.EvaluateAsync(model, data, cancellationToken);
}
