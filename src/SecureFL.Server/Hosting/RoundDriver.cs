using SecureFL.Messages.Text;
using SecureFL.Messages.Violations;
using SecureFL.Server.Rounds;

namespace SecureFL.Server.Hosting;

/// <summary>
/// Moves the engine on: after every change, and now and then because time passes. A failing disk is waited out, and so
/// is a step that is refused because of what some party sent; people are told of it until a step has gone well.
/// </summary>
/// <param name="changed">Beats at every change.</param>
/// <param name="step">Takes the next step; false if there is none.</param>
/// <param name="report">Says what keeps the server from going on; null for nothing.</param>
/// <param name="log">The server's log.</param>
internal sealed class RoundDriver(Pulse changed, Func<Task<bool>> step, Action<string?> report, ILogger log)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private string? _refusal;

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            Task next = changed.Next;
            TimeSpan wait = Look;
            try
            {
                bool moved = await step().ConfigureAwait(false);
                report(null);
                _refusal = null;
                if (moved)
                {
                    continue;
                }
            }
            catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
            {
                Log.DiskFails(log, fault);
                report($"the disk is full or fails: {FaultText.Of(fault)}");
                (next, wait) = (Task.Delay(AfterFailure, stopping), AfterFailure);
            }
            catch (ProtocolViolationException refusal)
            {
                TellOf(refusal);
                (next, wait) = (Task.Delay(AfterFailure, stopping), AfterFailure);
            }

            await Task.WhenAny(next, Task.Delay(wait, stopping)).ConfigureAwait(false);
        }
    }

    // Once a refusal, not at each attempt.
    private void TellOf(ProtocolViolationException refusal)
    {
        if (refusal.Message != _refusal)
        {
            _refusal = refusal.Message;
            Log.StepRefused(log, refusal);
        }

        report($"a step is refused and tried again: {refusal.Message}; an operator may abort the round");
    }
}
