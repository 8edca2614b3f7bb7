namespace SecureFL.Testing;

/// <summary>How an emulated link treats bytes. Immutable.</summary>
internal sealed record LinkProfile
{
    /// <summary>Time from one end to the other; the round trip is twice as long.</summary>
    public TimeSpan OneWayDelay { get; init; }

    /// <summary>Bytes a second in each direction of each connection; null for as many as the machine moves.</summary>
    public long? BytesPerSecond { get; init; }

    /// <summary>
    /// Part of the 1,460-byte segments that are lost, 0 to 1: a loss holds back everything after it by a round trip, as
    /// a fast retransmission does, and closes no window.
    /// </summary>
    public double Loss { get; init; }

    /// <summary>
    /// With a rate: how much waits in front of the line before the sender is held back, as by a router's queue.
    /// </summary>
    public TimeSpan Queue { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Every connection is cut after this many bytes towards the server; null for never.</summary>
    public long? CutAfterBytes { get; init; }

    /// <summary>
    /// Bytes under way in each direction at most: room for a gigabit over 250 ms, so that the window under test is the
    /// limit, not this.
    /// </summary>
    public int BytesUnderWay { get; init; } = 32 << 20;
}
