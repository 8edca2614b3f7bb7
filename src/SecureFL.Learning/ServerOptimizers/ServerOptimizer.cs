namespace SecureFL.Learning.ServerOptimizers;

/// <summary>
/// Applies mean updates to the global weights. A new model is a deterministic function of the old one, the moments and
/// the opened sum, which is what lets an auditor recompute it. Not thread-safe.
/// </summary>
public sealed class ServerOptimizer
{
    private readonly ServerOptimizerOptions _options;
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
        _steps = steps;
        FirstMoment = Restore(firstMoment, options.Method.Moments > 0 ? length : 0);
        SecondMoment = Restore(secondMoment, options.Method.Moments > 1 ? length : 0);
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
        _options.Method.Step(new ServerStep(_options, weights, meanUpdate, FirstMoment, SecondMoment, _steps));
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
