namespace SecureFL.Bench.Tests;

/// <summary>The repository's root, above the tests.</summary>
internal static class Repository
{
    internal static string Read(string path)
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SecureFL.sln")))
        {
            folder = folder.Parent;
        }

        Assert.NotNull(folder);
        return File.ReadAllText(Path.Combine(folder.FullName, path));
    }
}
