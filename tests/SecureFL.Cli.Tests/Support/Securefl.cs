using System.Diagnostics;

namespace SecureFL.Cli.Tests.Support;

/// <summary>The real executable in a process of its own.</summary>
internal static class Securefl
{
    internal static (int ExitCode, string Output, string Error) Run(params string[] arguments) =>
        RunIn(AppContext.BaseDirectory, [], arguments);

    /// <summary>In a folder, with additional variables.</summary>
    internal static (int ExitCode, string Output, string Error) RunIn(string folder,
        (string Name, string Value)[] variables, params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "securefl.dll"));
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in variables)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return (process.ExitCode, output.Result.ReplaceLineEndings("\n"), error.Result.ReplaceLineEndings("\n"));
    }
}
