using System.Text.RegularExpressions;

namespace SecureFL.Architecture.Tests;

/// <summary>What the sources of each layer may say.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 600;
    private const int MaxLinesOfSources = 400;
    private const int MaxColumns = 120;

    public static TheoryData<string> LayersWithoutTheWorld() =>
        ["SecureFL.Ring", "SecureFL.Rlwe", "SecureFL.Seal", "SecureFL.Threshold", "SecureFL.Messages", "SecureFL.Protocol",
            "SecureFL.Learning"];

    /// <summary>Time, randomness and storage come in as small interfaces.</summary>
    [Theory]
    [MemberData(nameof(LayersWithoutTheWorld))]
    public void Touches_no_files_no_network_no_clock_no_hosting(string project)
    {
        string[] sources = [.. Repository.Sources($"src/{project}/")];
        Assert.NotEmpty(sources);
        Assert.Empty(sources.SelectMany(
            path => TheWorld().Matches(Repository.ReadCode(path)).Select(match => $"{path}: {match.Value}")));
    }

    [Theory]
    [InlineData("File.ReadAllText(path)")]
    [InlineData("System.IO.File.Exists(path)")]
    [InlineData("new FileStream(path, mode)")]
    [InlineData("Directory.CreateDirectory(path)")]
    [InlineData("using System.Net.Http;")]
    [InlineData("DateTime.UtcNow")]
    [InlineData("DateTimeOffset.Now")]
    [InlineData("Stopwatch.GetTimestamp()")]
    [InlineData("new Stopwatch()")]
    [InlineData("Environment.TickCount64")]
    [InlineData("using Microsoft.Extensions.Hosting;")]
    [InlineData("Console.WriteLine(x)")]
    public void The_scan_sees(string code) => Assert.Matches(TheWorld(), code);

    /// <summary>Clocks come in: no layer without the world fills in the system's.</summary>
    [Fact]
    public void The_systems_clock_is_nobodys_default() => Assert.DoesNotContain(
        LayersWithoutTheWorld().SelectMany(row => Repository.Sources($"src/{row.Data}/")),
        path => Repository.ReadCode(path).Contains("TimeProvider.System", StringComparison.Ordinal));

    [Fact]
    public void Unsafe_stands_in_kernels_only()
    {
        string[] found = [.. Repository.Sources("src/").Where(path => Unsafe().IsMatch(Repository.ReadCode(path)))];
        Assert.NotEmpty(found);
        Assert.All(found, path => Assert.Contains("/Kernels/", path, StringComparison.Ordinal));
    }

    [Fact]
    public void Files_are_short()
    {
        foreach (string path in Repository.Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal)))
        {
            int lines = Repository.Read(path).Count(c => c == '\n');
            int most = path.StartsWith("src/", StringComparison.Ordinal) ? MaxLinesOfSources : MaxLines;
            Assert.True(lines <= most, $"{path} has {lines} lines, limit {most}");
        }
    }

    /// <summary>What is quoted does not count: it cannot always be broken.</summary>
    [Fact]
    public void Lines_are_short()
    {
        string[] found =
        [
            .. Repository.Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal)).SelectMany(
                path => LongLines(Repository.Read(path)).Select(line => $"{path}: line {line} of over {MaxColumns}")),
        ];
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("short", 0)]
    [InlineData("/// {0}", 1)]
    [InlineData("Call({0}, \"x\");", 1)]
    [InlineData("Call(\"{0}\");", 0)]
    [InlineData("Call(\"\"\"\n{0}\n\"\"\");", 0)]
    [InlineData("Call(\"\"\"\n{0}\n\"\"\"); Call({0});", 3)]
    public void Long_lines_are_found(string pattern, int line)
    {
        string text = pattern.Replace("{0}", new string('x', MaxColumns), StringComparison.Ordinal);
        Assert.Equal(line == 0 ? [] : [line], LongLines(text));
    }

    /// <summary>Tests are named in one way: A_sentence_that_says_what_is_shown.</summary>
    [Fact]
    public void Tests_are_named_as_sentences() => Assert.Empty(
        from path in Repository.Sources("tests/")
        from test in Test().Matches(Repository.ReadCode(path))
        where test.Groups["name"].Value.Skip(1).Any(char.IsUpper) && !test.Groups["name"].Value.Contains('_')
        select $"{path}: {test.Groups["name"].Value}");

    [Fact]
    public void Nothing_is_left_to_do()
    {
        string[] sources = [.. Repository.Sources("src/"), .. Repository.Sources("bench/"),
            .. Repository.Sources("tests/").Where(path => !path.EndsWith("/SourceTests.cs", StringComparison.Ordinal))];
        Assert.Empty(sources.SelectMany(
            path => Unfinished().Matches(Repository.Read(path)).Select(match => $"{path}: {match.Value}")));
    }

    [GeneratedRegex(
        @"\bSystem\.IO\.(File|Directory)\b|(?<![\w.])(File|Directory)\.[A-Z]\w*\(|\b(FileStream|FileInfo|DirectoryInfo|StreamWriter\(""|HttpClient|Socket|TcpClient)\b|\bSystem\.Net\b|\bDateTime(Offset)?\.(Utc)?(Now|Today)\b"
        + @"|\bStopwatch\.[A-Z]|\bnew Stopwatch\b|\bEnvironment\.TickCount|\bMicrosoft\.(Extensions|AspNetCore)\b|\bConsole\.[A-Z]")]
    private static partial Regex TheWorld();

    // Numbers of lines, from 1, that are too long without what stands between their first and last quotation mark, and
    // outside raw strings.
    private static int[] LongLines(string text)
    {
        List<int> found = [];
        bool raw = false;
        string[] lines = text.Split('\n');
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i];
            bool within = raw;
            raw ^= line.Split("\"\"\"").Length % 2 == 0;
            if (within)
            {
                line = raw ? "" : line[line.IndexOf("\"\"\"", StringComparison.Ordinal)..];
            }

            int first = line.IndexOf('"', StringComparison.Ordinal);
            bool comment = line.TrimStart().StartsWith("//", StringComparison.Ordinal);
            int quoted = comment || first < 0 ? 0 : raw ? line.Length - first : line.LastIndexOf('"') - first;
            if (line.Length - quoted > MaxColumns)
            {
                found.Add(i + 1);
            }
        }

        return [.. found];
    }

    [GeneratedRegex(@"\[(?:Fact|Theory)\b[^;{]*?(?:void|Task) (?<name>\w+)\(")]
    private static partial Regex Test();

    [GeneratedRegex(@"\bunsafe\b")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bNotImplementedException\b")]
    private static partial Regex Unfinished();
}
