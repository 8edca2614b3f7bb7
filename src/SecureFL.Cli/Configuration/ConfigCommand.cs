using System.CommandLine;
using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Configuration;

/// <summary><c>config show</c>: what a command would run with, and where each value comes from.</summary>
internal static class ConfigCommand
{
    private const string Teaching = """
        With a securefl.json in the current folder:
          securefl config show client run
        How the environment and the command line change it:
          SECUREFL_SERVER=https://other.example:7443 securefl config show client run -- --state /var/lib/securefl
        The file, for a client:
          {
            "format": "securefl-configuration",
            "version": 1,
            "role": "client",
            "settings": { "server": "https://agg.example.org:7443", "identity": "charite", "data": "charite.csv", "logFormat": "json" }
          }
        """;

    internal static Command Create(RootCommand root)
    {
        Argument<string[]> arguments = new("command")
        {
            Description = "the command, for example client run; its own options after --",
            Arity = ArgumentArity.OneOrMore
        };
        Option<FileInfo?> json = new("--json") { Description = "write it to this file", HelpName = "FILE" };
        Command show =
            new("show",
                "Show every setting of a command: its value, and whether it comes from the command line, the "
                + "environment, securefl.json or a default.") { arguments, json };
        show.SetAction(result =>
        {
            string[] command = result.GetValue(arguments)!;
            string? file = result.GetValue(LayeredArguments.ConfigOption);
            ParseResult parsed = root.Parse(
                file is null ? command : [.. command, LayeredArguments.ConfigOption.Name, file]);
            if (parsed.CommandResult.Command is RootCommand or { Subcommands.Count: > 0 })
            {
                throw new CliException(ExitCode.Usage, $"{string.Join(' ', command)} is no command with settings",
                    "for example securefl config show client run");
            }

            IReadOnlyList<LayeredValue> values =
                new LayeredArguments(root, Environment.GetEnvironmentVariables()).Describe(parsed);
            int name = values.Max(value => LayeredArguments.SettingOf(value.Option).Length) + 2;
            int text = Math.Min(60, values.Max(value => TextOf(value).Length)) + 2;
            foreach (LayeredValue value in values)
            {
                Terminal.WriteLine(
                    $"{LayeredArguments.SettingOf(value.Option).PadRight(name)}{TextOf(value).PadRight(text)}{value.Origin}");
            }

            JsonOutput.Write(result.GetValue(json),
                values.Select(
                    value => new
                    {
                        Setting = LayeredArguments.SettingOf(value.Option),
                        value.Values,
                        value.Origin,
                        Variable = LayeredArguments.VariableOf(value.Option)
                    }));
            return (int)ExitCode.Ok;
        });
        return
            new Command("config",
                $"Settings from securefl.json (version {ConfigurationFile.CurrentVersion}), the environment and the "
                + $"command line.") { Examples.Of(show, Teaching) };
    }

    private static string TextOf(LayeredValue value) =>
        value.Values.IsEmpty ? "(none)" : string.Join(' ', value.Values);
}
