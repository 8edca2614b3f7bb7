using System.Diagnostics;

namespace SecureFL.Transport.Server.Tests.Interop;

/// <summary>Runs programs of other people.</summary>
internal static class Tool
{
    public static bool Exists(string program) => Path.IsPathRooted(program)
        ? File.Exists(program)
        : (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program))
                || File.Exists(Path.Combine(folder, program + ".exe")));

    public static Process Start(string program, string folder, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    public static (int Exit, string Output) Run(string program, string folder, params string[] arguments)
    {
        using Process process = Start(program, folder, arguments);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(), errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(3)))
        {
            process.Kill(entireProcessTree: true);
        }

        process.WaitForExit();
        return (process.ExitCode, output.Result + errors.Result);
    }

    public static async Task<(int Exit, string Output)> RunAsync(string program, string folder,
        params string[] arguments) =>
        await Task.Run(() => Run(program, folder, arguments));
}
