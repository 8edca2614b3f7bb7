using System.Runtime.InteropServices;

namespace SecureFL.Cli.Shell;

/// <summary>
/// Ctrl+C and SIGTERM from the first moment of the process: the command is asked to end in good order; where it does
/// not within the grace, or is asked again, the process ends as interrupted all the same. Thread-safe.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;
    private int _asked;

    private Interruption() =>
        _signals =
        [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(
            signal => PosixSignalRegistration.Create(signal, Ask))];

    /// <summary>Cancelled when the process is asked to end.</summary>
    internal CancellationToken Token => _source.Token;

    /// <summary>Watches from now on.</summary>
    internal static Interruption Watch() => new();

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_signals, signal => signal.Dispose());
        _source.Dispose();
    }

    private void Ask(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _asked) > 1)
        {
            Environment.Exit((int)ExitCode.Interrupted);
        }

        // Whoever is waiting goes on within the cancellation: it must not hold up the signal.
        _ = Task.Run(async () =>
        {
            await _source.CancelAsync().ConfigureAwait(false);
            await Task.Delay(Grace).ConfigureAwait(false);
            Talk.Line("interrupted");
            Talk.Hint(Failures.AfterInterruption);
            Environment.Exit((int)ExitCode.Interrupted);
        });
    }
}
