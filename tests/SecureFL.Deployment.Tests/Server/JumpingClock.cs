namespace SecureFL.Deployment.Tests.Server;

/// <summary>A wall clock that somebody sets; timers and elapsed times go on as they do.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _offset;

    /// <summary>How far it is off.</summary>
    public TimeSpan Offset
    {
        get => TimeSpan.FromTicks(Interlocked.Read(ref _offset));
        set => Interlocked.Exchange(ref _offset, value.Ticks);
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Offset;
}
