using System.Collections;
using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using SecureFL.Cli.Shell;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Configuration;

/// <summary>One setting of a command, and where its value comes from.</summary>
/// <param name="Option">The option.</param>
/// <param name="Values">Its values as texts; empty where it has none.</param>
/// <param name="Origin">For people: command line, environment, file, or default.</param>
internal sealed record LayeredValue(Option Option, ImmutableArray<string> Values, string Origin);

/// <summary>
/// The commands of a deployment take every option from the command line, else from the environment
/// (<c>SECUREFL_ACCEPT_DIGEST</c> for <c>--accept-digest</c>), else from
/// <c>securefl.json</c> (<c>acceptDigest</c>), else its default. Lower layers are put into the command line before it
/// is parsed for good, so that a value means the same wherever it stands.
/// </summary>
internal sealed class LayeredArguments
{
    internal const string Prefix = "SECUREFL_";
    internal const string ConfigVariable = Prefix + "CONFIG";
    internal const string DefaultFile = "securefl.json";

    private static readonly Dictionary<string, PeerRole?> Roles = new(StringComparer.Ordinal)
    {
        ["server"] = PeerRole.Server,
        ["client"] = PeerRole.Client,
        ["key-holder"] = PeerRole.KeyHolder,
        ["round"] = PeerRole.Operator,
        ["status"] = PeerRole.Operator,
        ["doctor"] = null,
    };

    private readonly RootCommand _root;
    private readonly Func<string, string?> _variable;

    /// <param name="root">All commands.</param>
    /// <param name="environment">The environment's variables.</param>
    internal LayeredArguments(RootCommand root, IDictionary environment)
    {
        _root = root;
        _variable = name => environment[name] as string;
    }

