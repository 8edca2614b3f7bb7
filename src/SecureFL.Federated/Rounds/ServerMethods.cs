using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace SecureFL.Federated.Rounds;

/// <summary>A server optimiser in the table of all of them.</summary>
/// <param name="Kind">Its name in options and descriptions.</param>
/// <param name="Paper">Who described it.</param>
/// <param name="Defaults">Its settings where nobody says otherwise.</param>
/// <param name="Uses">The settings beside the learning rate that it has: names of properties of
/// <see cref="ServerOptimizerOptions"/>.</param>
/// <param name="Moments">Vectors that it keeps from round to round: 0, 1 (momentum) or 2.</param>
public sealed record ServerMethod(ServerOptimizerKind Kind, string Paper, ServerOptimizerOptions Defaults,
    ImmutableArray<string> Uses, int Moments)
{
    internal ServerStepAction Step { get; init; } = _ => throw new NotSupportedException("the method has no step");
}

/// <summary>One step of a method.</summary>
internal delegate void ServerStepAction(ServerStep step);

/// <summary>What a method needs for a step; <paramref name="number"/> counts from 1.</summary>
internal readonly ref struct ServerStep(
    ServerOptimizerOptions options, Span<float> weights, ReadOnlySpan<float> meanUpdate, float[] firstMoment,
    float[] secondMoment, int number)
{
    public ServerOptimizerOptions Options { get; } = options;

    public Span<float> Weights { get; } = weights;

    public ReadOnlySpan<float> MeanUpdate { get; } = meanUpdate;

    public float[] FirstMoment { get; } = firstMoment;

    public float[] SecondMoment { get; } = secondMoment;

    public int Number { get; } = number;
}

/// <summary>All server optimisers: a new one is one more row here. Thread-safe.</summary>
public static class ServerMethods
{
    private const string Momentum = nameof(ServerOptimizerOptions.Momentum);
    private const string Beta1 = nameof(ServerOptimizerOptions.Beta1);
    private const string Beta2 = nameof(ServerOptimizerOptions.Beta2);
    private const string Tau = nameof(ServerOptimizerOptions.Tau);
    private const string BiasCorrection = nameof(ServerOptimizerOptions.BiasCorrection);

    /// <summary>The table.</summary>
    public static ImmutableArray<ServerMethod> All { get; } =
    [
        Method(ServerOptimizerKind.FedAvg, "McMahan et al. 2017", 1, [], 0, Average),
        Method(ServerOptimizerKind.FedAvgM, "Hsu, Qi and Brown 2019", 1, [Momentum], 1, AverageWithMomentum),
        Method(
            ServerOptimizerKind.FedAdagrad, "Reddi et al. 2021", 0.01, [Beta1, Tau, BiasCorrection], 2,
            step => Adapt(step, (v, square) => v + square, decays: false)),
        Method(
            ServerOptimizerKind.FedAdam, "Reddi et al. 2021", 0.01, [Beta1, Beta2, Tau, BiasCorrection], 2, step =>
            {
                double beta2 = step.Options.Beta2;
                Adapt(step, (v, square) => (beta2 * v) + ((1 - beta2) * square), decays: true);
            }),
        Method(
            ServerOptimizerKind.FedYogi, "Reddi et al. 2021", 0.01, [Beta1, Beta2, Tau, BiasCorrection], 2, step =>
            {
                double beta2 = step.Options.Beta2;
                Adapt(step, (v, square) => v - ((1 - beta2) * square * Math.Sign(v - square)), decays: true);
            }),
    ];

    /// <summary>The row of <paramref name="kind"/>.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static ServerMethod Of(ServerOptimizerKind kind) =>
        All.FirstOrDefault(method => method.Kind == kind)
        ?? throw new ArgumentException($"no server optimiser is called {kind}");

    private static ServerMethod Method(
        ServerOptimizerKind kind, string paper, double rate, ImmutableArray<string> uses, int moments,
        ServerStepAction step) =>
        new(kind, paper, new ServerOptimizerOptions { Kind = kind, LearningRate = rate }, uses, moments)
        { Step = step };

    private static void Average(ServerStep step) =>
        TensorPrimitives.FusedMultiplyAdd(step.MeanUpdate, (float)step.Options.LearningRate, step.Weights,
            step.Weights);

    private static void AverageWithMomentum(ServerStep step)
    {
        TensorPrimitives.FusedMultiplyAdd(step.FirstMoment, (float)step.Options.Momentum, step.MeanUpdate,
            step.FirstMoment);
        TensorPrimitives.FusedMultiplyAdd(step.FirstMoment, (float)step.Options.LearningRate, step.Weights,
            step.Weights);
    }

    private static void Adapt(ServerStep step, Func<double, double, double> second, bool decays)
    {
        ServerOptimizerOptions options = step.Options;
        double beta1 = options.Beta1;
        double first = options.BiasCorrection ? 1 - Math.Pow(beta1, step.Number) : 1;
        double spread = options.BiasCorrection && decays ? 1 - Math.Pow(options.Beta2, step.Number) : 1;
        for (int i = 0; i < step.Weights.Length; i++)
        {
            double d = step.MeanUpdate[i];
            double m = (beta1 * step.FirstMoment[i]) + ((1 - beta1) * d);
            double v = second(step.SecondMoment[i], d * d);
            step.FirstMoment[i] = (float)m;
            step.SecondMoment[i] = (float)v;
            step.Weights[i] += (float)(options.LearningRate * (m / first) / (Math.Sqrt(v / spread) + options.Tau));
        }
    }
}
