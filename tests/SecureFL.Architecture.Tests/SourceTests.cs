using System.Text.RegularExpressions;

namespace SecureFL.Architecture.Tests;

/// <summary>What the sources of each layer may say.</summary>
public sealed partial class SourceTests
{
    private const int MaxLines = 600;

    public static TheoryData<string> LayersWithoutTheWorld() =>
        ["SecureFL.Ring", "SecureFL.Ckks", "SecureFL.Encoding", "SecureFL.Threshold", "SecureFL.Aggregation", "SecureFL.Federated"];

    /// <summary>Time, randomness and storage come in as small interfaces.</summary>
    [Theory]
    [MemberData(nameof(LayersWithoutTheWorld))]
    public void TouchesNoFilesNoNetworkNoClockNoHosting(string project)
    {
        string[] sources = [.. Repository.Sources($"src/{project}/")];
        Assert.NotEmpty(sources);
        Assert.Empty(sources.SelectMany(path => TheWorld().Matches(Repository.ReadCode(path)).Select(match => $"{path}: {match.Value}")));
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
    public void TheScanSees(string code) => Assert.Matches(TheWorld(), code);

    /// <summary>Clocks come in; the embedding interface alone fills in the system's where the caller gives none.</summary>
    [Fact]
    public void TheSystemsClockIsADefaultOfTheEmbeddingInterfaceOnly()
    {
        string[] found =
        [
            .. LayersWithoutTheWorld().SelectMany(row => Repository.Sources($"src/{row.Data}/"))
                .Where(path => Repository.ReadCode(path).Contains("TimeProvider.System", StringComparison.Ordinal)),
        ];
        Assert.All(found, path => Assert.True(
            path.StartsWith("src/SecureFL.Aggregation/Embedding/", StringComparison.Ordinal) || path == "src/SecureFL.Aggregation/Roles/AggregationServer.cs", path));
    }

    [Fact]
    public void UnsafeStandsInKernelsOnly()
    {
        string[] found = [.. Repository.Sources("src/").Where(path => Unsafe().IsMatch(Repository.ReadCode(path)))];
        Assert.NotEmpty(found);
        Assert.All(found, path => Assert.Contains("/Kernels/", path, StringComparison.Ordinal));
    }

    [Fact]
    public void FilesAreShort()
    {
        foreach (string path in Repository.Files.Where(path => path.EndsWith(".cs", StringComparison.Ordinal)))
        {
            int lines = Repository.Read(path).Count(c => c == '\n');
            Assert.True(lines <= MaxLines, $"{path} has {lines} lines, limit {MaxLines}");
        }
    }

    [Fact]
    public void NothingIsLeftToDo()
    {
        string[] sources = [.. Repository.Sources("src/"), .. Repository.Sources("bench/"), .. Repository.Sources("tests/").Where(path => !path.EndsWith("/SourceTests.cs", StringComparison.Ordinal))];
        Assert.Empty(sources.SelectMany(path => Unfinished().Matches(Repository.Read(path)).Select(match => $"{path}: {match.Value}")));
    }

    [GeneratedRegex(
        @"\bSystem\.IO\.(File|Directory)\b|(?<![\w.])(File|Directory)\.[A-Z]\w*\(|\b(FileStream|FileInfo|DirectoryInfo|StreamWriter\(""|HttpClient|Socket|TcpClient)\b|\bSystem\.Net\b|\bDateTime(Offset)?\.(Utc)?(Now|Today)\b"
        + @"|\bStopwatch\.[A-Z]|\bnew Stopwatch\b|\bEnvironment\.TickCount|\bMicrosoft\.(Extensions|AspNetCore)\b|\bConsole\.[A-Z]")]
    private static partial Regex TheWorld();

    [GeneratedRegex(@"\bunsafe\b")]
    private static partial Regex Unsafe();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bNotImplementedException\b")]
    private static partial Regex Unfinished();
}
