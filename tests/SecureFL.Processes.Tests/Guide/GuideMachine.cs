using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SecureFL.Processes.Tests.Guide;

/// <summary>
/// A machine of the guide: a folder, and a shell in it that stays, so that what one command leaves running a later one
/// can kill or wait for. Not thread-safe.
/// </summary>
internal sealed partial class GuideMachine : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly Process _shell;
    private readonly string _outputs;
    private int _commands;

    /// <param name="folder">Its folder.</param>
    /// <param name="programs">The folder of the securefl command.</param>
    /// <param name="outputs">Where what commands print is kept.</param>
    public GuideMachine(string folder, string programs, string outputs)
    {
        Folder = Directory.CreateDirectory(folder).FullName;
        _outputs = Path.Combine(outputs, Path.GetFileName(folder));
        ProcessStartInfo start = new("bash", ["--noprofile", "--norc"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        foreach (string variable in start.Environment.Keys
            .Where(name => name.StartsWith("SECUREFL_", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(variable);
        }

        start.Environment["PATH"] = programs + ":" + Environment.GetEnvironmentVariable("PATH");
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.Environment["COLUMNS"] = "200";
        _shell = Process.Start(start)!;
        _shell.ErrorDataReceived += (_, _) => { };
        _shell.BeginErrorReadLine();

        // Whatever the shell started ends with it, and the shell with this process: its standard input is a pipe.
        _shell.StandardInput.Write("set -m\ntrap 'kill -9 $(jobs -p) 2>/dev/null' EXIT\n");
    }

    public string Folder { get; }

    /// <summary>Runs a command; what it leaves in the background stays.</summary>
    public async Task<(int ExitCode, string Output)> RunAsync(string command, CancellationToken cancellationToken)
    {
        string output = string.Create(CultureInfo.InvariantCulture, $"{_outputs}.{++_commands}");
        await _shell.StandardInput.WriteAsync($"{{ {command}\n}} </dev/null >'{output}' 2>&1\necho \"@$?\"\n");
        await _shell.StandardInput.FlushAsync(cancellationToken);
        string? line = await _shell.StandardOutput.ReadLineAsync(cancellationToken).AsTask()
            .WaitAsync(Patience, cancellationToken);
        string printed = await File.ReadAllTextAsync(output, cancellationToken);
        return (int.Parse(line!.TrimStart('@'), CultureInfo.InvariantCulture), JobNotice.Replace(printed, ""));
    }

    // The shell tells of a job that was killed whenever it notices, in the middle of a later command's output.
    [GeneratedRegex(@"^bash: line \d+: +\d+ (Killed|Terminated) .*\n", RegexOptions.Multiline)]
    private static partial Regex JobNotice { get; }

    public void Dispose()
    {
        _shell.StandardInput.Close();
        if (!_shell.WaitForExit(TimeSpan.FromSeconds(10)))
        {
            _shell.Kill(entireProcessTree: true);
        }

        _shell.Dispose();
    }
}
