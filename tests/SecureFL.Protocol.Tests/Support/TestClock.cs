namespace SecureFL.Protocol.Tests.Support;

/// <summary>A clock that the test moves: what it reads, and what has passed since the process began.</summary>
internal sealed class TestClock : TimeProvider
{
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _ticks;

    /// <summary>Sets the wall clock on, or back; no time passes for the process.</summary>
    public void Advance(TimeSpan span) => _now += span;

    /// <summary>Time passes for the process; the wall clock stands still.</summary>
    public void Run(TimeSpan span) => _ticks += span.Ticks;
}
