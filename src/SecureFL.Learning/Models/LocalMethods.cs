using System.Collections.Immutable;

namespace SecureFL.Learning.Models;

/// <summary>A local optimiser in the table of all of them.</summary>
/// <param name="Kind">Its name in options and descriptions.</param>
/// <param name="Paper">Who described it, and what it does, in a few words.</param>
/// <param name="Defaults">Its settings where nobody says otherwise.</param>
/// <param name="Uses">The settings beside the learning rate that it has: names of properties of
/// <see cref="LocalOptimizerOptions"/>.</param>
public sealed record LocalMethod(LocalOptimizerKind Kind, string Paper, LocalOptimizerOptions Defaults,
    ImmutableArray<string> Uses)
{
    internal Func<LocalOptimizerOptions, int, LocalOptimizer> Create { get; init; } =
        (_, _) => throw new NotSupportedException("the method makes no optimiser");
}

/// <summary>All local optimisers: a new one is one more row here. Thread-safe.</summary>
public static class LocalMethods
{
    private const string Momentum = nameof(LocalOptimizerOptions.Momentum);
    private const string Beta1 = nameof(LocalOptimizerOptions.Beta1);
    private const string Beta2 = nameof(LocalOptimizerOptions.Beta2);
    private const string Decay = nameof(LocalOptimizerOptions.Decay);
    private const string Epsilon = nameof(LocalOptimizerOptions.Epsilon);
    private const string WeightDecay = nameof(LocalOptimizerOptions.WeightDecay);

    /// <summary>The table.</summary>
    public static ImmutableArray<LocalMethod> All { get; } =
    [
        Method(LocalOptimizerKind.Sgd, "plain descent", 0.1f, [],
            (options, _) => new LocalOptimizer.GradientDescent(options.LearningRate)),
        Method(LocalOptimizerKind.Momentum, "Polyak 1964", 0.1f, [Momentum],
            (options, length) => new LocalOptimizer.HeavyBall(options, length)),
        Method(
            LocalOptimizerKind.Adam, "Kingma and Ba 2015", 0.01f, [Beta1, Beta2, Epsilon],
            (options, length) => new LocalOptimizer.AdaptiveMoments(options, 0, length)),
        Method(
            LocalOptimizerKind.AdamW, "Loshchilov and Hutter 2019", 0.01f, [Beta1, Beta2, Epsilon, WeightDecay],
            (options, length) => new LocalOptimizer.AdaptiveMoments(options, options.WeightDecay, length)),
        Method(
            LocalOptimizerKind.RmsProp, "Tieleman and Hinton 2012", 0.01f, [Decay, Epsilon],
            (options, length) => new LocalOptimizer.MeanSquare(options, length)),
        new(
            LocalOptimizerKind.Preconditioned, "Boehning and Lindsay 1988",
            new LocalOptimizerOptions { Kind = LocalOptimizerKind.Preconditioned, LearningRate = 1, Momentum = 0.95f },
            [Momentum])
        {
            Create =
                (_, _) => throw new InvalidOperationException(
                    "the second moments of all sites' rows are not known yet"),
        },
    ];

    /// <summary>The row of <paramref name="kind"/>.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static LocalMethod Of(LocalOptimizerKind kind) =>
        All.FirstOrDefault(method => method.Kind == kind)
        ?? throw new ArgumentException($"no local optimiser is called {kind}");

    private static LocalMethod Method(
        LocalOptimizerKind kind, string paper, float rate, ImmutableArray<string> uses,
        Func<LocalOptimizerOptions, int, LocalOptimizer> create) =>
        new(kind, paper, new LocalOptimizerOptions { Kind = kind, LearningRate = rate }, uses) { Create = create };
}
