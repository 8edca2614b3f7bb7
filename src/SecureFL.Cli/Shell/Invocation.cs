namespace SecureFL.Cli.Shell;

/// <summary>How the program was called, for commands that people are told to type next.</summary>
internal static class Invocation
{
    /// <summary><c>securefl</c>, or the way through the source tree where it runs from a build folder.</summary>
    internal static string Name { get; } =
        AppContext.BaseDirectory.Replace('\\', '/').Contains("/SecureFL.Cli/bin/", StringComparison.Ordinal)
            ? "dotnet run -c Release --project src/SecureFL.Cli --"
            : "securefl";

    /// <summary>A path as people type it: in quotes where it holds a space.</summary>
    internal static string Quote(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
