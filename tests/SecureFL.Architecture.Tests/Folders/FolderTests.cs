using System.Text.RegularExpressions;

namespace SecureFL.Architecture.Tests.Folders;

/// <summary>What a folder needs never needs it back; a namespace is its project and folders.</summary>
public sealed partial class FolderTests
{
    [Fact]
    public void No_folders_need_each_other()
    {
        IReadOnlyList<TypeUse> uses = TypeUses.Find(
            Repository.Sources("src/").Select(path => KeyValuePair.Create(path, Repository.Read(path))));
        Assert.NotEmpty(uses);
        string[] found = [.. Circles.Find(uses).Select(circle => Circles.Describe(circle, uses))];
        Assert.True(found.Length == 0, string.Join('\n', found));
    }

    [Fact]
    public void A_namespace_is_its_project_and_folders()
    {
        string[] found =
        [
            .. Repository.Sources("src/")
                .Select(path => (Path: path, Said: Namespace().Match(Repository.Read(path)).Groups[1].Value))
                .Where(file => file.Said.Length > 0 && file.Said != NamespaceOf(file.Path))
                .Select(file => $"{file.Path}: {file.Said}, and its folder means {NamespaceOf(file.Path)}"),
        ];
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("src/A/B.cs", "A")]
    [InlineData("src/A.B/C/D/E.cs", "A.B.C.D")]
    public void Folders_mean_namespaces(string path, string expected) => Assert.Equal(expected, NamespaceOf(path));

    private static string NamespaceOf(string path) =>
        path["src/".Length..path.LastIndexOf('/')].Replace('/', '.');

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
