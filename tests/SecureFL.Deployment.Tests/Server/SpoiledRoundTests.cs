using SecureFL.Consortium.Plans;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Transcripts;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>
/// Rounds that the key holders released and that have no sum: one client's ciphertext is no encryption, and everything
/// that can be checked of it before the opening is right.
/// </summary>
public sealed class SpoiledRoundTests
{
    [Fact]
    public async Task Who_did_not_contribute_goes_on_with_the_same_model_and_then_everybody()
    {
        TrainingTerms terms = TestSession.Terms(rounds: 2);
        await using TestSession session =
            new(terms with { Rounds = terms.Rounds with { Contributions = 4 } }, clients: 7);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        TestClient[] clients = session.Clients();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        await SpoilAsync(clients[..4], state);

        state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting && state.Round == 1);
        await session.RestartAsync();
        RoundSummary spoiled = session.Host!.Engine.Status(0).Recent[0];
        Assert.Equal(RoundPhase.Spoiled, spoiled.Outcome);
        Assert.Contains("malformed", spoiled.Reason, StringComparison.Ordinal);
        Assert.Equal(["hospital 0", "hospital 1", "hospital 2", "hospital 3"], spoiled.Spent);
        Assert.Empty(spoiled.Contributors);

        // Three are left for a round that would want four; the spoiled round's contributors are refused by their own
        // memory, and nothing frees them.
        state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting && state.Round == 1);
        Assert.Equal((0UL, 3U), (state.ModelVersion, state.Wanted));
        ProtocolViolationException refusal =
            await Assert.ThrowsAsync<ProtocolViolationException>(() => clients[0].MakeAsync(state));
        Assert.Equal(ViolationCode.SecondContributionOnBase, refusal.Code);
        await ContributeAsync(clients[4..], state);

        state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting && state.Round == 2);
        Assert.Equal((1UL, 4U), (state.ModelVersion, state.Wanted));
        await ContributeAsync(clients[..4], state);
        state = await session.UntilAsync(
            state => state.Phase == RoundPhase.Collecting && state.Kind == RoundKind.Evaluation);
        await ContributeAsync(clients[2..6], state);
        state = await session.UntilAsync(state => state.Phase == RoundPhase.Ended);
        Assert.False(state.Incomplete);
        TranscriptReport report = session.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
    }

    [Fact]
    public async Task Where_too_few_are_left_the_session_ends_and_says_why()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 2));
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        TestClient[] clients = session.Clients();
        await ContributeAsync(clients, await session.UntilAsync(state => state.Phase == RoundPhase.Collecting));
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting && state.Round == 1);
        await SpoilAsync(clients, state);
        RoundState ended = await session.UntilAsync(state => state.Phase == RoundPhase.Ended);
        await session.RestartAsync();
        Assert.Equal(ended, session.Host!.Engine.StateFor(-1));
        Assert.True(ended.Incomplete);
        Assert.StartsWith("round 1 was spoiled (", ended.Reason, StringComparison.Ordinal);
        Assert.EndsWith("0 of 4 clients may still contribute on this model, a sum has at least 3", ended.Reason,
            StringComparison.Ordinal);

        // The model of the round before is there for a new plan to go on from.
        Assert.Equal(1UL, ended.ModelVersion);
        Assert.True(File.Exists(Path.Combine(session.Folder, "model.safetensors")));
        TranscriptReport report = session.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
    }

    [Fact]
    public async Task A_spoiled_evaluation_leaves_a_training_that_is_done()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1));
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        TestClient[] clients = session.Clients();
        await ContributeAsync(clients, await session.UntilAsync(state => state.Phase == RoundPhase.Collecting));
        await SpoilAsync(clients,
            await session.UntilAsync(state => state.Phase == RoundPhase.Collecting && state.Round == 1));
        RoundState ended = await session.UntilAsync(state => state.Phase == RoundPhase.Ended);
        Assert.False(ended.Incomplete);
        Assert.StartsWith("training has ended, its evaluation has not: round 1 was spoiled", ended.Reason,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_that_permits_it_repeats_the_round_with_everybody()
    {
        await using TestSession session =
            new(null, configure: settings => settings with { AllowEarlyResubmission = true });
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync(2);
        TestClient[] clients = session.Clients();
        await SpoilAsync(clients, await session.UntilAsync(state => state.Phase == RoundPhase.Collecting));
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting && state.Round == 1);
        Assert.Equal(4U, state.Wanted);
        await ContributeAsync(clients, state);
        await session.UntilAsync(state => state.Phase == RoundPhase.Waiting);
        Assert.Equal([RoundPhase.Spoiled, RoundPhase.Opened],
            session.Host!.Engine.Status(0).Recent.Select(round => round.Outcome));
    }

    private static async Task ContributeAsync(IEnumerable<TestClient> clients, RoundState state)
    {
        foreach (TestClient client in clients)
        {
            await client.ContributeAsync(state);
        }
    }

    private static async Task SpoilAsync(TestClient[] clients, RoundState state)
    {
        await ContributeAsync(clients[..^1], state);
        await clients[^1].ContributeMalformedAsync(state);
    }
}
