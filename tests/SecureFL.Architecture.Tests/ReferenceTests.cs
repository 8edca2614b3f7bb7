using System.Xml.Linq;

namespace SecureFL.Architecture.Tests;

/// <summary>Arrows point down only.</summary>
public sealed class ReferenceTests
{
    private static readonly string[] UpToThreshold =
        ["SecureFL.Ring", "SecureFL.Ckks", "SecureFL.Encoding", "SecureFL.Threshold"];
    private static readonly string[] UpToAggregation = [.. UpToThreshold, "SecureFL.Aggregation"];
    private static readonly string[] UpToLocal = [.. UpToAggregation, "SecureFL.Local"];
    private static readonly string[] UpToFederated = [.. UpToLocal, "SecureFL.Federated"];

    /// <summary>What each project may reference; null: anything.</summary>
    private static readonly Dictionary<string, string[]?> Allowed = new()
    {
        ["SecureFL.Ring"] = [],
        ["SecureFL.Ckks"] = ["SecureFL.Ring"],
        ["SecureFL.Encoding"] = ["SecureFL.Ckks", "SecureFL.Ring"],
        ["SecureFL.Threshold"] = ["SecureFL.Ckks", "SecureFL.Ring"],
        ["SecureFL.Aggregation"] = UpToThreshold,
        ["SecureFL.Seal"] = ["SecureFL.Ckks", "SecureFL.Ring"],
        ["SecureFL.Local"] = UpToAggregation,
        ["SecureFL.Storage"] = UpToAggregation,
        ["SecureFL.Federated"] = UpToLocal,
        ["SecureFL.Grpc"] = [],
        ["SecureFL.Reports"] = ["SecureFL.Aggregation"],
        ["SecureFL.Deployment"] = [.. UpToFederated, "SecureFL.Storage", "SecureFL.Grpc"],
        ["SecureFL.Cli"] = null,
        ["SecureFL.SealNet"] = ["SecureFL.Ckks", "SecureFL.Ring"],
        ["SecureFL.TorchSharp"] = ["SecureFL.Federated"],
    };

    private static IEnumerable<string> Projects =>
        Repository.Files
        .Where(path => path.StartsWith("src/", StringComparison.Ordinal)
            && path.EndsWith(".csproj", StringComparison.Ordinal));

    [Fact]
    public void EveryProjectReferencesOnlyWhatStandsBelowIt()
    {
        Assert.NotEmpty(Projects);
        foreach (string path in Projects)
        {
            string project = Path.GetFileNameWithoutExtension(path);
            Assert.True(Allowed.TryGetValue(project, out string[]? allowed),
                $"{project}: say in this test where it stands");
            foreach (string reference in References(path, "ProjectReference")
                .Select(include => Path.GetFileNameWithoutExtension(include.Replace('\\', '/'))))
            {
                Assert.True(allowed is null ? Allowed.ContainsKey(reference) : allowed.Contains(reference),
                    $"{project} references {reference}");
            }
        }
    }

    [Theory]
    [InlineData("SecureFL.Ring")]
    [InlineData("SecureFL.Ckks")]
    [InlineData("SecureFL.Encoding")]
    [InlineData("SecureFL.Threshold")]
    public void TheCoreNeedsTheFrameworkOnly(string project)
    {
        string path = $"src/{project}/{project}.csproj";
        Assert.Empty(References(path, "PackageReference"));
        Assert.Empty(References(path, "FrameworkReference"));
    }

    [Fact]
    public void PackageVersionsAreCentral()
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
    public void AdaptersStandOutsideTheDefaultBuild(string project, string property)
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
    public void UnsafeCodeIsAllowedOnlyWhereThereAreKernels()
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
}
