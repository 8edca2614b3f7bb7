using SecureFL.Server.Uploads;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>The least rate of an upload, over a sliding time.</summary>
public sealed class UploadPaceTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(60);

    [Fact]
    public void Whoever_keeps_the_rate_goes_on_for_ever_and_may_pause_for_the_grace()
    {
        UploadPace pace = new(1000, Grace, 50_000);
        Assert.Equal(TimeSpan.FromSeconds(110), pace.Left);
        for (int part = 0; part < 10_000; part++)
        {
            pace.Came(50_000, TimeSpan.FromSeconds(50));
            Assert.True(pace.Left >= Grace, $"{pace.Left} after {part} parts");
        }

        pace.Came(50_000, Grace + TimeSpan.FromSeconds(50));
        Assert.True(pace.Left >= TimeSpan.FromSeconds(50), $"{pace.Left}");
        Assert.Equal(50_000L * 10_001, pace.Bytes);
    }

    [Fact]
    public void A_fast_beginning_buys_no_slow_end()
    {
        UploadPace pace = new(1000, Grace, 50_000);
        pace.Came(1_000_000_000, TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.FromSeconds(110), pace.Left);
        int parts = 0;
        while (pace.Left > TimeSpan.FromSeconds(62.5))
        {
            pace.Came(50_000, TimeSpan.FromSeconds(62.5));
            parts++;
        }

        // Four fifths of the rate: behind by 12.5 s a part.
        Assert.Equal(4, parts);
    }
}
