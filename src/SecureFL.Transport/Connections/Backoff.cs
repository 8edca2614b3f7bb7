namespace SecureFL.Transport.Connections;

/// <summary>
/// Waiting times between attempts: doubled from the first to the longest, each drawn between three quarters and five
/// quarters of it, so that many parties do not come back at once. Not thread-safe.
/// </summary>
/// <param name="first">The first waiting time.</param>
/// <param name="longest">The longest.</param>
public sealed class Backoff(TimeSpan first, TimeSpan longest)
{
    private int _attempts;
    private bool _waited = true;

    /// <summary>
    /// From a fifth of a second to ten: a server that restarts is found soon, one that is gone for a day is asked
    /// little.
    /// </summary>
    public Backoff()
        : this(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10))
    {
    }

    /// <summary>The next waiting time.</summary>
    public TimeSpan Next()
    {
        double seconds = Math.Min(longest.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(_attempts, 40)));
        _attempts++;
        _waited = true;
        return TimeSpan.FromSeconds(seconds * (0.75 + (Random.Shared.NextDouble() / 2)));
    }

    /// <summary>Something worked: begin with the first time again.</summary>
    /// <returns>Whether it is the first thing that worked since the start or the last waiting time.</returns>
    public bool Reset()
    {
        bool first = _waited;
        _attempts = 0;
        _waited = false;
        return first;
    }
}
