using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Numerics;
using SecureFL.Cli.Options;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Sites;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Learning.Settings;

namespace SecureFL.Cli.Training;

/// <summary>
/// An option that stands for one member of a training's description. Its default, as help shows it, is the
/// description's own.
/// </summary>
/// <param name="Option">The option.</param>
/// <param name="Path">The member, for example <c>training.optimizer.kind</c>.</param>
/// <param name="Read">The value that was given.</param>
internal sealed record TermOption(Option Option, string Path, Func<ParseResult, object?> Read)
{
    /// <summary>A number with a default.</summary>
    internal static TermOption Number<T>(string name, string path, string description)
        where T : struct, INumber<T>
    {
        Option<T> option = new(name)
        {
            Description = description,
            HelpName = T.CreateTruncating(0.5) == T.Zero ? "N" : "NUMBER",
            DefaultValueFactory = _ => TrainingDescription.Default.Value<T>(path),
        };
        return new TermOption(option, path, result => Finite(name, result.GetValue(option)));
    }

    /// <summary>A number that is absent by default.</summary>
    internal static TermOption Optional<T>(string name, string path, string helpName, string description)
        where T : struct, INumber<T>
    {
        Option<T?> option = new(name) { Description = description, HelpName = helpName };
        return new TermOption(option, path, result => result.GetValue(option) is T value ? Finite(name, value) : null);
    }

    /// <summary>A text that is absent by default.</summary>
    internal static TermOption Text(string name, string path, string helpName, string description)
    {
        Option<string?> option = new(name) { Description = description, HelpName = helpName };
        return new TermOption(option, path, result => result.GetValue(option));
    }

    /// <summary>Texts with commas between them.</summary>
    internal static TermOption List(string name, string path, string helpName, string description)
    {
        Option<string?> option = new(name) { Description = description, HelpName = helpName };
        return new TermOption(option, path, result => SiteOptions.List(result.GetValue(option)));
    }

    /// <summary>Whole numbers with commas between them.</summary>
    internal static TermOption Counts(string name, string path, string helpName, string description)
    {
        Option<string?> option = new(name) { Description = description, HelpName = helpName };
        return new TermOption(option, path, result => ReadCounts(name, result.GetValue(option)));
    }

    /// <summary>
    /// An option without a value: given, the member is <paramref name="value"/>; with the value false, it is the other.
    /// </summary>
    internal static TermOption Flag(string name, string path, bool value, string description)
    {
        Option<bool> option = new(name) { Description = description };
        return new TermOption(option, path, result => result.GetValue(option) == value);
    }

    /// <summary>One of an enumeration's values, by their names on the command line.</summary>
    internal static TermOption Choice<T>(string name, string path, string description, Func<T, string>? nameOf = null,
        params ReadOnlySpan<T> values)
        where T : struct, Enum
    {
        nameOf ??= value => value.ToString().ToLowerInvariant();
        return Choice(name, path, description, (values.IsEmpty ? Enum.GetValues<T>() : values.ToArray())
            .Select(value => (nameOf(value), DescriptionShape.NameOf(value))));
    }

    /// <summary>One of some names, each with the one that stands for it in a description.</summary>
    internal static TermOption Choice(string name, string path, string description,
        IEnumerable<(string Name, string Key)> values)
    {
        Dictionary<string, string> keys = values.ToDictionary(value => value.Name, value => value.Key,
            StringComparer.Ordinal);
        string standard = TrainingDescription.Default.Value<string>(path);
        Option<string> option = Choices.Of(name, keys.First(pair => pair.Value == standard).Key,
            description, [.. keys.Keys]);
        return new TermOption(option, path, result => keys[result.GetValue(option)!]);
    }

    /// <summary>A description with what was given of <paramref name="terms"/> over it.</summary>
    internal static TrainingDescription Over(TrainingDescription description, IEnumerable<TermOption> terms,
        ParseResult result) =>
        terms.Where(term => TermOptions.IsGiven(result, term.Option))
        .Aggregate(description, (said, term) => said.With(term.Path, term.InRange(term.Read(result))));

    private object? InRange(object? value) =>
        value is IConvertible and not Enum and not string and not bool
        && DescriptionRanges.Of(Path, value.GetType()) is NumberRange range
            && !range.Holds(Convert.ToDouble(value, CultureInfo.InvariantCulture))
            ? throw new CliException(
                ExitCode.Usage, string.Create(CultureInfo.InvariantCulture,
                    $"{Option.Name} {value}: {range.Words} is accepted"), "help shows the default")
            : value;

    private static T Finite<T>(string name, T value)
        where T : struct, INumber<T> => T.IsFinite(value)
            ? value
            : throw new CliException(ExitCode.Usage, $"{name} {value}: it must be a finite number",
                "help shows the default");

    private static ImmutableArray<int> ReadCounts(string name, string? text) =>
    [
        .. SiteOptions.List(text).Select(
            word => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw new CliException(ExitCode.Usage, $"{name}: {word} is no whole number",
                $"for example {name} 64,32")),
    ];
}
