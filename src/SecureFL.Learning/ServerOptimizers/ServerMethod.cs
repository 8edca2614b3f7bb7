using System.Collections.Immutable;
using System.Text.Json;

namespace SecureFL.Learning.ServerOptimizers;

/// <summary>
/// A server optimiser: what is done with the opened mean update. A new one is one class, and its registration
/// (<see cref="ServerMethods.Register"/>) makes descriptions, plans and the command line know it. Implementations keep
/// no state of their own and are thread-safe.
/// </summary>
public abstract class ServerMethod
{
    /// <summary>Its name as papers write it, of letters and digits: FedAdam.</summary>
    public abstract string Name { get; }

    /// <summary>Who described it.</summary>
    public abstract string Paper { get; }

    /// <summary>The learning rate where nobody says otherwise.</summary>
    public abstract double LearningRate { get; }

    /// <summary>The settings beside the learning rate that it has.</summary>
    public virtual ImmutableArray<ServerSetting> Settings => [];

    /// <summary>Vectors of the model's length that it keeps from round to round: 0, 1 (momentum) or 2.</summary>
    public abstract int Moments { get; }

    /// <summary>All its settings where nobody says otherwise.</summary>
    public virtual ServerOptimizerOptions Defaults => new(this);

    /// <summary>Its name in descriptions: fedAdam.</summary>
    public string Key => JsonNamingPolicy.CamelCase.ConvertName(Name);

    /// <summary>What terms spell out: the shared settings, then the others that it has.</summary>
    internal IEnumerable<ServerSetting> Spelled =>
        [.. ServerSetting.Shared, .. Settings.Where(setting => !ServerSetting.Shared.Contains(setting))];

    /// <summary>
    /// Takes one step. A new model is a function of the old one, the moments and the opened sum alone, so that clients
    /// and auditors can recompute it, to the last bit: on any machine. So it adds, subtracts, multiplies, divides and
    /// takes roots of floats and doubles, one element after another in a fixed order, and nothing else: no fused
    /// multiply-add, no powers, exponentials or logarithms, no sums whose order depends on the width of vectors.
    /// </summary>
    /// <param name="step">Weights and moments, which it changes in place, and the mean update.</param>
    public abstract void Step(ServerStep step);
}

/// <summary>What a method needs for a step.</summary>
/// <param name="options">The settings.</param>
/// <param name="weights">The model, changed in place.</param>
/// <param name="meanUpdate">The opened mean update, of the same length.</param>
/// <param name="firstMoment">The first kept vector, zero at first; empty where the method keeps none.</param>
/// <param name="secondMoment">The second kept vector, likewise.</param>
/// <param name="number">Which step it is, from 1.</param>
public readonly ref struct ServerStep(
    ServerOptimizerOptions options, Span<float> weights, ReadOnlySpan<float> meanUpdate, Span<float> firstMoment,
    Span<float> secondMoment, int number)
{
    /// <summary>The settings.</summary>
    public ServerOptimizerOptions Options { get; } = options;

    /// <summary>The model, changed in place.</summary>
    public Span<float> Weights { get; } = weights;

    /// <summary>The opened mean update.</summary>
    public ReadOnlySpan<float> MeanUpdate { get; } = meanUpdate;

    /// <summary>The first kept vector; empty where the method keeps none.</summary>
    public Span<float> FirstMoment { get; } = firstMoment;

    /// <summary>The second kept vector; empty where the method keeps fewer.</summary>
    public Span<float> SecondMoment { get; } = secondMoment;

    /// <summary>Which step it is, from 1.</summary>
    public int Number { get; } = number;
}
