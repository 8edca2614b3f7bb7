using System.Diagnostics;

namespace SecureFL.Transport.Server.Tests.Interop;

/// <summary>
/// Node with the packages of Interop/node, installed once into the output folder from the lock file; tests skip where
/// either cannot be had.
/// </summary>
internal static class NodeTool
{
    private static readonly Lazy<string?> Problem = new(Install);

    public static string Folder { get; } = Path.Combine(AppContext.BaseDirectory, "Interop", "node");

    public static void Require() => Assert.SkipWhen(Problem.Value is not null, Problem.Value ?? string.Empty);

    public static Process Start(params string[] arguments) => Tool.Start("node", Folder, arguments);

    private static string? Install()
    {
        if (!Tool.Exists("node") || !Tool.Exists("npm"))
        {
            return "node and npm are not installed: @grpc/grpc-js is not tried";
        }

        string stamp = Path.Combine(Folder, "node_modules", ".installed");
        string wanted = File.ReadAllText(Path.Combine(Folder, "package-lock.json"));
        if (File.Exists(stamp) && File.ReadAllText(stamp) == wanted)
        {
            return null;
        }

        (int exit, string output) = Tool.Run("npm", Folder, "ci", "--ignore-scripts", "--no-audit", "--no-fund");
        if (exit != 0)
        {
            return $"npm ci cannot install @grpc/grpc-js here: {output}";
        }

        File.WriteAllText(stamp, wanted);
        return null;
    }
}
