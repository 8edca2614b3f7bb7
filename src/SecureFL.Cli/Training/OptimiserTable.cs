using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Cli.Training;

/// <summary>A hyperparameter of optimisers on the command line.</summary>
/// <param name="Option">The option.</param>
/// <param name="Setting">The property of the optimiser's options.</param>
/// <param name="Meaning">What it is, with its range.</param>
internal sealed record OptimiserSetting(string Option, string Setting, string Meaning);

/// <summary>
/// An optimiser on the command line, the sites' or the server's: its kinds, its rate, its hyperparameters, and which
/// kind has which.
/// </summary>
/// <param name="Option">The option that chooses the kind.</param>
/// <param name="Path">The member of the description.</param>
/// <param name="Meaning">What the optimiser does.</param>
/// <param name="Rate">The option of the learning rate.</param>
/// <param name="RateMeaning">Whose rate it is.</param>
/// <param name="Kinds">Every kind: its name, its own rate, the settings that it has.</param>
/// <param name="Settings">All hyperparameters.</param>
internal sealed record OptimiserTable(
    string Option, string Path, string Meaning, string Rate, string RateMeaning,
    ImmutableArray<(string Name, double Rate, ImmutableArray<string> Uses)> Kinds,
    ImmutableArray<OptimiserSetting> Settings)
{
    /// <summary>The sites' optimiser.</summary>
    internal static OptimiserTable Local { get; } = new(
        "--optimizer", "training.optimizer",
        "the sites' optimiser; its state starts anew every round. The defaults of this, --lr, --batch, "
        + "--local-steps and --lr-schedule are those of an mlp; a regression of up to "
        + $"{TrainingDefaults.MaxPreconditioned} scaled features takes preconditioned (second moments of all sites' "
        + "rows from a secure sum), with one step on all rows for a number, and for classes 40 at a rate that falls "
        + "by one factor a round to a thousandth in the last one",
        "--lr", "the sites' learning rate",
        [.. LocalMethods.All.Select(method => (Lower(method.Kind), (double)method.Defaults.LearningRate, method.Uses))],
        [
            new("--momentum", nameof(LocalOptimizerOptions.Momentum), "momentum, from 0 to below 1"),
            new("--beta1", nameof(LocalOptimizerOptions.Beta1), "decay of the first moment, from 0 to below 1"),
            new("--beta2", nameof(LocalOptimizerOptions.Beta2), "decay of the second moment, from 0 to below 1"),
            new("--rms-decay", nameof(LocalOptimizerOptions.Decay), "decay of the mean square, from 0 to below 1"),
            new("--epsilon", nameof(LocalOptimizerOptions.Epsilon), "keeps denominators from zero, above 0"),
            new("--weight-decay", nameof(LocalOptimizerOptions.WeightDecay),
                "decoupled weight decay, from 0; the others have --l2"),
        ]);

    /// <summary>The server's optimiser.</summary>
    internal static OptimiserTable Server { get; } = new(
        "--server-optimizer", "serverOptimizer", "what the server does with the opened mean update", "--server-lr",
        "the server's learning rate",
        [.. ServerMethods.All.Select(method => (Lower(method.Kind), method.Defaults.LearningRate, method.Uses))],
        [
            new("--server-momentum", nameof(ServerOptimizerOptions.Momentum), "momentum, from 0 to below 1"),
            new("--server-beta1", nameof(ServerOptimizerOptions.Beta1), "decay of the first moment, from 0 to below 1"),
            new("--server-beta2", nameof(ServerOptimizerOptions.Beta2),
                "decay of the second moment, from 0 to below 1"),
            new("--tau", nameof(ServerOptimizerOptions.Tau), "the degree of adaptivity, above 0"),
            new(
                "--server-bias-correction", nameof(ServerOptimizerOptions.BiasCorrection),
                "divide the moments as Adam does, which Reddi et al. do not"),
        ]);

    /// <summary>The options: the kind, the rate, the hyperparameters.</summary>
    /// <typeparam name="TKind">The enumeration of kinds.</typeparam>
    /// <typeparam name="TNumber">The type of rates and hyperparameters.</typeparam>
    internal IEnumerable<TermOption> Terms<TKind, TNumber>()
        where TKind : struct, Enum
        where TNumber : struct, INumber<TNumber>
    {
        string rates = string.Join(", ",
            Kinds.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{(float)kind.Rate} for {kind.Name}")));
        yield return TermOption.Choice<TKind>(Option, $"{Path}.kind", Meaning);
        yield return TermOption.Number<TNumber>(Rate, $"{Path}.learningRate", $"{RateMeaning}, above 0; {rates}");
        foreach (OptimiserSetting setting in Settings)
        {
            string path = $"{Path}.{char.ToLowerInvariant(setting.Setting[0])}{setting.Setting[1..]}";
            string text = $"with {Option} {KindsWith(setting)}: {setting.Meaning}";
            yield return setting.Setting == nameof(ServerOptimizerOptions.BiasCorrection)
                ? TermOption.Flag(setting.Option, path, true, text)
                : TermOption.Number<TNumber>(setting.Option, path, text);
        }
    }

    /// <summary>The kinds that have a setting: <c>adam, adamw or rmsprop</c>.</summary>
    internal string KindsWith(OptimiserSetting setting)
    {
        string[] names = [.. Kinds.Where(kind => kind.Uses.Contains(setting.Setting)).Select(kind => kind.Name)];
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }

    /// <summary>Whether a kind has a setting.</summary>
    internal bool Has<TKind>(TKind kind, OptimiserSetting setting)
        where TKind : struct, Enum => Kinds.Single(one => one.Name == Lower(kind)).Uses.Contains(setting.Setting);

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
