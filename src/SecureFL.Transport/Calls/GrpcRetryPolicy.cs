namespace SecureFL.Transport.Calls;

/// <summary>
/// When a call that is marked idempotent is tried again: after UNAVAILABLE, with exponential backoff and full jitter
/// (the delay is uniform between zero and the bound, so that clients that lost the same server do not come back
/// together). Immutable.
/// </summary>
public sealed record GrpcRetryPolicy
{
    /// <summary>Attempts, the first one included: 5.</summary>
    public int MaxAttempts { get; init; } = 5;

    /// <summary>Bound of the first delay: 200 ms.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Largest bound: 10 s.</summary>
    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Factor from one bound to the next: 2.</summary>
    public double Multiplier { get; init; } = 2;

    /// <summary>The bound of the delay before an attempt.</summary>
    /// <param name="attempt">The attempt that failed, counted from 1.</param>
    /// <returns>The longest delay.</returns>
    public TimeSpan BoundAfter(int attempt) =>
        TimeSpan.FromTicks((long)Math.Min(MaxBackoff.Ticks, InitialBackoff.Ticks * Math.Pow(Multiplier, attempt - 1)));

    internal TimeSpan DelayAfter(int attempt) => BoundAfter(attempt) * Random.Shared.NextDouble();
}
