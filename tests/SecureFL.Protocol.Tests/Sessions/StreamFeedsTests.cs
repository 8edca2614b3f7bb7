using SecureFL.Protocol.Suites.JointKey.Sessions;

namespace SecureFL.Protocol.Tests.Sessions;

/// <summary>What a key holder asks for is asked for in one round.</summary>
public sealed class StreamFeedsTests
{
    [Fact]
    public void What_was_wanted_in_a_round_is_not_wanted_in_the_next()
    {
        StreamFeeds feeds = new();
        feeds.Enter(3);
        Assert.True(feeds.TryWantCheck(3));
        feeds.WantSums(3);
        feeds.Enter(3);
        Assert.True(feeds is { CheckWanted: true, SumsWanted: true });

        feeds.Enter(4);
        Assert.False(feeds.CheckWanted || feeds.SumsWanted);

        // Answers that were on their way are about the former round.
        Assert.True(feeds.TryWantCheck(3));
        feeds.WantSums(3);
        Assert.False(feeds.CheckWanted || feeds.SumsWanted);
    }
}
