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

/// <summary>
/// Settings of the server's optimiser. The adaptive ones are Reddi et al. 2021, algorithm 2: m = beta1 m + (1 - beta1)
/// d. <see cref="ServerMethods"/> says which method uses which setting.
/// </summary>
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

    /// <summary>
    /// Divides the moments by 1 - beta^t in step t, as Adam does (Kingma and Ba 2015); the adaptive methods of Reddi et
    /// al. do not. FedAdagrad's second moment is a sum and needs none.
    /// </summary>
    public bool BiasCorrection { get; init; }

    /// <summary>Refuses settings out of range.</summary>
    /// <exception cref="ArgumentException">Names the setting.</exception>
    public void Check()
    {
        _ = ServerMethods.Of(Kind);
        if (!(LearningRate > 0) || !double.IsFinite(LearningRate))
        {
            throw new ArgumentException($"a server learning rate of {LearningRate}");
        }

        if (!(Momentum is >= 0 and < 1) || !(Beta1 is >= 0 and < 1) || !(Beta2 is >= 0 and < 1) || !(Tau > 0))
        {
            throw new ArgumentException(
                $"momentum {Momentum} and betas {Beta1}, {Beta2} must lie in [0, 1), tau {Tau} above 0");
        }
    }
}

/// <summary>
/// Applies mean updates to the global weights. A new model is a deterministic function of the old one, the moments and
/// the opened sum, which is what lets an auditor recompute it. Not thread-safe.
/// </summary>
public sealed class ServerOptimizer
{
    private readonly ServerOptimizerOptions _options;
    private readonly ServerMethod _method;
    private int _steps;

    /// <summary>An optimiser for <paramref name="length"/> parameters, moments zero.</summary>
    public ServerOptimizer(ServerOptimizerOptions options, int length)
        : this(options, length, [], [], 0)
    {
    }

    /// <summary>
    /// An optimiser that continues with moments from a checkpoint, <paramref name="steps"/> steps after its start.
    /// </summary>
    /// <exception cref="ArgumentException">Settings out of range, or moments of another length.</exception>
    public ServerOptimizer(ServerOptimizerOptions options, int length, ReadOnlySpan<float> firstMoment,
        ReadOnlySpan<float> secondMoment, int steps)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        options.Check();
        _options = options;
        _method = ServerMethods.Of(options.Kind);
        _steps = steps;
        FirstMoment = Restore(firstMoment, _method.Moments > 0 ? length : 0);
        SecondMoment = Restore(secondMoment, _method.Moments > 1 ? length : 0);
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
            throw new ArgumentException(
                $"{meanUpdate.Length} updates and {FirstMoment.Length} moments for {weights.Length} weights",
                nameof(meanUpdate));
        }

        _steps++;
        _method.Step(new ServerStep(_options, weights, meanUpdate, FirstMoment, SecondMoment, _steps));
    }

    private static float[] Restore(ReadOnlySpan<float> saved, int length)
    {
        if (saved.IsEmpty)
        {
            return new float[length];
        }

        return saved.Length == length ? saved.ToArray()
            : throw new ArgumentException($"saved moments of {saved.Length} elements, due are {length}");
    }
}
