using System.Text.RegularExpressions;

namespace SecureFL.Architecture.Tests;

/// <summary>What no file may hold, and what README must.</summary>
public sealed partial class TextTests
{
    private static readonly HashSet<string> TextKinds =
        [".cs", ".csproj", ".props", ".targets", ".sln", ".json", ".md", ".yml", ".yaml", ".proto", ".txt", ".sh",
            ".py", ".cpp", ".h", ".cmake", ".config", ".editorconfig", ".gitignore", ".gitattributes", ""];

    private static IEnumerable<string> TextFiles =>
        Repository.Files
        .Where(path => TextKinds.Contains(Path.GetExtension(path))
            && !path.EndsWith("/TextTests.cs", StringComparison.Ordinal));

    /// <summary>Where packages come from is each user's own setting.</summary>
    [Fact]
    public void No_file_names_a_package_registry()
    {
        Assert.Empty(TextFiles.SelectMany(
            path => Registry().Matches(Repository.Read(path)).Select(match => $"{path}: {match.Value}")));
        Assert.DoesNotContain(Repository.Files,
            path => Path.GetFileName(path).Equals("nuget.config", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void No_file_names_a_path_of_a_machine() =>
        Assert.Empty(TextFiles.SelectMany(
            path => MachinePath().Matches(Repository.Read(path)).Select(match => $"{path}: {match.Value}")));

    [Theory]
    [InlineData("https://api.nu" + "get.org/v3/index.json")]
    [InlineData("registry.npm" + "js.org")]
    [InlineData("https://py" + "pi.org/simple")]
    [InlineData("http://packages.example/artifactory/api")]
    public void The_registry_scan_sees(string text) => Assert.Matches(Registry(), text);

    [Theory]
    [InlineData("see /home/somebody/x")]
    [InlineData("cd /ro" + "ot/x")]
    [InlineData(@"C:\Users\somebody")]
    [InlineData("\"/Users/somebody/x\"")]
    [InlineData("(/wo" + "rk/main/x)")]
    public void The_path_scan_sees(string text) => Assert.Matches(MachinePath(), text);

    [Fact]
    public void Readme_has_the_two_commands()
    {
        string readme = Repository.Read("README.md");
        Assert.Contains("dotnet run -c Release --project src/SecureFL.Cli -- demo", readme, StringComparison.Ordinal);
        Assert.Contains("dotnet test SecureFL.sln -c Release --filter \"Category!=Slow\"", readme,
            StringComparison.Ordinal);
    }

    /// <summary>But for the two adapters, whose packages not every feed holds.</summary>
    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = Repository.Read("SecureFL.sln").Replace('\\', '/');
        string[] adapters = ["src/SecureFL.SealNet/SecureFL.SealNet.csproj",
            "src/SecureFL.TorchSharp/SecureFL.TorchSharp.csproj"];
        Assert.All(Repository.Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)).Except(adapters),
            path => Assert.Contains($"\"{path}\"", solution, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\b(nuget|npmjs|pypi|pythonhosted|rubygems|packagist|anaconda)\.(org|com|io)\b|\bcrates\.io\b|\bproxy\.golang\.org\b|\brepo1?\.maven\b|https?://[^\s""')]*(artifactory|/nexus/|pkgs\.dev|/v3/index\.json)", RegexOptions.IgnoreCase)]
    private static partial Regex Registry();

    [GeneratedRegex(@"(?<![\w.~$}])/(home|Users|root|work|mnt|workspace|build/agent)/[\w.-]+|\b[A-Z]:\\(Users|Windows|Program Files)\b|/tmp/bash_jobs")]
    private static partial Regex MachinePath();
}
