using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Learning.Data;
using SecureFL.Learning.Models;
using SecureFL.Messages.Text;

namespace SecureFL.Cli.Trainers;

/// <summary>
/// Runs an external trainer, or another program of the site, once, in a folder of its own that is gone afterwards.
/// </summary>
internal static class TrainerProcess
{
    /// <summary>Lines of a failed program that people see.</summary>
    private const int LastLines = 25;

    /// <summary>
    /// Fills a fresh folder, runs the command with the folder as its last argument, reads what it left.
    /// </summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="fill">Writes what the program needs.</param>
    /// <param name="read">Reads what it left.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <param name="role">What people call it.</param>
    /// <param name="limit">How long it may take; null for ever.</param>
    /// <exception cref="CliException">The command cannot be started.</exception>
    /// <exception cref="TrainerFaultException">It failed, took too long, or left something else than is due: with its
    /// last lines.</exception>
    internal static async Task<T> RunAsync<T>(
        IReadOnlyList<string> command, Action<string> fill, Func<string, T> read, CancellationToken cancellationToken,
        string role = "trainer", TimeSpan? limit = null)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("securefl-trainer-");
        try
        {
            fill(folder.FullName);
            IReadOnlyList<string> lines = await RunAsync(command, folder.FullName, role, limit, cancellationToken)
                .ConfigureAwait(false);
            try
            {
                return read(folder.FullName);
            }
            catch (DataFormatException wrong)
            {
                throw new TrainerFaultException(
                    $"the {role} {command[0]} ended well and left something else than is due: {wrong.Message}",
                    lines, wrong);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<string> command, string folder, string role,
        TimeSpan? limit, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(command[0])
        { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (string argument in command.Skip(1).Append(folder))
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Start(start, role);
        process.StandardInput.Close();
        Queue<string> lines = new();
        Task output = KeepAsync(process.StandardOutput, lines);
        Task error = KeepAsync(process.StandardError, lines);
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (limit is TimeSpan most)
        {
            ending.CancelAfter(most);
        }

        try
        {
            await Task.WhenAll(output, error).WaitAsync(ending.Token).ConfigureAwait(false);
            await process.WaitForExitAsync(ending.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            throw new TrainerFaultException(
                string.Create(CultureInfo.InvariantCulture,
                    $"the {role} {command[0]} took longer than {limit!.Value.TotalSeconds:0.###} s and was ended"),
                    Lines(lines));
        }

        return process.ExitCode == 0
            ? Lines(lines)
            : throw new TrainerFaultException(
                $"the {role} {command[0]} ended with code "
                + $"{process.ExitCode}{(lines.Count == 0 ? " and wrote nothing" : "")}", Lines(lines));
    }

    private static string[] Lines(Queue<string> lines)
    {
        lock (lines)
        {
            return [.. lines];
        }
    }

    private static async Task KeepAsync(StreamReader reader, Queue<string> lines)
    {
        while (await reader.ReadLineAsync().ConfigureAwait(false) is string line)
        {
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            lock (lines)
            {
                lines.Enqueue(line.TrimEnd());
                while (lines.Count > LastLines)
                {
                    lines.Dequeue();
                }
            }
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
            throw new CliException(ExitCode.Environment,
                $"the {role} {start.FileName} cannot be started: {FaultText.Of(fault)}",
                "check that the program is installed and on the path");
        }
    }
}
