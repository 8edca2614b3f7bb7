using System.Diagnostics;

namespace SecureFL.Transport.Calls;

/// <summary>The time that a call has left, over all its attempts, by a clock that nobody sets.</summary>
internal readonly struct CallClock
{
    // Timers of the framework take at most 2^32 - 2 milliseconds.
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    private readonly long _started;
    private readonly TimeSpan? _allowed;

    private CallClock(TimeSpan? allowed)
    {
        _started = Stopwatch.GetTimestamp();
        _allowed = allowed;
    }

    /// <summary>Time left; null for no limit. Zero or less: the deadline has passed.</summary>
    public TimeSpan? Left => _allowed - Stopwatch.GetElapsedTime(_started);

    public static CallClock Start(GrpcCallOptions options)
    {
        TimeSpan? allowed = options.Timeout;
        if (options.Deadline is { } deadline && (allowed is null || deadline - DateTimeOffset.UtcNow < allowed))
        {
            allowed = deadline - DateTimeOffset.UtcNow;
        }

        return new CallClock(allowed < LongestTimer ? allowed : null);
    }
}
