using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SecureFL.Architecture.Tests;

/// <summary>Arrows point down only: the layers are those that the README draws.</summary>
public sealed partial class ReferenceTests
{
    private static IEnumerable<string> Projects =>
        Repository.Files
        .Where(path => path.StartsWith("src/", StringComparison.Ordinal)
            && path.EndsWith(".csproj", StringComparison.Ordinal));

    /// <summary>The layer of each project, the top one first, as the README draws them.</summary>
    private static Dictionary<string, int> Layers()
    {
        string readme = Repository.Read("README.md");
        int title = readme.IndexOf("## Layers", StringComparison.Ordinal);
        int from = readme.IndexOf("```", title, StringComparison.Ordinal);
        string drawing = readme[from..readme.IndexOf("```", from + 3, StringComparison.Ordinal)];
        return drawing.Split('\n').SelectMany((line, layer) => Name().Matches(line).Select(name => (name.Value, layer)))
            .ToDictionary(pair => $"SecureFL.{pair.Value}", pair => pair.layer);
    }

    [Fact]
    public void The_layers_are_all_projects() => Assert.Equal(
        Projects.Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal),
        Layers().Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_project_references_only_what_stands_below_it()
    {
        Dictionary<string, int> layers = Layers();
        Assert.Empty(
            from path in Projects
            let project = Path.GetFileNameWithoutExtension(path)
            from include in References(path, "ProjectReference")
            let reference = Path.GetFileNameWithoutExtension(include.Replace('\\', '/'))
            where layers[reference] <= layers[project]
            select $"{project} references {reference}");
    }

    /// <summary>Learning knows a sum, and no cryptography.</summary>
    [Fact]
    public void Learning_knows_no_cryptography() => Assert.Equal(["../SecureFL.Messages/SecureFL.Messages.csproj"],
        References("src/SecureFL.Learning/SecureFL.Learning.csproj", "ProjectReference"));

    [Theory]
    [InlineData("SecureFL.Ring")]
    [InlineData("SecureFL.Rlwe")]
    [InlineData("SecureFL.Threshold")]
    public void The_core_needs_the_framework_only(string project)
    {
        string path = $"src/{project}/{project}.csproj";
        Assert.Empty(References(path, "PackageReference"));
        Assert.Empty(References(path, "FrameworkReference"));
    }

    [Fact]
    public void Package_versions_are_central()
    {
        foreach (string path in Repository.Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)))
        {
            Assert.All(XDocument.Parse(Repository.Read(path)).Descendants("PackageReference"),
                reference => Assert.Null(reference.Attribute("Version")));
        }
    }

    /// <summary>Adapters to packages that not every feed holds: nothing in the solution may need them.</summary>
    [Theory]
    [InlineData("SecureFL.SealNet", "SealNet")]
    [InlineData("SecureFL.TorchSharp", "TorchSharp")]
    public void Adapters_stand_outside_the_default_build(string project, string property)
    {
        string folder = $"src/{project}/";
        XDocument document = XDocument.Parse(Repository.Read($"{folder}{project}.csproj"));
        XElement package = Assert.Single(document.Descendants("PackageReference"));
        Assert.Equal($"'$({property})' == 'true'", package.Parent!.Attribute("Condition")!.Value);
        Assert.DoesNotContain(project, Repository.Read("SecureFL.sln"), StringComparison.Ordinal);
        Assert.All(
            Repository.Files.Where(path => path.EndsWith(".csproj", StringComparison.Ordinal)),
            path => Assert.DoesNotContain(References(path, "ProjectReference"),
                include => include.Contains($"{project}.csproj", StringComparison.Ordinal)));
        Assert.InRange(Repository.Sources(folder).Sum(path => Repository.Read(path).Count(c => c == '\n')), 1, 180);
    }

    [Fact]
    public void Unsafe_code_is_allowed_only_where_there_are_kernels()
    {
        foreach (string path in Projects)
        {
            if (XDocument.Parse(Repository.Read(path)).Descendants("AllowUnsafeBlocks")
                .Any(element => element.Value == "true"))
            {
                string kernels = $"{path[..path.LastIndexOf('/')]}/Kernels/";
                Assert.Contains(Repository.Files, file => file.StartsWith(kernels, StringComparison.Ordinal));
            }
        }
    }

    private static IEnumerable<string> References(string path, string kind) =>
        XDocument.Parse(Repository.Read(path)).Descendants(kind).Select(element => element.Attribute("Include")!.Value);

    [GeneratedRegex(@"\b[A-Z][A-Za-z.]+\b")]
    private static partial Regex Name();
}
