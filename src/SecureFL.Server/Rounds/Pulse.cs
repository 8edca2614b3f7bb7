namespace SecureFL.Server.Rounds;

/// <summary>
/// Wakes everyone who waits, again and again. Take the task before looking at the state, so that no change is missed.
/// Thread-safe.
/// </summary>
internal sealed class Pulse
{
    private TaskCompletionSource _next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next beat.</summary>
    public Task Next => Volatile.Read(ref _next).Task;

    public void Beat() => Interlocked.Exchange(ref _next, new(TaskCreationOptions.RunContinuationsAsynchronously))
        .TrySetResult();
}
