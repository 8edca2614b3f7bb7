namespace SecureFL.Transport.Server.Limits;

/// <summary>
/// What a service grants its callers. Copies made with <c>with</c> share <see cref="InFlight"/> and
/// <see cref="Calls"/>: one process, one budget.
/// </summary>
public sealed record GrpcServerLimits
{
    /// <summary>Largest request message, bytes: 4 MiB, the default of every gRPC implementation.</summary>
    public int MaxReceiveMessageBytes { get; init; } = 4 << 20;

    /// <summary>Largest response message, bytes: 4 MiB.</summary>
    public int MaxSendMessageBytes { get; init; } = 4 << 20;

    /// <summary>
    /// Time for the first message to arrive and, beyond its length at <see cref="MinReceiveBytesPerSecond"/>, for every
    /// message under way: 20 s. A call that holds a half message longer ends with DEADLINE_EXCEEDED.
    /// </summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Least rate of a message under way: 8 KiB a second, half of what an ISDN line carries.</summary>
    public int MinReceiveBytesPerSecond { get; init; } = 8192;

    /// <summary>
    /// Quiet time between two request messages of a stream: two minutes, then DEADLINE_EXCEEDED. A method whose streams
    /// may be quiet for long takes limits of its own with <see cref="Timeout.InfiniteTimeSpan"/>; keep-alive pings of
    /// the transport still find a dead peer.
    /// </summary>
    public TimeSpan StreamIdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Bytes of request messages in memory at once: 64 MiB, 8 MiB of one peer, each message waiting up to 30 s.
    /// </summary>
    public ByteBudget InFlight { get; init; } = new(64L << 20, TimeSpan.FromSeconds(30));

    /// <summary>
    /// Calls at once: 8,192 in total, a watch, an upload and some short ones for each of 1,000 clients; 64 for one
    /// peer.
    /// </summary>
    public CallAdmission Calls { get; init; } = new(8192, 64);

    internal ReadLimits Reading =>
        new(MaxReceiveMessageBytes, MessageTimeout, MessageTimeout, MinReceiveBytesPerSecond, StreamIdleTimeout);

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxReceiveMessageBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MaxSendMessageBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(MinReceiveBytesPerSecond);
        if (MaxReceiveMessageBytes > InFlight.Limit)
        {
            throw new ArgumentException(
                $"a message of {MaxReceiveMessageBytes} bytes never fits the budget of {InFlight.Limit} bytes in "
                + $"flight");
        }
    }
}
