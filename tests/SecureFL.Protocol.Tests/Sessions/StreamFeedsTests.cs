using SecureFL.Protocol.Suites.JointKey.Sessions;

namespace SecureFL.Protocol.Tests.Sessions;

/// <summary>What a key holder is to be shown is shown in one round.</summary>
public sealed class StreamFeedsTests
{
    [Fact]
    public void Sums_are_wanted_before_a_release_and_where_they_are_lost_in_the_round_under_way()
    {
        StreamFeeds feeds = new();
        feeds.Enter(3, sumsWanted: true);
        Assert.True(feeds.SumsWanted);
        feeds.Enter(3, sumsWanted: false);
        Assert.True(feeds.SumsWanted);

        feeds.Enter(4, sumsWanted: false);
        Assert.False(feeds.SumsWanted);

        // An answer that was on its way is about the former round.
        feeds.WantSums(3);
        Assert.False(feeds.SumsWanted);
        feeds.WantSums(4);
        Assert.True(feeds.SumsWanted);
    }
}
