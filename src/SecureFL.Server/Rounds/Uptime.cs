namespace SecureFL.Server.Rounds;

/// <summary>
/// Time since the process took up its work, by a clock that nobody sets: waiting times are counted in it, so that a
/// jump of the wall clock neither ends nor prolongs them. Thread-safe.
/// </summary>
internal sealed class Uptime(TimeProvider clock)
{
    private readonly long _began = clock.GetTimestamp();

    /// <summary>The time now.</summary>
    public TimeSpan Now => clock.GetElapsedTime(_began);
}
