namespace SecureFL.Cli.Tests.Packaging;

/// <summary>The sources, where the tests run beside them.</summary>
internal static class SourceTree
{
    /// <summary>The folder of the solution; skips the test where there is none.</summary>
    internal static string Root()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SecureFL.sln")))
        {
            folder = folder.Parent;
        }

        if (folder is null)
        {
            Assert.Skip("the sources are not there");
        }

        return folder!.FullName;
    }

    internal static string Packaging(params string[] parts) =>
        Path.Combine([Root(), "src", "SecureFL.Cli", "packaging", .. parts]);
}
