namespace SecureFL.Transport.Server.Limits;

/// <summary>What a reader of messages grants its peer.</summary>
/// <param name="MaxMessageBytes">The largest message.</param>
/// <param name="FirstTimeout">How long the first message may take to begin; infinite for ever.</param>
/// <param name="MessageTimeout">What every message under way gets beyond its length at the least rate.</param>
/// <param name="MinBytesPerSecond">The least rate of a message under way.</param>
/// <param name="IdleTimeout">How long a stream may stay quiet between two messages; infinite for ever.</param>
internal readonly record struct ReadLimits(int MaxMessageBytes, TimeSpan FirstTimeout, TimeSpan MessageTimeout,
    int MinBytesPerSecond, TimeSpan IdleTimeout)
{
    public TimeSpan TimeFor(int length) =>
        MessageTimeout == Timeout.InfiniteTimeSpan ? MessageTimeout
        : MessageTimeout + TimeSpan.FromSeconds((double)length / MinBytesPerSecond);
}
