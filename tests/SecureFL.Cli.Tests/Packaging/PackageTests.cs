using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace SecureFL.Cli.Tests.Packaging;

/// <summary>What users install is built from these sources and runs.</summary>
[Trait("Category", "Slow")]
public sealed class PackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("securefl-package").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_tool_is_packed_installed_and_runs_and_the_libraries_pack()
    {
        string root = SourceTree.Root();
        string packages = At("packages");
        Must(root, "pack", "src/SecureFL.Cli", "-c", "Release", "-o", packages, "--artifacts-path", At("build"));
        string tool = Assert.Single(Directory.GetFiles(packages, "SecureFL.Tool.*.nupkg"));
        string version = Path.GetFileNameWithoutExtension(tool)["SecureFL.Tool.".Length..];

        // Only the local folder is a source: nothing that a registry holds may come in its place.
        File.WriteAllText(At("local.config"), $"""<configuration><packageSources><clear /><add key="local" value="{packages}" /></packageSources></configuration>""");
        Must(root, "tool", "install", "SecureFL.Tool", "--tool-path", At("tools"), "--configfile", At("local.config"),
            "--version", version);
        string securefl = At("tools", OperatingSystem.IsWindows() ? "securefl.exe" : "securefl");
        Assert.StartsWith(version, Run(securefl, "--version"), StringComparison.Ordinal);
        Assert.Contains("demo", Run(securefl, "demo", "--help"), StringComparison.Ordinal);
        Assert.Contains("8192", Run(securefl, "plan", "explain"), StringComparison.Ordinal);

        foreach (string project in Directory.GetDirectories(Path.Combine(root, "src"))
            .Select(folder => Path.GetFileName(folder)!).Where(name => name != "SecureFL.Cli"))
        {
            if (!Directory.Exists(At("build", "bin", project, "release")))
            {
                // A project outside the default build.
                continue;
            }

            Must(root, "pack", $"src/{project}", "-c", "Release", "-o", packages, "--artifacts-path", At("build"),
                "--no-build");
            string package = Assert.Single(Directory.GetFiles(packages, $"{project}.{version}.nupkg"));
            using ZipArchive content = ZipFile.OpenRead(package);
            Assert.Contains(content.Entries, entry => entry.FullName == $"lib/net10.0/{project}.dll");
            Assert.Contains(content.Entries, entry => entry.FullName == $"lib/net10.0/{project}.xml");
            Assert.Contains(content.Entries, entry => entry.FullName == "README.md");
            using Stream specification = content.GetEntry($"{project}.nuspec")!.Open();
            Assert.Contains(XDocument.Load(specification).Descendants(),
                element => element.Name.LocalName == "license" && element.Value == "MIT");
        }

        Assert.True(Directory.GetFiles(packages, "*.nupkg").Length >= 10,
            string.Join(' ', Directory.GetFiles(packages)));
    }

    [Fact]
    public void The_single_file_is_published_and_runs_alone()
    {
        string root = SourceTree.Root();
        (int exit, string text) = Tool.Run(
            "dotnet", root, "publish", "src/SecureFL.Cli", "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier,
            "--self-contained", "-p:PublishSingleFile=true", "-o", At("out"),
            "--artifacts-path", At("build"), "-m:1")!.Value;
        if (exit != 0 && (text.Contains("NU1101", StringComparison.Ordinal)
            || text.Contains("NU1102", StringComparison.Ordinal) || text.Contains("NU1301", StringComparison.Ordinal)
            || text.Contains("NETSDK1112", StringComparison.Ordinal)))
        {
            Assert.Skip("the runtime pack cannot be had");
        }

        Assert.True(exit == 0, text);
        string[] programs = [.. Directory.GetFiles(At("out"))
            .Where(path => Path.GetExtension(path) is not (".pdb" or ".xml" or ".json"))];
        string source = Assert.Single(programs);
        string alone = Path.Combine(Directory.CreateDirectory(At("alone")).FullName, Path.GetFileName(source));
        File.Copy(source, alone);
        Assert.Contains("8192", Run(alone, "plan", "explain"), StringComparison.Ordinal);
        Assert.Contains("Examples:", Run(alone, "identity", "--help"), StringComparison.Ordinal);
        Assert.Contains("processor", Run(alone, "doctor"), StringComparison.Ordinal);
    }

    private static void Must(string folder, params string[] arguments)
    {
        (int exit, string text) = Tool.Run("dotnet", folder,
            [.. arguments, .. arguments[0] is "pack" ? (string[])["-m:1"] : []])!.Value;
        Assert.True(exit == 0, $"dotnet {string.Join(' ', arguments)}\n{text}");
    }

    private string Run(string program, params string[] arguments)
    {
        (int exit, string text) = Tool.Run(program, _folder, arguments)!.Value;
        Assert.True(exit == 0, text);
        return text;
    }

    private string At(params string[] parts) => Path.Combine([_folder, .. parts]);
}
