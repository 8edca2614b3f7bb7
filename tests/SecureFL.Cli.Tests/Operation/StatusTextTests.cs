using SecureFL.Cli.Operation;
using SecureFL.Transport.Contracts;

namespace SecureFL.Cli.Tests.Operation;

/// <summary>What an operator is told of a server.</summary>
public sealed class StatusTextTests
{
    [Fact]
    public void Who_starts_rounds_reads_of_the_one_that_begins_and_never_of_the_one_before()
    {
        StatusReply reply = new()
        {
            Current = new RoundState { Round = 7, Kind = RoundKind.Sum, Phase = RoundPhase.Opening, Wanted = 4 },
        };
        Assert.StartsWith("round 7 (sum): opening", StatusText.Started(reply), StringComparison.Ordinal);
        foreach (RoundPhase before in (RoundPhase[])[RoundPhase.Opened, RoundPhase.Dead, RoundPhase.Spoiled])
        {
            reply.Current.Phase = before;
            Assert.StartsWith("round 7", StatusText.Line(reply), StringComparison.Ordinal);
            Assert.DoesNotContain("round 7", StatusText.Started(reply), StringComparison.Ordinal);
            Assert.Contains("has not begun yet", StatusText.Started(reply), StringComparison.Ordinal);
        }
    }
}
