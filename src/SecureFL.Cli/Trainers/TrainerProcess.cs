using System.ComponentModel;
using System.Diagnostics;
using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Trainers;

/// <summary>Runs an external trainer, or another program of the site, once, in a folder of its own that is gone afterwards.</summary>
internal static class TrainerProcess
{
    /// <summary>Fills a fresh folder, runs the command with the folder as its last argument, reads what it left.</summary>
    /// <exception cref="CliException">The command cannot be started or fails; the message holds the last line it wrote.</exception>
    internal static async Task<T> RunAsync<T>(IReadOnlyList<string> command, Action<string> fill, Func<string, T> read, CancellationToken cancellationToken, string role = "trainer")
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("securefl-trainer-");
        try
        {
            fill(folder.FullName);
            await RunAsync(command, folder.FullName, role, cancellationToken).ConfigureAwait(false);
            return read(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(IReadOnlyList<string> command, string folder, string role, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string argument in command.Skip(1).Append(folder))
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Start(start, role);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await Task.WhenAll(output, error).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0)
        {
            string text = (await error.ConfigureAwait(false)).TrimEnd();
            string last = text.Length == 0 ? "it wrote nothing to standard error" : text.Split('\n')[^1].Trim();
            throw new CliException(
                ExitCode.Environment, $"the {role} {command[0]} ended with code {process.ExitCode}: {last}", "run the command by hand on one such folder; docs/examples shows what it is given");
        }
    }

    private static Process Start(ProcessStartInfo start, string role)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception fault)
        {
            throw new CliException(ExitCode.Environment, $"the {role} {start.FileName} cannot be started: {fault.Message}", "check that the program is installed and on the path");
        }
    }
}
