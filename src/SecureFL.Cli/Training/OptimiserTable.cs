using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Text.Json;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Models;
using SecureFL.Learning.ServerOptimizers;

namespace SecureFL.Cli.Training;

/// <summary>A hyperparameter of optimisers on the command line.</summary>
/// <param name="Option">The option.</param>
/// <param name="Setting">The member of the optimiser in a description.</param>
/// <param name="Meaning">What it is, with its range.</param>
/// <param name="IsSwitch">Whether it is on or off, and no number.</param>
internal sealed record OptimiserSetting(string Option, string Setting, string Meaning, bool IsSwitch = false);

/// <summary>A kind of optimiser.</summary>
/// <param name="Key">Its name in a description; on the command line in small letters.</param>
/// <param name="Rate">Its own learning rate.</param>
/// <param name="Uses">The members that it has beside the rate.</param>
internal sealed record OptimiserKind(string Key, double Rate, ImmutableArray<string> Uses)
{
    /// <summary>Its name on the command line.</summary>
    internal string Name => Key.ToLowerInvariant();
}

/// <summary>
/// An optimiser on the command line, the sites' or the server's: its kinds, its rate, its hyperparameters, and which
/// kind has which.
/// </summary>
/// <param name="Option">The option that chooses the kind.</param>
/// <param name="Path">The member of the description.</param>
/// <param name="Meaning">What the optimiser does.</param>
/// <param name="Rate">The option of the learning rate.</param>
/// <param name="RateMeaning">Whose rate it is.</param>
/// <param name="Kinds">Every kind.</param>
/// <param name="Settings">All hyperparameters.</param>
internal sealed record OptimiserTable(
    string Option, string Path, string Meaning, string Rate, string RateMeaning,
    ImmutableArray<OptimiserKind> Kinds, ImmutableArray<OptimiserSetting> Settings)
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
        [.. LocalMethods.All.Select(method => new OptimiserKind(DescriptionShape.NameOf(method.Kind),
            method.Defaults.LearningRate, [.. method.Uses.Select(JsonNamingPolicy.CamelCase.ConvertName)]))],
        [
            new("--momentum", "momentum", "momentum, from 0 to below 1"),
            new("--beta1", "beta1", "decay of the first moment, from 0 to below 1"),
            new("--beta2", "beta2", "decay of the second moment, from 0 to below 1"),
            new("--rms-decay", "decay", "decay of the mean square, from 0 to below 1"),
            new("--epsilon", "epsilon", "keeps denominators from zero, above 0"),
            new("--weight-decay", "weightDecay",
                "decoupled weight decay, from 0; the others have --l2"),
        ]);

    /// <summary>The server's optimiser: those that are registered now.</summary>
    internal static OptimiserTable Server => new(
        "--server-optimizer", "serverOptimizer", "what the server does with the opened mean update", "--server-lr",
        "the server's learning rate",
        [.. ServerMethods.All.Select(method => new OptimiserKind(method.Key, method.LearningRate,
            [.. method.Settings.Select(setting => setting.Name)]))],
        [.. ServerMethods.Settings.Select(setting => new OptimiserSetting(setting == ServerSetting.Tau ? "--tau"
                : $"--server-{JsonNamingPolicy.KebabCaseLower.ConvertName(setting.Name)}", setting.Name,
                setting.Meaning, setting.IsSwitch))]);

    /// <summary>The options: the kind, the rate, the hyperparameters.</summary>
    /// <typeparam name="TNumber">The type of rates and hyperparameters.</typeparam>
    internal IEnumerable<TermOption> Terms<TNumber>()
        where TNumber : struct, INumber<TNumber>
    {
        string rates = string.Join(", ",
            Kinds.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{(float)kind.Rate} for {kind.Name}")));
        yield return TermOption.Choice(Option, $"{Path}.kind", Meaning,
            Kinds.Select(kind => (kind.Name, kind.Key)));
        yield return TermOption.Number<TNumber>(Rate, $"{Path}.learningRate", $"{RateMeaning}, above 0; {rates}");
        foreach (OptimiserSetting setting in Settings)
        {
            string path = $"{Path}.{setting.Setting}";
            string text = $"with {Option} {KindsWith(setting)}: {setting.Meaning}";
            yield return setting.IsSwitch ? TermOption.Flag(setting.Option, path, true, text)
                : TermOption.Number<TNumber>(setting.Option, path, text);
        }
    }

    /// <summary>The kinds that have a setting: <c>adam, adamw or rmsprop</c>.</summary>
    internal string KindsWith(OptimiserSetting setting)
    {
        string[] names = [.. Kinds.Where(kind => kind.Uses.Contains(setting.Setting)).Select(kind => kind.Name)];
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} or {names[^1]}";
    }

    /// <summary>Whether a kind, by its name in descriptions, has a setting.</summary>
    internal bool Has(string key, OptimiserSetting setting) =>
        Kinds.Single(one => one.Key == key).Uses.Contains(setting.Setting);
}
