using System.Diagnostics;
using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Demo;

/// <summary>
/// One party as a process of its own, started from this program, its words in a log file. It ends with this process:
/// its standard input is a pipe that nobody writes to, and it stops when that closes. Not thread-safe.
/// </summary>
internal sealed class LocalProcess : IDisposable
{
    private readonly string _name;
    private readonly string _log;
    private Process? _process;
    private Thread[] _copying = [];

    internal LocalProcess(string name, IReadOnlyList<string> arguments, string log)
    {
        _name = name;
        Arguments = arguments;
        _log = log;
    }

    /// <summary>The party.</summary>
    internal string Name => _name;

    /// <summary>Whether it runs.</summary>
    internal bool IsRunning => _process is { HasExited: false };

    /// <summary>What the program is told.</summary>
    internal IReadOnlyList<string> Arguments { get; set; }

    /// <summary>Another assembly in the place of this program's; null for this program.</summary>
    internal string? Assembly { get; set; }

    /// <summary>
    /// A program and its arguments that run the command line behind them; empty to start it directly.
    /// </summary>
    internal IReadOnlyList<string> Launcher { get; set; } = [];

    /// <summary>Its number while it runs; null otherwise.</summary>
    internal int? Id => IsRunning ? _process!.Id : null;

    /// <summary>How it ended; null while it runs or before its start.</summary>
    internal int? ExitCode => _process is { HasExited: true } ended ? ended.ExitCode : null;

    /// <summary>Starts it, or starts it again.</summary>
    internal void Start()
    {
        Release();
        ProcessStartInfo start = new(Environment.ProcessPath!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        string assembly = Assembly
            ?? Path.Combine(AppContext.BaseDirectory, $"{typeof(LocalProcess).Assembly.GetName().Name}.dll");
        bool isProgram = Assembly is null && Path.GetFileNameWithoutExtension(Environment.ProcessPath!)
            .Equals(typeof(LocalProcess).Assembly.GetName().Name, StringComparison.OrdinalIgnoreCase);
        if (!isProgram)
        {
            // Under a test or `dotnet securefl.dll`: the host runs the assembly.
            start.FileName = Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
                ? Environment.ProcessPath! : "dotnet";
            start.ArgumentList.Add(assembly);
        }

        foreach (string argument in Arguments)
        {
            start.ArgumentList.Add(argument);
        }

        if (Launcher.Count > 0)
        {
            string[] words = [.. Launcher.Skip(1), start.FileName, .. start.ArgumentList];
            start.FileName = Launcher[0];
            start.ArgumentList.Clear();
            foreach (string word in words)
            {
                start.ArgumentList.Add(word);
            }
        }

        // Settings of whoever starts the demonstration are not the parties'.
        start.WorkingDirectory = Path.GetDirectoryName(_log)!;
        foreach (string variable in start.Environment.Keys
            .Where(name => name.StartsWith("SECUREFL_", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(variable);
        }

        start.Environment[ParentPipe.Variable] = "1";
        start.Environment["DOTNET_TieredPGO"] = "0";
        _process = Process.Start(start)
            ?? throw new CliException(Shell.ExitCode.Environment, $"{_name} cannot be started",
                "check the installation");
        _copying = Copy(_process);
    }

    /// <summary>Ends it at once, as a power failure would.</summary>
    internal void Kill()
    {
        if (_process is not null && !_process.HasExited)
        {
            try
            {
                _process.Kill(entireProcessTree: true);
            }
            catch (InvalidOperationException)
            {
                // It ended by itself meanwhile.
            }

            _process.WaitForExit();
        }
    }

    /// <summary>Asks it to end, and ends it if it does not.</summary>
    internal void Stop(TimeSpan patience)
    {
        if (_process is not null && !_process.HasExited)
        {
            _process.StandardInput.Close();
            if (!_process.WaitForExit(patience))
            {
                Kill();
            }
        }
    }

    /// <summary>Waits for its end.</summary>
    internal Task WaitAsync(CancellationToken cancellationToken) =>
        _process?.WaitForExitAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>The last lines it wrote, for an error message.</summary>
    internal string LastWords(int lines = 5)
    {
        JoinCopying();
        if (!File.Exists(_log))
        {
            return "";
        }

        using StreamReader log = new(new FileStream(_log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return string.Join('\n', log.ReadToEnd().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').TakeLast(lines));
    }

    public void Dispose()
    {
        Kill();
        Release();
    }

    private void Release()
    {
        JoinCopying();
        _process?.Dispose();
        _process = null;
    }

    private void JoinCopying()
    {
        if (!IsRunning)
        {
            foreach (Thread thread in _copying)
            {
                thread.Join(TimeSpan.FromSeconds(2));
            }
        }
    }

    // Threads of their own: reading a pipe blocks one of the pool's, and sixteen pipes would block them all.
    private Thread[] Copy(Process process)
    {
        StreamWriter log = new(new FileStream(_log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite))
        { AutoFlush = true };
        Thread[] threads = [new(() => Copy(process.StandardError, log)), new(() => Copy(process.StandardOutput, log))];
        foreach (Thread thread in threads)
        {
            thread.IsBackground = true;
            thread.Start();
        }

        return threads;
    }

    private static void Copy(StreamReader from, StreamWriter log)
    {
        try
        {
            while (from.ReadLine() is string line)
            {
                lock (log)
                {
                    log.WriteLine(line);
                }
            }
        }
        catch (Exception fault) when (fault is IOException or ObjectDisposedException)
        {
            // The process is gone.
        }
    }
}
