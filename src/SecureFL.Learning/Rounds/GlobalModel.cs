using System.Collections.Immutable;
using System.Numerics.Tensors;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;
using SecureFL.Learning.ServerOptimizers;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// The server's side of a run: the current weights, the optimiser's moments, the average, the rounds so far. Not
/// thread-safe.
/// </summary>
public sealed class GlobalModel
{
    private readonly FederationOptions _options;
    private readonly ServerOptimizer _optimizer;
    private readonly float[] _average;
    private readonly List<RoundRecord> _history;

    /// <summary>A model at the start of a run, or where a checkpoint left it.</summary>
    /// <exception cref="ArgumentException">The checkpoint has another number of weights, or contradicts
    /// itself.</exception>
    public GlobalModel(FederationOptions options, ModelLayout layout, TrainingCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(layout);
        ArgumentNullException.ThrowIfNull(checkpoint);
        if (checkpoint.Weights.Length != layout.Length || checkpoint.History.Length != checkpoint.Version)
        {
            throw new ArgumentException(
                $"a checkpoint of {checkpoint.Weights.Length} weights and {checkpoint.History.Length} rounds at "
                + $"version {checkpoint.Version}, the model has {layout.Length} weights");
        }

        _options = options;
        Current = new ModelParameters(layout, [.. checkpoint.Weights]);
        _optimizer = new ServerOptimizer(options.ServerOptimizer, layout.Length, checkpoint.FirstMoment,
            checkpoint.SecondMoment, checkpoint.Version);
        _average = options.AverageDecay == 0 ? [] : checkpoint.Average.Length == 0 ? [.. checkpoint.Weights]
            : [.. checkpoint.Average];
        WeightUnit = checkpoint.WeightUnit;
        Version = checkpoint.Version;
        Units = options.Units;
        _history = [.. checkpoint.History];
    }

    /// <summary>Completed rounds.</summary>
    public int Version { get; private set; }

    /// <summary>
    /// The weights that sites train from. Replaced, never changed in place, so that sites may hold on to old versions.
    /// </summary>
    public ModelParameters Current { get; private set; }

    /// <summary>The weights that are evaluated and delivered: the average where there is one.</summary>
    public ModelParameters Delivered =>
        _average.Length == 0 ? Current : new ModelParameters(Current.Layout, [.. _average]);

    /// <summary>The server optimiser's first moment; empty where its method keeps none.</summary>
    public ReadOnlySpan<float> FirstMoment => _optimizer.FirstMoment;

    /// <summary>The server optimiser's second moment; empty where its method keeps fewer than two.</summary>
    public ReadOnlySpan<float> SecondMoment => _optimizer.SecondMoment;

    /// <summary>The version and digest of <see cref="Current"/>.</summary>
    public ModelStamp Stamp => ModelStamp.Of(Version, Current.Values);

    /// <summary>Training rows that make weight 1.</summary>
    public double WeightUnit { get; }

    /// <summary>How a regression's targets were scaled: errors are told in the target's units.</summary>
    public TargetUnits Units { get; set; } = TargetUnits.Same;

    /// <summary>The rounds so far; the newest has no metrics yet.</summary>
    public IReadOnlyList<RoundRecord> History => _history;

    /// <summary>
    /// Whether the current version was measured: its metrics are known, or were refused; version 0 has none.
    /// </summary>
    public bool IsMeasured => _history.Count > 0
        && (_history[^1].Train is not null || _history[^1].MetricsRefused is not null);

    /// <summary>Writes the metrics of the current version into the newest record; version 0 has none.</summary>
    /// <param name="train">Summed counters of the training rows.</param>
    /// <param name="test">Summed counters of the test rows.</param>
    /// <param name="evaluation">The sum that gave them where it was one of its own: its costs are the round's
    /// too.</param>
    public RoundRecord? Describe(EvaluationCounts train, EvaluationCounts test, SecureSumResult? evaluation = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        if (Version == 0)
        {
            return null;
        }

        RoundRecord record = _history[^1].WithMetrics(train, test, Units);
        return _history[^1] = evaluation is null ? record : record with
        {
            Costs = record.Costs.Plus(evaluation.Costs),
            SumIsExact = record.SumIsExact is bool exact && evaluation.SumIsExact is bool also ? exact && also
                : record.SumIsExact ?? evaluation.SumIsExact,
        };
    }

    /// <summary>Notes why the metrics of the current version are not known; version 0 has none.</summary>
    public void RefuseMetrics(string why)
    {
        if (Version > 0)
        {
            _history[^1] = _history[^1] with { MetricsRefused = why };
        }
    }

    /// <summary>Applies the mean update and begins the record of a new version.</summary>
    public void Advance(float[] meanUpdate, RoundRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        ModelParameters next = Current.Clone();
        _optimizer.Step(next.Values, meanUpdate);
        Current = next;
        Version++;
        if (_average.Length > 0)
        {
            ModelAverage.Update(_average, next.Values, _options.AverageDecay, Version);
        }

        _history.Add(record with { Round = Version, UpdateNorm = TensorPrimitives.Norm(meanUpdate) });
    }

    /// <summary>Everything that is needed to go on from here.</summary>
    public TrainingCheckpoint Save(string runDigest, double simulatedSeconds) => new()
    {
        RunDigest = runDigest,
        Version = Version,
        Weights = [.. Current.Values],
        FirstMoment = [.. _optimizer.FirstMoment],
        SecondMoment = [.. _optimizer.SecondMoment],
        Average = [.. _average],
        WeightUnit = WeightUnit,
        SimulatedSeconds = simulatedSeconds,
        History = [.. _history],
    };
}
