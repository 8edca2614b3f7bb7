using System.Collections.Immutable;
using System.Numerics.Tensors;
using SecureFL.Federated.Data;
using SecureFL.Federated.Metrics;

namespace SecureFL.Federated.Models;

/// <summary>The built-in trainer: mini-batch descent on a <see cref="ModelSpec"/>. Thread-safe; every call has its own work area.</summary>
public sealed class GradientTrainer : ILocalTrainer
{
    private readonly ModelSpec _spec;
    private readonly LocalTrainingOptions _options;

    /// <summary>Trains <paramref name="spec"/> as <paramref name="options"/> say.</summary>
    /// <exception cref="ArgumentException">The model or an option contradicts itself.</exception>
    public GradientTrainer(ModelSpec spec, LocalTrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(options);
        options.Check(spec.ClassCount);
        _spec = spec;
        _options = options;
        Layout = spec.CreateLayout();
        Metrics = new MetricLayout(spec.Task, spec.ClassCount);
    }

    /// <inheritdoc/>
    public ModelLayout Layout { get; }

    /// <inheritdoc/>
    public MetricLayout Metrics { get; }

    /// <inheritdoc/>
    public ModelParameters CreateInitial(ulong seed) => new FeedForwardModel(_spec).CreateInitial(seed);

    /// <inheritdoc/>
    public ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        float[] weights = Train(request, cancellationToken);
        return ValueTask.FromResult(new LocalTrainingResult(weights, request.Train.Count));
    }

    /// <inheritdoc/>
    public ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ValueTask.FromResult(Evaluator.Evaluate(_spec, model.Values, data));
    }

    /// <inheritdoc/>
    public ValueTask<long[]?> CountScoresAsync(
        ModelParameters model, Dataset data, ImmutableArray<FineGrid> grids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ValueTask.FromResult<long[]?>(Evaluator.CountScores(_spec, model.Values, data, grids));
    }

    private float[] Train(LocalTrainingRequest request, CancellationToken cancellationToken)
    {
        Dataset data = request.Train;
        float[] global = request.Global.Values;
        float[] weights = [.. global];
        float[] gradient = new float[weights.Length];
        FeedForwardModel model = new(_spec);
        LocalOptimizer optimizer = CreateOptimizer(request.Round, weights.Length);
        BatchSampler batches = new(data.Count, _options.BatchSize, SeededRandom.For(request.Seed, "batches", request.SiteIndex, request.Round));
        int steps = _options.Steps > 0 ? _options.Steps : checked(_options.Epochs * batches.BatchesPerPass);
        for (int step = 0; step < steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            model.Gradient(weights, data, batches.Next(), _options.ClassWeights.AsSpan(), gradient);
            AddRegularisation(model, weights, global, gradient);
            optimizer.Step(weights, gradient);
        }

        return Array.TrueForAll(weights, float.IsFinite) ? weights : throw new TrainingDivergedException(request.Site, request.Round);
    }

    private LocalOptimizer CreateOptimizer(int round, int length)
    {
        LocalOptimizerOptions options = _options.Optimizer;
        float rate = (float)(options.LearningRate * _options.Schedule.FactorIn(round));
        return LocalMethods.Of(options.Kind).Create(options with { LearningRate = rate }, length);
    }

    // g += L2 w (weights only) and, for FedProx, g += mu (w - w_global).
    private void AddRegularisation(FeedForwardModel model, float[] weights, float[] global, float[] gradient)
    {
        if (_options.L2 > 0)
        {
            foreach (TensorSlot slot in model.RegularisedTensors())
            {
                Span<float> target = gradient.AsSpan(slot.Offset, slot.Length);
                TensorPrimitives.FusedMultiplyAdd(weights.AsSpan(slot.Offset, slot.Length), _options.L2, target, target);
            }
        }

        if (_options.ProximalMu > 0)
        {
            TensorPrimitives.FusedMultiplyAdd(weights, _options.ProximalMu, gradient, gradient);
            TensorPrimitives.FusedMultiplyAdd(global, -_options.ProximalMu, gradient, gradient);
        }
    }
}
