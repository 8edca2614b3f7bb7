using System.Diagnostics;

namespace SecureFL.Interop.Tests.Seal;

/// <summary>
/// The real SEAL (npm node-seal 6.0.3, SEAL 4.1.2 as WebAssembly), installed once beside the test binaries from the
/// locked package.
/// </summary>
public sealed class NodeSeal
{
    private const int InstallSeconds = 300;
    private const int RunSeconds = 120;

    private static readonly Lazy<string?> Missing = new(Install);

    /// <summary>Where the programs are, and the package beside them.</summary>
    public static string Folder => Path.Combine(AppContext.BaseDirectory, "Seal", "node");

    /// <summary>
    /// Runs one exchange in a folder with its job; skips the test where there is no Node or no package.
    /// </summary>
    public static void Exchange(string folder) => Run("exchange.cjs", folder);

    /// <summary>
    /// Runs a program with the real SEAL on a folder; skips the test where there is no Node or no package.
    /// </summary>
    public static void Run(string script, string folder)
    {
        Require();
        (int code, string output) = Start("node", RunSeconds, script, folder);
        Assert.True(code == 0, $"SEAL refused: {output}");
    }

    /// <summary>Skips the test where there is no Node or no package.</summary>
    public static void Require()
    {
        if (Missing.Value is { } reason)
        {
            Assert.Skip(reason);
        }
    }

    /// <summary>Null, or why the tests cannot run here.</summary>
    private static string? Install()
    {
        if (Try("node", 20, "--version") is not (0, _))
        {
            return "node is not installed: the tests against the real SEAL need Node 20 or later";
        }

        if (File.Exists(Path.Combine(Folder, "node_modules", "node-seal", "package.json")))
        {
            return null;
        }

        string npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        return Try(npm, InstallSeconds, "ci", "--no-audit", "--no-fund", "--ignore-scripts") switch
        {
            (0, _) => null,
            (_, string output) => $"npm ci could not install node-seal here: {output}",
        };
    }

    private static (int Code, string Output) Try(string program, int seconds, params string[] arguments)
    {
        try
        {
            return Start(program, seconds, arguments);
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            return (-1, exception.Message);
        }
    }

    private static (int Code, string Output) Start(string program, int seconds, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        { WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds)))
        {
            process.Kill(entireProcessTree: true);
            return (-1, $"{program} did not end within {seconds} s");
        }

        return (process.ExitCode, (output.Result + errors.Result).Trim());
    }
}
