using System.Text.RegularExpressions;

namespace SecureFL.Architecture.Tests;

/// <summary>The repository's own files, found by searching upward for the solution.</summary>
internal static partial class Repository
{
    private static readonly HashSet<string> Skipped =
        ["bin", "obj", ".git", ".vs", ".idea", "artifacts", "TestResults", "BenchmarkDotNet.Artifacts", "node_modules"];

    internal static string Root { get; } = FindRoot();

    /// <summary>Paths of all files, relative to the root, with forward slashes; build output left out.</summary>
    internal static IReadOnlyList<string> Files { get; } =
        [.. Walk(Root).Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal)];

    internal static IEnumerable<string> Sources(string folder) =>
        Files.Where(path => path.StartsWith(folder, StringComparison.Ordinal)
            && path.EndsWith(".cs", StringComparison.Ordinal));

    internal static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    /// <summary>Code without comments and without the content of plain strings: what the compiler acts on.</summary>
    internal static string ReadCode(string path) =>
        CommentOrString().Replace(Read(path), match => match.Value[0] == '"' ? "\"\"" : " ");

    private static IEnumerable<string> Walk(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            yield return file;
        }

        foreach (string child in Directory.EnumerateDirectories(folder)
            .Where(child => !Skipped.Contains(Path.GetFileName(child))))
        {
            foreach (string file in Walk(child))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SecureFL.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException(
            "SecureFL.sln stands in no folder above the tests");
    }

    [GeneratedRegex(@"//[^\n]*|/\*.*?\*/|""(?:[^""\\\n]|\\.)*""", RegexOptions.Singleline)]
    private static partial Regex CommentOrString();
}
