using System.ComponentModel;
using System.Diagnostics;

namespace SecureFL.Cli.Tests.Support;

/// <summary>Python programs, where there is a Python with what they need.</summary>
internal static class Python
{
    /// <summary>The command of a Python that can import a module; null where none is there.</summary>
    internal static string? Find(string module)
    {
        foreach (string candidate in new[] { "python3", "/usr/bin/python3" })
        {
            try
            {
                if (Run(candidate, ".", "-c", "import " + module).ExitCode == 0)
                {
                    return candidate;
                }
            }
            catch (Win32Exception)
            {
                // Not installed under this name.
            }
        }

        return null;
    }

    /// <summary>Runs a program in a folder.</summary>
    internal static (int ExitCode, string Output, string Error) Run(string python, string folder,
        params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(python, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
