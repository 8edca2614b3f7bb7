namespace SecureFL.Server.Uploads;

/// <summary>
/// The least rate of an upload, as a time that runs out: it begins with the grace and the time of one part, every byte
/// adds its time at the least rate, and more than it began with is not saved up. So whoever keeps the rate on average
/// may pause for as long as the grace, and a fast beginning buys no slow end. Only time in which the client is waited
/// for counts. Not thread-safe.
/// </summary>
/// <param name="bytesPerSecond">The least rate.</param>
/// <param name="grace">How long an upload may be behind it.</param>
/// <param name="partBytes">The largest part: what it brings counts when it is whole.</param>
internal sealed class UploadPace(int bytesPerSecond, TimeSpan grace, int partBytes)
{
    private readonly TimeSpan _most = grace + TimeSpan.FromSeconds((double)partBytes / bytesPerSecond);
    private TimeSpan? _left;

    /// <summary>How long the next part may be waited for.</summary>
    public TimeSpan Left => _left ?? _most;

    /// <summary>Bytes that came.</summary>
    public long Bytes { get; private set; }

    /// <summary>Time in which they were waited for.</summary>
    public TimeSpan Waited { get; private set; }

    /// <summary>A part came after a time.</summary>
    public void Came(int bytes, TimeSpan after)
    {
        Bytes += bytes;
        Waited += after;
        TimeSpan left = Left - after + TimeSpan.FromSeconds((double)bytes / bytesPerSecond);
        _left = left < TimeSpan.Zero ? TimeSpan.Zero : left < _most ? left : _most;
    }
}
