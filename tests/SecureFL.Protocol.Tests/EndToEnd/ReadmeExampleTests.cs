namespace SecureFL.Protocol.Tests.EndToEnd;

/// <summary>
/// README's embedding example is the code that <see cref="EmbeddingExampleTests"/> compiles and runs, to the letter.
/// </summary>
public sealed class ReadmeExampleTests
{
    [Fact]
    public void Readme_shows_the_tested_code()
    {
        string root = RepositoryRoot();
        string[] readme = File.ReadAllLines(Path.Combine(root, "README.md"));
        string[] test = File.ReadAllLines(
            Path.Combine(root, "tests", "SecureFL.Protocol.Tests", "EndToEnd", "EmbeddingExampleTests.cs"));
        string[] shown = [.. readme.SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```")
            .Select(line => line.Trim())];
        string[] tested = [.. test.SkipWhile(line => !line.Contains("README: begin", StringComparison.Ordinal)).Skip(1)
            .TakeWhile(line => !line.Contains("README: end", StringComparison.Ordinal)).Select(line => line.Trim())];
        Assert.Equal(tested, shown);
        Assert.InRange(shown.Length, 1, 15);
        Assert.All(new[] { "degree", "modul", "scale" },
            word => Assert.DoesNotContain(shown, line => line.Contains(word, StringComparison.OrdinalIgnoreCase)));
    }

    private static string RepositoryRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SecureFL.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }
}
