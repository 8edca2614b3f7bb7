using SecureFL.Cli.Tests.Support;

namespace SecureFL.Cli.Tests.Configuration;

public sealed class ConfigurationTests : IDisposable
{
    private const string Settings = """
        { "format": "securefl-configuration", "version": 1, "role": "client",
          "settings": { "server": "https://file.example:7443", "data": "file.csv", "state": "file-state", "insecureLoopback": true } }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("securefl-config").FullName;

    public ConfigurationTests() => File.WriteAllText(Path.Combine(_folder, "securefl.json"), Settings);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Flags_beat_the_environment_beats_the_file_beats_defaults()
    {
        (int exit, string output, string error) = Securefl.RunIn(
            _folder,
            [("SECUREFL_DATA", "environment.csv"), ("SECUREFL_STATE", "environment-state"),
                ("SECUREFL_SERVER_NAME", "aggregator")],
            "config", "show", "client", "run", "--", "--state", "flag-state");
        Assert.True(exit == 0, error);
        Assert.Matches(@"(?m)^server +https://file\.example:7443 +securefl\.json$", output);
        Assert.Matches(@"(?m)^data +environment\.csv +environment, SECUREFL_DATA$", output);
        Assert.Matches(@"(?m)^state +flag-state +command line$", output);
        Assert.Matches(@"(?m)^serverName +aggregator +environment, SECUREFL_SERVER_NAME$", output);
        Assert.Matches(@"(?m)^insecureLoopback +true +securefl\.json$", output);
        Assert.Matches(@"(?m)^logFormat +text +default$", output);
    }

    [Fact]
    public void The_command_itself_runs_with_the_same_values()
    {
        (int exit, _, string error) = Securefl.RunIn(_folder, [("SECUREFL_IDENTITY", "no-such-folder")],
            "client", "run");
        Assert.Equal(6, exit);
        Assert.Contains("no-such-folder", error, StringComparison.Ordinal);
        (exit, _, error) = Securefl.RunIn(_folder, [("SECUREFL_IDENTITY", "no-such-folder")], "client", "run",
            "--identity", "flagged-folder");
        Assert.Equal(6, exit);
        Assert.Contains("flagged-folder", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_roles_file_counts_only_where_it_is_named()
    {
        (int exit, string output, _) =
            Securefl.RunIn(_folder, [], "config", "show", "key-holder", "--", "--server", "https://other.example");
        Assert.Equal(0, exit);
        Assert.DoesNotContain("securefl.json", output, StringComparison.Ordinal);
        (exit, _, string error) = Securefl.RunIn(_folder, [], "key-holder", "--config", "securefl.json");
        Assert.Equal(2, exit);
        Assert.Contains("settings of a client, this is a command of a key-holder", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"version\": 1", "\"version\": 4", "version 4, this program reads up to version 1")]
    [InlineData("\"data\"", "\"dat\"", "has a setting dat")]
    [InlineData("\"role\": \"client\"", "\"role\": \"clint\"", "role is one of server, client, key-holder, operator")]
    [InlineData("\"format\"", "\"fromat\"", "fromat is unknown")]
    [InlineData("\"state\": \"file-state\"", "\"state\": {}", "state is no text")]
    [InlineData("true }", "true ", "this is no JSON")]
    public void A_file_that_cannot_be_meant_is_refused(string valid, string broken, string message)
    {
        File.WriteAllText(Path.Combine(_folder, "securefl.json"),
            Settings.Replace(valid, broken, StringComparison.Ordinal));
        (int exit, _, string error) = Securefl.RunIn(_folder, [], "client", "run");
        Assert.True(exit == 2 && error.Contains(message, StringComparison.Ordinal), error);
    }

    [Fact]
    public void A_named_file_must_be_there()
    {
        (int exit, _, string error) = Securefl.RunIn(_folder, [("SECUREFL_CONFIG", "missing.json")], "client", "run");
        Assert.Equal(6, exit);
        Assert.Contains("missing.json", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_commands_take_nothing_from_it()
    {
        File.WriteAllText(Path.Combine(_folder, "securefl.json"), "no json");
        Assert.Equal(0, Securefl.RunIn(_folder, [("SECUREFL_BITS", "3")], "plan", "explain").ExitCode);
        Assert.Equal(0, Securefl.RunIn(_folder, [], "client", "run", "--help").ExitCode);
    }
}
