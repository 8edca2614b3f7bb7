using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;

namespace SecureFL.Learning.Models;

/// <summary>
/// The built-in trainer: mini-batch descent on a <see cref="ModelSpec"/>. Thread-safe; every call has its own work
/// area.
/// </summary>
public sealed class GradientTrainer : ILocalTrainer
{
    /// <summary>
    /// The most parts of a step. A site of more than that times the common curvature has rows that no other has: it
    /// does not go as far as the others.
    /// </summary>
    private const int MostParts = 1000;

    /// <summary>
    /// A step without momentum, as after a new start, is stable up to 2; a quarter is left for rows that are not that
    /// random.
    /// </summary>
    private const double StableStep = 1.5;

    private readonly ModelSpec _spec;
    private readonly LocalTrainingOptions _options;
    private readonly Preconditioner? _preconditioner;
    private readonly ConditionalWeakTable<Dataset, StrongBox<double>> _curvatures = [];

    /// <summary>Trains <paramref name="spec"/> as <paramref name="options"/> say.</summary>
    /// <exception cref="ArgumentException">The model or an option contradicts itself.</exception>
    public GradientTrainer(ModelSpec spec, LocalTrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(options);
        options.Check(spec.ClassCount);
        _spec = spec;
        _options = options;
        if (options is { Optimizer.Kind: LocalOptimizerKind.Preconditioned, SecondMoments: SecondMoments moments })
        {
            _preconditioner = Preconditioner.Of(spec.Task, moments, (options.L2 ?? 0) + options.ProximalMu);
        }

        Layout = spec.CreateLayout();
        Metrics = new MetricLayout(spec.Task, spec.ClassCount);
    }

    /// <summary>The same where <paramref name="rows"/> are all rows that there are: a site alone.</summary>
    public GradientTrainer Alone(Dataset rows) => _preconditioner is null ? this
        : new GradientTrainer(
            _spec, _options with
            {
                SecondMoments = SecondMoments.Of(rows, _options.ClassWeights.AsSpan()),
                AllRows = rows.Count,
            });

    /// <inheritdoc/>
    public ModelLayout Layout { get; }

    /// <inheritdoc/>
    public MetricLayout Metrics { get; }

    /// <inheritdoc/>
    public ModelParameters CreateInitial(ulong seed) => new FeedForwardModel(_spec).CreateInitial(seed);

    /// <inheritdoc/>
    public ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        float[] weights = Train(request, cancellationToken);
        return ValueTask.FromResult(new LocalTrainingResult(weights, request.Train.Count));
    }

    /// <inheritdoc/>
    public ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        return ValueTask.FromResult(Evaluator.Evaluate(_spec, model.Values, data));
    }

    /// <inheritdoc/>
    public ValueTask<long[]?> CountScoresAsync(
        ModelParameters model, Dataset data, ImmutableArray<FineGrid> grids,
        CancellationToken cancellationToken = default)
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
        bool newton = _options.Newton && _options.SecondMoments is { IsBound: false };
        float rate = newton ? NewtonRate(data)
            : (float)(_options.Optimizer.LearningRate * _options.Schedule.FactorIn(request.Round));
        BatchSampler batches = new(data.Count, newton ? 0 : _options.BatchSize,
            SeededRandom.For(request.Seed, "batches", request.SiteIndex, request.Round));
        int steps = newton ? 1 : _options.Steps > 0 ? _options.Steps
            : checked(_options.Epochs * batches.BatchesPerPass);
        double curvature = newton ? 0 : CurvatureOn(data);
        int parts = (int)Math.Clamp(Math.Ceiling(rate * curvature / StableStep), 1, MostParts);
        LocalOptimizerOptions options = _options.Optimizer with
        {
            LearningRate = parts < MostParts ? rate / parts : (float)Math.Min(rate / parts, StableStep / curvature),
        };
        LocalOptimizer optimizer = _preconditioner is null
            ? LocalMethods.Of(options.Kind).Create(options, weights.Length)
            : new LocalOptimizer.PreconditionedHeavyBall(options, weights.Length, _preconditioner);
        for (int step = 0; step < checked(steps * parts); step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            model.Gradient(weights, data, batches.Next(), _options.ClassWeights.AsSpan(), gradient);
            AddRegularisation(model, weights, global, gradient);
            optimizer.Step(weights, gradient);
        }

        return Array.TrueForAll(weights, float.IsFinite) ? weights
            : throw new TrainingDivergedException(request.Site, request.Round);
    }

    // A site's share of the common curvature is at most all of it. Beyond that its rows are not in the sums, as where
    // it missed them, and it goes half as far as it could alone.
    private float NewtonRate(Dataset data)
    {
        double share = _options.AllRows > 0 ? Math.Min(1, (double)data.Count / _options.AllRows) : 1;
        double curvature = share * CurvatureOn(data);
        const double Rounding = 1.1;
        return (float)(_options.Optimizer.LearningRate * (curvature <= Rounding ? 1 : 1 / (2 * curvature)));
    }

    // How many times faster the objective may bend on a site's rows than on all rows together: there, steps of the
    // common rate would overshoot, and each is taken in parts, which go as far in the end. 0 where nothing is known.
    private double CurvatureOn(Dataset data)
    {
        if (_preconditioner is not Preconditioner preconditioner)
        {
            return 0;
        }

        double curvature = _curvatures.GetValue(
            data,
            rows => new StrongBox<double>(
                preconditioner.LargestOn(_spec.Task, SecondMoments.Of(rows, _options.ClassWeights.AsSpan())))).Value;

        // The largest eigenvalue of second moments of that few random rows (Marchenko and Pastur 1967).
        return _options.BatchSize > 0 && _options.BatchSize < data.Count
            ? curvature * Math.Pow(1 + Math.Sqrt((data.Width + 1.0) / _options.BatchSize), 2)
            : curvature;
    }

    // g += L2 w (weights only) and, for FedProx, g += mu (w - w_global).
    private void AddRegularisation(FeedForwardModel model, float[] weights, float[] global, float[] gradient)
    {
        if (_options.L2 is float l2 and > 0)
        {
            foreach (TensorSlot slot in model.RegularisedTensors())
            {
                Span<float> target = gradient.AsSpan(slot.Offset, slot.Length);
                TensorPrimitives.FusedMultiplyAdd(weights.AsSpan(slot.Offset, slot.Length), l2, target, target);
            }
        }

        if (_options.ProximalMu > 0)
        {
            TensorPrimitives.FusedMultiplyAdd(weights, _options.ProximalMu, gradient, gradient);
            TensorPrimitives.FusedMultiplyAdd(global, -_options.ProximalMu, gradient, gradient);
        }
    }
}
