using SecureFL.Consortium.Plans;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Transcripts;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>
/// Clocks that are set an hour forward or back in the middle of a round: nothing is lost, nothing waits for the hour to
/// pass, and where a clock is wrong, the status says so.
/// </summary>
public sealed class ClockJumpTests
{
    [Theory]
    [Trait("Category", "Slow")]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task Waiting_times_and_deadlines_do_not_follow_the_wall_clock(int hours)
    {
        TrainingTerms terms = TestSession.Terms(rounds: 2);
        JumpingClock clock = new();
        await using TestSession session =
            new(
                terms with
                {
                    Rounds = new RoundPolicy
                    { OpeningGraceSeconds = 0.5, DeadlineSeconds = 1800, BetweenRoundsSeconds = 0.3 }
                })
            {
                Clock = clock,
                HolderClock = clock,
            };
        await session.StartServerAsync();

        // Two holders are enough, and a third one is waited for a little: the jump comes within that time.
        session.StartHolders(0, 1);
        await session.StartRoundsAsync();
        await session.UntilAsync(state => state.Phase >= RoundPhase.Opening
            && session.Host!.Engine.Status(0).KeyHolders.Take(2).All(holder => holder.WaitingFor.Length == 0));
        clock.Offset += TimeSpan.FromHours(hours);
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient[] clients = session.Clients();
        HashSet<ulong> done = [];
        while (state.Phase != RoundPhase.Ended)
        {
            done.Add(state.Round);
            foreach (TestClient client in clients.Take(3))
            {
                await client.ContributeAsync(state);
            }

            // Three would be enough once the deadline has passed: it must not pass by a jump, nor the votes' deadline.
            clock.Offset += TimeSpan.FromHours(hours);
            await Task.Delay(TimeSpan.FromMilliseconds(600), TestContext.Current.CancellationToken);
            Assert.Equal((state.Round, RoundPhase.Collecting),
                (session.Host!.Engine.StateFor(-1).Round, session.Host.Engine.StateFor(-1).Phase));
            await clients[3].ContributeAsync(state);

            // A proposal that is under way when the clocks go back has a deadline out of reach: it is refused, rightly.
            await session.UntilAsync(next => next.Round != state.Round
                || next.Phase is not (RoundPhase.Collecting or RoundPhase.Agreeing));
            clock.Offset += TimeSpan.FromHours(hours);
            state = await session.UntilAsync(
                state => state.Phase == RoundPhase.Ended
                    || (state.Phase == RoundPhase.Collecting && !done.Contains(state.Round)));
        }

        Assert.False(state.Incomplete);
        Assert.Equal(2UL, state.ModelVersion);
        Assert.All(session.Host!.Engine.Status(0).Recent.Where(round => round.Outcome != RoundPhase.Dead),
            round => Assert.Equal(4, round.Contributors.Count));
        TranscriptReport report = session.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
    }

    [Fact]
    public async Task A_deadline_that_passed_while_the_server_was_away_has_passed()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 1);
        JumpingClock clock = new();
        await using TestSession session = new(terms with { Rounds = terms.Rounds with { DeadlineSeconds = 1800 } })
        { Clock = clock, HolderClock = clock };
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        foreach (TestClient client in session.Clients().Take(3))
        {
            await client.ContributeAsync(state);
        }

        await session.StopServerAsync();
        clock.Offset += TimeSpan.FromHours(1);
        await session.StartServerAsync();
        await session.UntilAsync(state => state.Round == 1);
        Assert.Equal(3, session.Host!.Engine.Status(0).Recent[0].Contributors.Count);
    }

    [Fact]
    public async Task A_server_an_hour_behind_its_key_holders_gets_no_votes_and_goes_on_once_its_clock_is_right()
    {
        JumpingClock clock = new();
        await using TestSession session = new(TestSession.Terms(rounds: 1)) { Clock = clock };
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient[] clients = session.Clients();
        foreach (TestClient client in clients.Take(3))
        {
            await client.ContributeAsync(state);
        }

        // Behind by more than the window of the votes: every deadline that it writes has passed at the key holders.
        clock.Offset = TimeSpan.FromHours(-1) - TimeSpan.FromSeconds(session.Plan.Settings.AgreementWindowSeconds);
        await clients[3].ContributeAsync(state);
        await session.UntilAsync(state => state.Phase == RoundPhase.Agreeing
            && session.Host!.Engine.Status(0).KeyHolders
            .All(holder => holder.WaitingFor.StartsWith("refuses certificate proposal", StringComparison.Ordinal)));
        Assert.Contains($"[{(int)ViolationCode.WrongDeadline}", session.Host!.Engine.Status(0).KeyHolders[0].WaitingFor,
            StringComparison.Ordinal);

        // The round's time for votes is over; it dies, and its contributors contribute anew on the same model.
        clock.Offset = TimeSpan.Zero;
        state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting && state.Round == 1);
        Assert.Equal("key holders did not agree in time", session.Host.Engine.Status(0).Recent[0].Reason);
        foreach (TestClient client in clients)
        {
            await client.BuryAsync(0);
            await client.ContributeAsync(state);
        }

        state = await session.UntilAsync(
            state => state.Phase == RoundPhase.Collecting && state.Kind == RoundKind.Evaluation);
        Assert.Equal(1UL, state.ModelVersion);
        Assert.True(session.Verify().IsValid);
    }
}
