using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SecureFL.Cli.Tests.Support;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Models;

namespace SecureFL.Cli.Tests.Names;

/// <summary>
/// Hostile text in every place that a command reads: nothing that comes out moves a cursor, turns the direction of
/// writing or hides.
/// </summary>
public sealed class HostileNamesTests : IDisposable
{
    private const string Evil = "x\u001B[1A\u001B[2Ky\u202Ez\u200B\u009B2J\u2066\uFEFF\u0007";
    private readonly string _folder = Directory.CreateTempSubdirectory("securefl-hostile").FullName;

    public static TheoryData<string, string[]> Commands()
    {
        TheoryData<string, string[]> all = [];
        all.Add("header", ["check-data", "--data", "{header}", "--label", "y"]);
        all.Add("cells", ["check-data", "--data", "{cells}", "--label", "y"]);
        all.Add("file name", ["check-data", "--data", "{name}", "--label", "y"]);
        all.Add("missing file", ["check-data", "--data", "{none}", "--label", "y"]);
        all.Add("simulate header",
            ["simulate", "--data", "{header}", "--label", "y", "--sites", "3", "--rounds", "1", "--output", "{run}"]);
        all.Add("simulate cells",
            ["simulate", "--data", "{cells}", "--label", "y", "--sites", "3", "--rounds", "1", "--output", "{run}"]);
        all.Add("site column", ["simulate", "--data", "{sites}", "--label", "y", "--site-column", "site", "--rounds",
            "1", "--output", "{run}"]);
        all.Add("label", ["simulate", "--data", "{plain}", "--label", Evil, "--sites", "3", "--output", "{run}"]);
        all.Add("no such option", ["simulate", "--" + Evil]);
        all.Add("no such command", [Evil]);
        all.Add("no number", ["simulate", "--data", "{plain}", "--label", "y", "--rounds", Evil]);
        all.Add("model's class", ["evaluate", "--model", "{model}", "--data", "{plain}"]);
        all.Add("model's prediction", ["predict", "--model", "{model}", "--data", "{plain}"]);
        all.Add("no model", ["predict", "--model", "{cells}", "--data", "{plain}"]);
        all.Add("party's name",
            ["identity", "new", "--consortium", "heart", "--role", "client", "--name", Evil, "--output", "{party}"]);
        all.Add("consortium",
            ["identity", "new", "--consortium", Evil, "--role", "client", "--name", "a", "--output", "{party}"]);
        all.Add("request", ["identity", "show", "{request}"]);
        all.Add("plan", ["plan", "show", "{json}"]);
        all.Add("settings", ["config", "show", "client", "run", "--config", "{settings}"]);
        all.Add("unknown settings", ["config", "show", "client", "run", "--config", "{json}"]);
        all.Add("transcript", ["verify", "{cells}"]);
        all.Add("server", ["status", "--server", Evil, "--identity", "{none}"]);
        return all;
    }

    [Theory]
    [MemberData(nameof(Commands))]
    [Trait("Category", "Slow")]
    public void Nothing_that_does_not_print_is_printed(string what, string[] command)
    {
        (int exit, string output, string error) = Securefl.Run([.. command.Select(Path)]);
        Printable.Check(what, output);
        Printable.Check(what, error);

        // Whatever is an error is one line and a hint: no name makes a second one.
        if (exit != 0)
        {
            Assert.Equal(1, error.Split('\n').Count(line => line.StartsWith("hint: ", StringComparison.Ordinal)));
        }
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Path(string argument)
    {
        if (argument is not ['{', .., '}'])
        {
            return argument;
        }

        string path = System.IO.Path.Combine(_folder, argument == "{name}" ? $"{Evil}.csv" : argument.Trim('{', '}'));
        switch (argument)
        {
            case "{header}":
                File.WriteAllText(path, Table($"a,{Evil},y", "1"));
                break;
            case "{cells}":
                File.WriteAllText(path, Table("a,b,y", Evil));
                break;
            case "{plain}" or "{name}":
                File.WriteAllText(path, Table("a,b,y", "1"));
                break;
            case "{sites}":
                File.WriteAllText(path, Table("a,site,y", Evil));
                break;
            case "{json}":
                File.WriteAllText(path, $$"""{"format": "{{Evil}}", "version": 1, "{{Evil}}": "{{Evil}}"}""", new UTF8Encoding(false));
                break;
            case "{settings}":
                File.WriteAllText(path,
                    """{"version": 1, "server": "https://a.example", "data": "EVIL.csv"}""".Replace("EVIL",
                        Evil.Replace("\u001B", "\\u001b", StringComparison.Ordinal)
                            .Replace("\u0007", "\\n", StringComparison.Ordinal), StringComparison.Ordinal));
                break;
            case "{request}":
                File.WriteAllText(path,
                    """{"format": "securefl-request", "version": 1, "consortium": "heart", "role": "client", "name": "EVIL", "signingKey": "", "certificateRequest": "", "signature": ""}"""
                    .Replace("EVIL", "a\\u001b[1Ab\\u202e", StringComparison.Ordinal));
                break;
            case "{model}":
                WriteModel(path);
                break;
        }

        return path;
    }

    private static string Table(string header, string second)
    {
        StringBuilder text = new(header + "\n");
        for (int i = 0; i < 40; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{i % 7},{(i % 2 == 0 ? second : "b")},{i % 3 / 2}\n");
        }

        return text.ToString();
    }

    private static void WriteModel(string path)
    {
        TableSchema schema = new()
        {
            Features = [new ColumnSchema { Name = "a", Kind = ColumnKind.Numeric },
                new ColumnSchema { Name = "b", Kind = ColumnKind.Numeric }],
            Label = new LabelSchema { Name = "y", Task = LearningTask.Binary, Classes = ["0", Evil] },
        };
        ModelSpec spec = ModelSpec.Logistic(2);
        ModelLayout layout = spec.CreateLayout();
        using FileStream stream = File.Create(path);
        new ModelBundle
        {
            Parameters = new ModelParameters(layout, new float[layout.Length]),
            Spec = spec,
            Schema = schema,
            Scalings = ImmutableSortedDictionary<string, FeatureScaling>.Empty
                .Add("", FeatureScaling.Declared([0, 0], [1, 1])),
        }.Write(stream);
    }
}
