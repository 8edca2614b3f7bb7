using System.Collections.Immutable;
using SecureFL.Learning;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Datasets;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using Optimizer = TorchSharp.torch.optim.Optimizer;
using Parameter = TorchSharp.Modules.Parameter;
using Reduction = TorchSharp.torch.nn.Reduction;
using Tensor = TorchSharp.torch.Tensor;
using Torch = TorchSharp.torch;
using TorchModule = TorchSharp.torch.nn.Module<TorchSharp.torch.Tensor, TorchSharp.torch.Tensor>;

namespace SecureFL.TorchSharp;

/// <summary>
/// Trains a TorchSharp module with plain SGD behind <see cref="ILocalTrainer"/>: the module's named parameters are the
/// flat vector, in the module's own order. The module takes a matrix of rows and gives one logit a row (binary), logits
/// (multi-class) or one value (regression). Calls run one after another, for Torch's random state is one for the
/// process.
/// </summary>
public sealed class TorchTrainer : ILocalTrainer
{
    private static readonly Lock Gate = new();

    private readonly Func<TorchModule> _create;
    private readonly LocalTrainingOptions _options;

    /// <summary>
    /// A trainer of the modules that <paramref name="create"/> makes, every time the same architecture.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of range, or one that this trainer does not know: momentum
    /// and regularisation belong into the module's own code.</exception>
    public TorchTrainer(Func<TorchModule> create, LearningTask task, int classCount, LocalTrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentNullException.ThrowIfNull(options);
        options.Check(classCount);
        if (options.ProximalMu != 0 || options.L2 is not (null or 0) || options.ClassWeights.Length != 0)
        {
            throw new ArgumentException("proximal term, L2 and class weights are not supported by the Torch trainer",
                nameof(options));
        }

        _create = create;
        _options = options;
        Metrics = new MetricLayout(task, classCount);
        using TorchModule module = create();
        Layout = new ModelLayout(module.named_parameters()
            .Select(p => (p.name, p.parameter.shape.Select(axis => checked((int)axis)).ToImmutableArray())));
    }

    /// <inheritdoc/>
    public ModelLayout Layout { get; }

    /// <inheritdoc/>
    public MetricLayout Metrics { get; }

    /// <inheritdoc/>
    public ModelParameters CreateInitial(ulong seed)
    {
        lock (Gate)
        {
            Torch.manual_seed(unchecked((long)seed));
            using TorchModule module = _create();
            return new ModelParameters(Layout, Read(module));
        }
    }

    /// <inheritdoc/>
    public ValueTask<LocalTrainingResult> TrainAsync(LocalTrainingRequest request,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (Gate)
        {
            Torch.manual_seed(unchecked((long)SeededRandom.For(request.Seed, "torch", request.SiteIndex, request.Round)
                .NextUInt64()));
            BatchSampler batches = new(request.Train.Count, _options.BatchSize,
                SeededRandom.For(request.Seed, "batches", request.SiteIndex, request.Round));
            int steps = _options.Steps > 0 ? _options.Steps : checked(_options.Epochs * batches.BatchesPerPass);
            using TorchModule module = Load(request.Global);
            using Optimizer optimizer = Torch.optim.SGD(module.parameters(), _options.Optimizer.LearningRate);
            module.train();
            for (int step = 0; step < steps; step++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using IDisposable scope = Torch.NewDisposeScope();
                Dataset batch = request.Train.Select(batches.Next());
                optimizer.zero_grad();
                Loss(module.call(Inputs(batch)), batch, Reduction.Mean).backward();
                optimizer.step();
            }

            float[] weights = Read(module);
            return Array.TrueForAll(weights, float.IsFinite)
                ? ValueTask.FromResult(new LocalTrainingResult(weights, request.Train.Count))
                : throw new TrainingDivergedException(request.Site, request.Round);
        }
    }

    /// <inheritdoc/>
    public ValueTask<EvaluationCounts> EvaluateAsync(ModelParameters model, Dataset data,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        lock (Gate)
        {
            using IDisposable scope = Torch.NewDisposeScope();
            using IDisposable evaluation = Torch.no_grad();
            using TorchModule module = Load(model);
            module.eval();
            Tensor outputs = module.call(Inputs(data));
            float[] losses = Loss(outputs, data, Reduction.None).to_type(Torch.ScalarType.Float32)
                .data<float>().ToArray();
            float[] values = outputs.to_type(Torch.ScalarType.Float32).contiguous().data<float>().ToArray();
            EvaluationTally tally = new(Metrics);
            for (int row = 0, width = values.Length / data.Count; row < data.Count; row++)
            {
                tally.Add(values.AsSpan(row * width, width), data.Labels[row], losses[row]);
            }

            return ValueTask.FromResult(tally.ToCounts());
        }
    }

    private Tensor Loss(Tensor outputs, Dataset data, Reduction reduction) => Metrics.Task switch
    {
        LearningTask.Binary => Torch.nn.functional
            .binary_cross_entropy_with_logits(outputs.flatten(), Targets(data), reduction: reduction),
        LearningTask.MultiClass => Torch.nn.functional
            .cross_entropy(outputs, Targets(data).to_type(Torch.ScalarType.Int64), reduction: reduction),
        _ => Torch.nn.functional.mse_loss(outputs.flatten(), Targets(data), reduction),
    };

    private static Tensor Inputs(Dataset data) => Torch.tensor(data.Features).reshape(data.Count, data.Width);

    private static Tensor Targets(Dataset data) => Torch.tensor(data.Labels);

    private TorchModule Load(ModelParameters model)
    {
        TorchModule module = _create();
        using IDisposable frozen = Torch.no_grad();
        foreach ((string name, Parameter parameter) in module.named_parameters())
        {
            using Tensor values = Torch.tensor(model[name].ToArray()).reshape(parameter.shape);
            parameter.copy_(values);
        }

        return module;
    }

    private float[] Read(TorchModule module)
    {
        float[] weights = new float[Layout.Length];
        foreach ((string name, Parameter parameter) in module.named_parameters())
        {
            parameter.data<float>().ToArray().CopyTo(weights, Layout.Find(name).Offset);
        }

        return weights;
    }
}