    /// <summary><c>--config</c>, for every command.</summary>
    internal static Option<string?> ConfigOption { get; } = new("--config")
    {
        Description =
            "settings of a server, client, key holder or operator; by default securefl.json of the current folder, "
            + "where there is one of that role",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>
    /// The arguments with what the lower layers add. Commands that concern no deployment stay as they are.
    /// </summary>
    /// <exception cref="CliException">A file of another role, or with a setting that no command of its role
    /// has.</exception>
    internal IReadOnlyList<string> Complete(IReadOnlyList<string> arguments)
    {
        ParseResult parsed = _root.Parse(arguments);
        if (!IsLayered(parsed.CommandResult) || parsed.GetResult(ConfigOption)?.Errors.Any() == true
            || IsHelp(arguments))
        {
            return arguments;
        }

        List<string> complete = [.. arguments];
        foreach (LayeredValue value in Describe(parsed)
            .Where(value => value.Origin != CommandLineOrigin && value.Origin != DefaultOrigin))
        {
            complete.AddRange(value.Values.Select(text => $"{value.Option.Name}={text}"));
        }

        return complete;
    }

    /// <summary>Every option of the parsed command with its value and origin.</summary>
    /// <exception cref="CliException">As <see cref="Complete"/>.</exception>
    internal IReadOnlyList<LayeredValue> Describe(ParseResult parsed)
    {
        ConfigurationFile? file = FileFor(parsed);
        return [.. OptionsOf(parsed.CommandResult.Command).Select(option => Find(parsed, option, file))];
    }

    /// <summary>The configuration that a command line names; null for none.</summary>
    internal ConfigurationFile? FileFor(ParseResult parsed)
    {
        string? path = parsed.GetValue(ConfigOption) ?? _variable(ConfigVariable);
        if (path is null && !File.Exists(DefaultFile))
        {
            return null;
        }

        ConfigurationFile file = ConfigurationFile.Load(path ?? DefaultFile);
        if (TopOf(parsed.CommandResult) is Command top && Roles.TryGetValue(top.Name, out PeerRole? role)
            && role is not null && role != file.Role)
        {
            // A file that only happens to lie here is another process'; one that was named is a mistake.
            return path is null ? null : throw new CliException(
                ExitCode.Usage,
                $"{file.Path} holds the settings of a {PeerRoles.NameOf(file.Role)}, this is a command of a "
                + $"{PeerRoles.NameOf(role.Value)}", "name another file with --config");
        }

        HashSet<string> known = KnownTo(file.Role);
        string[] unknown = [.. file.Settings.Keys.Where(name => !known.Contains(name))];
        return unknown.Length == 0
            ? file
            : throw new CliException(ExitCode.Usage,
                $"{file.Path}: no command of a {PeerRoles.NameOf(file.Role)} has a setting {unknown[0]}",
                "securefl config show lists the settings");
    }

    internal const string CommandLineOrigin = "command line";
    internal const string DefaultOrigin = "default";

    /// <summary><c>--accept-digest</c> as <c>acceptDigest</c>.</summary>
    internal static string SettingOf(Option option)
    {
        string[] words = option.Name.TrimStart('-').Split('-');
        return words[0] + string.Concat(words.Skip(1).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }

    /// <summary><c>--accept-digest</c> as <c>SECUREFL_ACCEPT_DIGEST</c>.</summary>
    internal static string VariableOf(Option option) =>
        Prefix + option.Name.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    private static IEnumerable<Option> OptionsOf(Command command) =>
        command.Options
        .Where(option => option is not System.CommandLine.Help.HelpOption and not VersionOption
            && option != ConfigOption);

    private static Command? TopOf(CommandResult result)
    {
        CommandResult current = result;
        while (current.Parent is CommandResult { Parent: not null } parent)
        {
            current = parent;
        }

        return current.Parent is null ? null : current.Command;
    }

    private static bool IsLayered(CommandResult result) => TopOf(result) is Command top && Roles.ContainsKey(top.Name);

    private static bool IsHelp(IReadOnlyList<string> arguments) =>
        arguments.Any(argument => argument is "--help" or "-h" or "-?" or "/?");

    private LayeredValue Find(ParseResult parsed, Option option, ConfigurationFile? file)
    {
        if (parsed.GetResult(option) is { Implicit: false } given)
        {
            return new LayeredValue(option,
                given.Tokens.Count == 0 ? ["true"] : [.. given.Tokens.Select(token => token.Value)], CommandLineOrigin);
        }

        if (_variable(VariableOf(option)) is string value)
        {
            return new LayeredValue(option, [value], $"environment, {VariableOf(option)}");
        }

        return file is not null && file.Settings.TryGetValue(SettingOf(option), out ImmutableArray<string> values)
            ? new LayeredValue(option, values, file.Path)
            : new LayeredValue(option, DefaultOf(option), DefaultOrigin);
    }

    private static ImmutableArray<string> DefaultOf(Option option)
    {
        object? value = option.HasDefaultValue && !option.Required ? option.GetDefaultValue() : null;
        return value switch
        {
            null => [],
            string text => [text],
            FileSystemInfo path => [path.ToString()],
            IEnumerable list => [.. list.Cast<object>().Select(Text)],
            _ => [Text(value)],
        };
    }

    private static string Text(object value) => value is bool or Enum ? value.ToString()!.ToLowerInvariant()
        : Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture) ?? "";

    // doctor checks every role's settings; what only another role's commands have is none of this one's.
    private HashSet<string> KnownTo(PeerRole role)
    {
        HashSet<string> Under(Func<PeerRole?, bool> chosen) =>
            [.. Roles.Where(pair => chosen(pair.Value)).SelectMany(pair => KnownUnder(pair.Key))];
        return [.. Under(one => one == role),
            .. Under(one => one is null).Except(Under(one => one is not null && one != role))];
    }

    private IEnumerable<string> KnownUnder(string name)
    {
        Command? top = _root.Subcommands.FirstOrDefault(command => command.Name == name);
        return top is null ? [] : top.Subcommands.Append(top).SelectMany(OptionsOf).Select(SettingOf);
    }
}
