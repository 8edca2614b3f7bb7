using System.Text.Json;
using System.Text.RegularExpressions;

namespace SecureFL.Cli.Tests.Packaging;

/// <summary>What a linter of Dockerfiles asks for, and hadolint itself where it is installed.</summary>
public sealed partial class DockerfileTests
{
    private static readonly string[] Known =
        ["ARG", "FROM", "RUN", "COPY", "ENV", "USER", "WORKDIR", "VOLUME", "EXPOSE", "STOPSIGNAL", "ENTRYPOINT", "CMD"];

    [Fact]
    public void The_Dockerfile_obeys_the_rules() =>
        Assert.Empty(Faults(File.ReadAllText(SourceTree.Packaging("Dockerfile"))));

    [Theory]
    [InlineData("FROM debian", "DL3006")]
    [InlineData("FROM debian:latest", "DL3007")]
    [InlineData("FROM a:1\nUSER root\nENTRYPOINT [\"/x\"]", "DL3002")]
    [InlineData("FROM a:1\nENTRYPOINT [\"/x\"]", "DL3002")]
    [InlineData("FROM a:1\nUSER 5\nENTRYPOINT /x", "DL3025")]
    [InlineData("FROM a:1\nADD x /x", "DL3020")]
    [InlineData("FROM a:1\nWORKDIR x", "DL3000")]
    [InlineData("FROM a:1\nRUN apt-get update && apt-get install x", "DL3015")]
    [InlineData("FROM a:1\nRUN apt-get install -y --no-install-recommends x", "DL3009")]
    [InlineData("FROM a:1\nRUN sudo x", "DL3004")]
    [InlineData("FROM a:1\nRUN curl http://x | sh", "network")]
    [InlineData("FROM a:1\nCOPY . /", "copies everything")]
    [InlineData("FROM registry.example/a:1", "names a host")]
    [InlineData("FROM a:1\nENV API_TOKEN=x", "secret")]
    public void The_rules_see(string dockerfile, string rule) =>
        Assert.Contains(Faults(dockerfile), fault => fault.StartsWith(rule, StringComparison.Ordinal));

    [Fact]
    public void Hadolint_agrees()
    {
        (int ExitCode, string Text)? result =
            Tool.Run("hadolint", SourceTree.Root(), SourceTree.Packaging("Dockerfile"));
        if (result is null)
        {
            Assert.Skip("hadolint is not installed");
        }

        Assert.True(result!.Value.ExitCode == 0, result.Value.Text);
    }

    private static IEnumerable<string> Faults(string text)
    {
        string joined = Continuation()
            .Replace(string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Where(line => !line.StartsWith('#'))),
                " ");
        (string Name, string Text)[] instructions =
            [.. joined.Split('\n').Where(line => line.Trim().Length > 0)
                .Select(
                    line => (line.Split(' ')[0], line.Contains(' ') ? line[(line.IndexOf(' ') + 1)..].Trim() : ""))];
        Dictionary<string, string> arguments = instructions.Where(i => i.Name == "ARG" && i.Text.Contains('='))
            .ToDictionary(i => i.Text.Split('=')[0], i => i.Text[(i.Text.IndexOf('=') + 1)..]);
        foreach ((string name, string rest) in instructions)
        {
            if (name is "ADD")
            {
                yield return "DL3020: COPY instead of ADD";
            }
            else if (!Known.Contains(name))
            {
                yield return $"{name}: not an instruction that is used here";
            }

            foreach (string fault in name switch
            {
                "FROM" =>
                    Base(
                        arguments.Aggregate(rest,
                            (image, argument) => image.Replace($"${{{argument.Key}}}", argument.Value,
                                StringComparison.Ordinal))),
                "RUN" => Run(rest),
                "COPY" when rest.Split(' ').Any(word => word is "." or "./" or "*") =>
                    ["copies everything: names what it takes"],
                "WORKDIR" when !rest.StartsWith('/') => ["DL3000: an absolute WORKDIR"],
                "ENTRYPOINT" or "CMD" when !IsList(rest) => ["DL3025: ENTRYPOINT and CMD as JSON lists"],
                "ENV" or "ARG" when Secret().IsMatch(rest) => ["secret: none in the image"],
                _ => Array.Empty<string>(),
            })
            {
                yield return fault;
            }
        }

        string? user = instructions.LastOrDefault(i => i.Name == "USER").Text;
        bool beforeStart = Array.FindLastIndex(instructions, i => i.Name == "USER")
            < Array.FindIndex(instructions, i => i.Name == "ENTRYPOINT");
        if (instructions.Any(i => i.Name == "ENTRYPOINT")
            && (user is null || !NumericUser().IsMatch(user) || !beforeStart))
        {
            yield return "DL3002: the last user is a number above 0, set before the entry point";
        }
    }

    private static IEnumerable<string> Base(string image)
    {
        string tag = image.Contains(':') ? image[(image.LastIndexOf(':') + 1)..] : "";
        if (image.Split('/')[0].Contains('.'))
        {
            yield return "names a host: the base image is an argument";
        }

        if (tag.Length == 0)
        {
            yield return "DL3006: a tag";
        }
        else if (tag == "latest")
        {
            yield return "DL3007: a tag that stands still";
        }
    }

    private static IEnumerable<string> Run(string command)
    {
        if (command.Contains("sudo", StringComparison.Ordinal))
        {
            yield return "DL3004: no sudo";
        }

        if (command.Contains("curl", StringComparison.Ordinal) || command.Contains("wget", StringComparison.Ordinal))
        {
            yield return "network: nothing but the base image's packages is fetched";
        }

        if (!command.Contains("apt-get install", StringComparison.Ordinal))
        {
            yield break;
        }

        if (!command.Contains("--no-install-recommends", StringComparison.Ordinal)
            || !(command.Contains("--yes", StringComparison.Ordinal)
                || command.Contains("-y", StringComparison.Ordinal)))
        {
            yield return "DL3015: --yes and --no-install-recommends";
        }

        if (!command.Contains("apt-get update", StringComparison.Ordinal)
            || !command.Contains("rm -rf /var/lib/apt/lists/*", StringComparison.Ordinal))
        {
            yield return "DL3009: update and clean up in the same layer";
        }
    }

    private static bool IsList(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<string[]>(text) is { Length: > 0 };
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\\\n\s*")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"^[1-9]\d*(:[1-9]\d*)?$")]
    private static partial Regex NumericUser();

    [GeneratedRegex(@"(?i)(password|secret|token|_key)")]
    private static partial Regex Secret();
}
