using Grpc.Core;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>A round that is not decided within its life: the server aborts it, and goes on with the next one.</summary>
public sealed class RoundLifeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_round_beyond_its_life_dies_and_the_next_one_begins(bool restarted)
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1),
            configure: settings => settings with { AgreementWindowSeconds = 1, RoundLifeSeconds = 3 });
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        if (restarted)
        {
            await session.StopServerAsync();
            await session.StartServerAsync();
        }

        await session.UntilAsync(state => state.Round > 0);
        RoundSummary dead = session.Host!.Engine.Status(0).Recent.Single(round => round.Round == 0);
        Assert.Equal(RoundPhase.Dead, dead.Outcome);
        Assert.Equal("its life of 3 seconds is over", dead.Reason);
    }

    /// <summary>The server's clock says that there is time; the key holders' have been a month ahead since.</summary>
    [Fact]
    public async Task A_round_that_is_dead_to_the_key_holders_ends_at_the_server()
    {
        JumpingClock clock = new();
        await using TestSession session = new(TestSession.Terms(rounds: 1)) { HolderClock = clock };
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        clock.Offset += TimeSpan.FromDays(31);
        try
        {
            await session.Clients()[0].ContributeAsync(state);
        }
        catch (GrpcException fault) when (fault.StatusCode == StatusCode.FailedPrecondition)
        {
            // The holders' first task after the jump was their last of the round: there is none any more.
        }

        await session.UntilAsync(state => state.Round > 0);
        RoundSummary dead = session.Host!.Engine.Status(0).Recent.Single(round => round.Round == 0);
        Assert.Equal(RoundPhase.Dead, dead.Outcome);
        Assert.Equal("too few key holders are left: the round is dead to the others", dead.Reason);
    }
}
