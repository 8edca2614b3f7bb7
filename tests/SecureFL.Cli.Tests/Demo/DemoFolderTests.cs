using SecureFL.Cli.Demo;
using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Tests.Demo;

public sealed class DemoFolderTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("securefl-demo-folder");

    [Fact]
    public void Only_what_a_demo_made_is_removed_and_only_when_asked()
    {
        DirectoryInfo fresh = new(Path.Combine(_folder.FullName, "fresh"));
        DemoFolder.Take(fresh, overwrite: false);
        File.WriteAllText(Path.Combine(fresh.FullName, "plan.json"), "x");
        Assert.Contains("--overwrite removes it",
            Assert.Throws<CliException>(() => DemoFolder.Take(fresh, overwrite: false)).Hint, StringComparison.Ordinal);
        DemoFolder.Take(fresh, overwrite: true);
        Assert.False(File.Exists(Path.Combine(fresh.FullName, "plan.json")));

        DirectoryInfo other = Directory.CreateDirectory(Path.Combine(_folder.FullName, "other"));
        File.WriteAllText(Path.Combine(other.FullName, "thesis.doc"), "x");
        Assert.Contains("is not removed",
            Assert.Throws<CliException>(() => DemoFolder.Take(other, overwrite: true)).Hint, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(other.FullName, "thesis.doc")));
        Assert.Throws<CliException>(
            () => DemoFolder.Take(new DirectoryInfo(Path.Combine(other.FullName, "thesis.doc")), overwrite: true));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
