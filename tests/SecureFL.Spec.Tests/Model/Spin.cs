using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SecureFL.Spec.Tests.Model;

/// <summary>What spin said of a model: the property that it broke (null: none), and the states that it saw.</summary>
internal sealed record Search(string? Broken, long States, string Report);

/// <summary>Spin's model checker: translates a model to C, compiles that and runs it in a folder of its own.</summary>
internal static partial class Spin
{
    /// <summary>The bounds of one search: depth, memory in MiB, time.</summary>
    private const string Depth = "-m5000", Memory = "-DMEMLIM=2048";

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    /// <summary>Whether spin and a C compiler, which it needs, are installed.</summary>
    public static bool Exists => Answers("spin", "-V") && Answers("gcc", "--version");

    /// <summary>Searches all states of <paramref name="model"/>, translated with <paramref name="flags"/>.</summary>
    /// <exception cref="InvalidOperationException">The search failed, or ended before it was complete.</exception>
    public static Search Run(string model, params string[] flags)
    {
        string folder = Directory.CreateTempSubdirectory("securefl-model-").FullName;
        try
        {
            string name = Path.GetFileName(model);
            File.Copy(model, Path.Combine(folder, name));
            Start("spin", folder, [.. flags, "-a", name]);
            Start("gcc", folder, ["-O2", "-DSAFETY", "-DCOLLAPSE", Memory, "-w", "-o", "pan", "pan.c"]);
            return Read(Start(Path.Combine(folder, "pan"), folder, [Depth, "-w25"]));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Search Read(string report)
    {
        Match errors = Errors().Match(report), states = States().Match(report), broken = Broken().Match(report);
        bool complete = errors.Success && states.Success
            && !report.Contains("too small", StringComparison.Ordinal)
            && (broken.Success
                ? errors.Groups[1].Value == "1"
                : errors.Groups[1].Value == "0" && !report.Contains("not completed", StringComparison.Ordinal));
        return complete
            ? new(broken.Success ? broken.Groups[1].Value : null,
                long.Parse(states.Groups[1].Value, CultureInfo.InvariantCulture), report)
            : throw new InvalidOperationException($"spin's search is not complete:\n{report}");
    }

    private static string Start(string program, string folder, string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        bool ended = process.WaitForExit(Limit);
        if (!ended)
        {
            process.Kill(entireProcessTree: true);
        }

        process.WaitForExit();
        string text = output.Result + errors.Result;
        return ended && process.ExitCode == 0
            ? text
            : throw new InvalidOperationException(ended
                ? $"{program} ended with {process.ExitCode}:\n{text}"
                : $"{program} took more than {Limit.TotalMinutes} minutes:\n{text}");
    }

    private static bool Answers(string program, string question)
    {
        try
        {
            _ = Start(program, Path.GetTempPath(), [question]);
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    [GeneratedRegex(@"errors: (\d+)")]
    private static partial Regex Errors();

    [GeneratedRegex(@"(\d+) states, stored")]
    private static partial Regex States();

    [GeneratedRegex(@"assertion violated \(?(\w+)")]
    private static partial Regex Broken();
}
