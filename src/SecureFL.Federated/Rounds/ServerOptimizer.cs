using System.Numerics.Tensors;

namespace SecureFL.Federated.Rounds;

/// <summary>What the server does with the opened mean update.</summary>
public enum ServerOptimizerKind
{
    /// <summary>w += lr d (McMahan et al. 2017; lr = 1 is plain averaging).</summary>
    FedAvg,

    /// <summary>m = momentum m + d; w += lr m (Hsu, Qi and Brown 2019).</summary>
    FedAvgM,

    /// <summary>v += d^2; w += lr m / (sqrt(v) + tau).</summary>
    FedAdagrad,

    /// <summary>v = beta2 v + (1 - beta2) d^2; w += lr m / (sqrt(v) + tau).</summary>
    FedAdam,

    /// <summary>v -= (1 - beta2) d^2 sign(v - d^2); w += lr m / (sqrt(v) + tau).</summary>
    FedYogi,
}

/// <summary>Settings of the server's optimiser. The adaptive ones are Reddi et al. 2021, algorithm 2: m = beta1 m + (1 - beta1) d, no bias correction.</summary>
public sealed record ServerOptimizerOptions
{
    /// <summary>The method.</summary>
    public ServerOptimizerKind Kind { get; init; } = ServerOptimizerKind.FedAvg;

    /// <summary>Step size.</summary>
    public double LearningRate { get; init; } = 1;

    /// <summary>Momentum of FedAvgM.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>Decay of the first moment.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment.</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>The degree of adaptivity, added to the root.</summary>
    public double Tau { get; init; } = 1e-8;

    /// <summary>Refuses settings out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting.</exception>
    public void Check()
    {
        if (!(LearningRate > 0) || !double.IsFinite(LearningRate))
        {
            throw new ArgumentException($"a server learning rate of {LearningRate}");
        }

        if (!(Momentum is >= 0 and < 1) || !(Beta1 is >= 0 and < 1) || !(Beta2 is >= 0 and < 1) || !(Tau > 0))
        {
            throw new ArgumentException($"momentum {Momentum} and betas {Beta1}, {Beta2} must lie in [0, 1), tau {Tau} above 0");
        }
    }
}

/// <summary>
/// Applies mean updates to the global weights. A new model is a deterministic function of the old one, the moments and the opened sum, which is what lets
/// an auditor recompute it. Not thread-safe.
/// </summary>
public sealed class ServerOptimizer
{
    private readonly ServerOptimizerOptions _options;

    /// <summary>An optimiser for <paramref name="length"/> parameters, moments zero.</summary>
    public ServerOptimizer(ServerOptimizerOptions options, int length)
        : this(options, length, [], [])
    {
    }

    /// <summary>An optimiser that continues with moments from a checkpoint.</summary>
    /// <exception cref="ArgumentException">Settings out of range, or moments of another length.</exception>
    public ServerOptimizer(ServerOptimizerOptions options, int length, ReadOnlySpan<float> firstMoment, ReadOnlySpan<float> secondMoment)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _options = options;
        FirstMoment = Restore(firstMoment, options.Kind == ServerOptimizerKind.FedAvg ? 0 : length);
        SecondMoment = Restore(secondMoment, options.Kind is ServerOptimizerKind.FedAvg or ServerOptimizerKind.FedAvgM ? 0 : length);
    }

    /// <summary>The first moment or momentum, empty where the method has none.</summary>
    public float[] FirstMoment { get; }

    /// <summary>The second moment, empty where the method has none.</summary>
    public float[] SecondMoment { get; }

    /// <summary>Moves <paramref name="weights"/> by one step along <paramref name="meanUpdate"/>.</summary>
    /// <exception cref="ArgumentException">Different lengths.</exception>
    public void Step(Span<float> weights, ReadOnlySpan<float> meanUpdate)
    {
        if (meanUpdate.Length != weights.Length || (FirstMoment.Length != 0 && FirstMoment.Length != weights.Length))
        {
            throw new ArgumentException($"{meanUpdate.Length} updates and {FirstMoment.Length} moments for {weights.Length} weights", nameof(meanUpdate));
        }

        float rate = (float)_options.LearningRate;
        switch (_options.Kind)
        {
            case ServerOptimizerKind.FedAvg:
                TensorPrimitives.FusedMultiplyAdd(meanUpdate, rate, weights, weights);
                break;
            case ServerOptimizerKind.FedAvgM:
                TensorPrimitives.FusedMultiplyAdd(FirstMoment, (float)_options.Momentum, meanUpdate, FirstMoment);
                TensorPrimitives.FusedMultiplyAdd(FirstMoment, rate, weights, weights);
                break;
            default:
                StepAdaptively(weights, meanUpdate);
                break;
        }
    }

    private void StepAdaptively(Span<float> weights, ReadOnlySpan<float> meanUpdate)
    {
        double beta1 = _options.Beta1;
        double beta2 = _options.Beta2;
        for (int i = 0; i < weights.Length; i++)
        {
            double d = meanUpdate[i];
            double square = d * d;
            double m = (beta1 * FirstMoment[i]) + ((1 - beta1) * d);
            double v = SecondMoment[i];
            v = _options.Kind switch
            {
                ServerOptimizerKind.FedAdagrad => v + square,
                ServerOptimizerKind.FedAdam => (beta2 * v) + ((1 - beta2) * square),
                _ => v - ((1 - beta2) * square * Math.Sign(v - square)),
            };
            FirstMoment[i] = (float)m;
            SecondMoment[i] = (float)v;
            weights[i] += (float)(_options.LearningRate * m / (Math.Sqrt(v) + _options.Tau));
        }
    }

    private static float[] Restore(ReadOnlySpan<float> saved, int length)
    {
        if (saved.IsEmpty)
        {
            return new float[length];
        }

        return saved.Length == length ? saved.ToArray() : throw new ArgumentException($"saved moments of {saved.Length} elements, due are {length}");
    }
}
