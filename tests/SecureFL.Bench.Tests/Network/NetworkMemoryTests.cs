using SecureFL.Bench.Network;

namespace SecureFL.Bench.Tests.Network;

public sealed class NetworkMemoryTests
{
    [Theory]
    [InlineData(0, 0, 0, 0, 0)]
    [InlineData(5, 0, 0, 0, 1)]
    [InlineData(5, 100_000, 0, 0, 2)]
    [InlineData(0, 100_000, 64_000_000, 0, 64)]
    [InlineData(0, 0, 0, 10_000_000, 30)]
    public void The_limit_is_the_sum_of_its_parts(int clients, long header, long inFlight, long aggregate,
        int megabytes) => Assert.Equal(133_554_432L + (megabytes * 1_000_000L),
            NetworkMemory.Limit(clients, header, inFlight, aggregate));

    [Theory]
    [InlineData(400_000_000, 0)]
    [InlineData(400_000_001, 1)]
    public void A_server_above_its_limit_fails_the_bench(long peak, int exitCode)
    {
        using StringWriter error = new();
        Assert.Equal(exitCode, NetworkCommand.Judge(Arm(peak), error));
        Assert.Equal(exitCode > 0, error.ToString().Contains("limit is 400 MB", StringComparison.Ordinal));
    }

    private static NetworkArm Arm(long peak) => new()
    {
        Arm = "network",
        Clients = 1,
        Parameters = 1,
        Rounds = 1,
        RoundTripMilliseconds = 0,
        UploadsAtOnce = 1,
        RoundsPerMinute = 1,
        ServerPeakRssBytes = peak,
        AggregateBytes = 1,
        RssLimitBytes = 400_000_000,
        UploadMiBPerSecond = 1,
        P99AckMilliseconds = 1,
        MedianAckMilliseconds = 1,
        UploadBytesPerClient = 1,
        ConnectedAtOnce = 1,
    };
}
