using SecureFL.Testing;

namespace SecureFL.Bench.Rounds.Transport;

/// <summary>
/// What the line between one client and the server is like. Slow start is not emulated: it is fully used from the first
/// byte.
/// </summary>
/// <param name="MegabitsPerSecond">Each way.</param>
/// <param name="Delay">One way.</param>
/// <param name="Loss">Part of the segments that are lost and sent again, 0 to 1.</param>
internal sealed record LinkSpec(double MegabitsPerSecond, TimeSpan Delay, double Loss)
{
    /// <summary>As the emulator takes it.</summary>
    internal LinkProfile Profile =>
        new() { OneWayDelay = Delay, BytesPerSecond = Math.Max(1, (long)(MegabitsPerSecond * 125_000)), Loss = Loss };
}
