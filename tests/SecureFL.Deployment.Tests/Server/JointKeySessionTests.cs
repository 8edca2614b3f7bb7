using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Encoding.Planning;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>Whole sessions of the joint-key suite over gRPC: key epochs, rounds, restarts of the server in every phase and of key holders.</summary>
public sealed class JointKeySessionTests
{
    private static readonly JointKeyRequest Key = new(3, 2, RoundsPerKey: 100);

    [Fact]
    public async Task Training_gives_the_model_of_the_one_time_key_suite_and_a_transcript_that_recomputes()
    {
        await using TestSession other = new(TestSession.Terms(rounds: 2));
        RoundState expected = await TrainAsync(other, _ => Task.CompletedTask);
        await using TestSession session = new(TestSession.Terms(rounds: 2), jointKey: Key) { KeepCiphertexts = true };
        RoundState ended = await TrainAsync(session, _ => Task.CompletedTask);

        Assert.Equal(2UL, ended.ModelVersion);
        Assert.Equal(expected.ModelDigest, ended.ModelDigest);
        TranscriptReport report = session.Verify(ciphertexts: true);
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
        Assert.Equal(3, report.Rounds.Length);
        Assert.All(report.Rounds, round => Assert.True(round.SumRecomputed));
        Assert.False(Directory.Exists(Path.Combine(session.Folder, "open-sums", "round-0")));
    }

    [Theory]
    [InlineData(nameof(RoundPhase.Opening))]
    [InlineData(nameof(RoundPhase.Collecting))]
    [InlineData(nameof(RoundPhase.Agreeing))]
    [InlineData(nameof(RoundPhase.Releasing))]
    public async Task A_restart_of_the_server_in_any_phase_changes_nothing(string phase)
    {
        await using TestSession undisturbed = new(TestSession.Terms(rounds: 1));
        RoundState expected = await TrainAsync(undisturbed, _ => Task.CompletedTask);
        await using TestSession session = new(TestSession.Terms(rounds: 1), jointKey: Key);
        RoundState ended = await TrainAsync(session, async at =>
        {
            if (at.ToString() == phase)
            {
                await session.RestartAsync();
            }
        });
        Assert.Equal(expected.ModelDigest, ended.ModelDigest);
        TranscriptReport report = session.Verify();
        Assert.True(report.IsValid && report.IsClosed, report.ToText());
        Assert.Equal(2, report.Rounds.Length);
    }

    [Fact]
    public async Task A_server_that_restarts_during_a_key_generation_begins_the_next_epoch()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1), jointKey: Key);
        await session.StartServerAsync();
        session.StartHolders(0, 1);
        await session.StartRoundsAsync();
        await UntilAsync(session, status => status.KeyHolders[0].WaitingFor == "" && status.KeyHolders[1].WaitingFor == "" && status.KeyHolders[2].WaitingFor.Contains("entry", StringComparison.Ordinal));
        await session.RestartAsync();
        session.StartHolders(2);
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        Assert.Equal(1UL, session.Host!.Engine.KeyEpoch().Record.Context.Round);
    }

    [Fact]
    public async Task A_holder_that_restarts_during_a_key_generation_costs_the_epoch_alone()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1), jointKey: Key);
        await session.StartServerAsync();
        session.StartHolders(0, 1);
        await session.StartRoundsAsync();
        await UntilAsync(session, status => status.KeyHolders[0].WaitingFor == "" && status.KeyHolders[1].WaitingFor == "" && status.KeyHolders[2].WaitingFor.Contains("entry", StringComparison.Ordinal));
        await session.StopHolderAsync(1);
        session.StartHolders(1, 2);
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        Assert.Equal(1UL, session.Host!.Engine.KeyEpoch().Record.Context.Round);
    }

    [Theory]
    [InlineData(nameof(RoundPhase.Opening))]
    [InlineData(nameof(RoundPhase.Collecting))]
    [InlineData(nameof(RoundPhase.Agreeing))]
    [InlineData(nameof(RoundPhase.Releasing))]
    public async Task A_restart_of_every_holder_that_loses_its_sums_changes_nothing(string phase)
    {
        await using TestSession undisturbed = new(TestSession.Terms(rounds: 1));
        RoundState expected = await TrainAsync(undisturbed, _ => Task.CompletedTask);
        await using TestSession session = new(TestSession.Terms(rounds: 1), jointKey: Key);
        RoundState ended = await TrainAsync(session, async at =>
        {
            if (at.ToString() != phase)
            {
                return;
            }

            for (int holder = 0; holder < 3; holder++)
            {
                await session.StopHolderAsync(holder);
            }

            session.StartHolders();
        });
        Assert.Equal(expected.ModelDigest, ended.ModelDigest);
        Assert.True(session.Verify().IsValid);
    }

    [Fact]
    public async Task A_used_up_key_is_followed_by_another_one()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 2), jointKey: Key with { RoundsPerKey = 1 });
        RoundState ended = await TrainAsync(session, _ => Task.CompletedTask);
        Assert.Equal(2UL, ended.ModelVersion);
        Assert.Equal(2UL, session.Host!.Engine.KeyEpoch().Record.Context.Round);
        TranscriptReport report = session.Verify();
        Assert.True(report.IsValid, report.ToText());
        Assert.Equal(3, report.Rounds.Length);
    }

    [Fact]
    public async Task A_dead_round_counts_against_the_life_of_its_key()
    {
        await using TestSession session = new(
            TestSession.Terms(rounds: 1), configure: settings => settings with { AgreementWindowSeconds = 1 }, jointKey: Key with { RoundsPerKey = 1 });
        bool stopped = false;
        RoundState ended = await TrainAsync(session, async at =>
        {
            if (at == RoundPhase.Agreeing && !stopped)
            {
                stopped = true;
                await Task.WhenAll(session.StopHolderAsync(0), session.StopHolderAsync(1), session.StopHolderAsync(2));
                await Task.Delay(TimeSpan.FromSeconds(1.2), TestContext.Current.CancellationToken);
                session.StartHolders();
            }
        });
        Assert.True(ended.ModelVersion == 1, ended.ToString());
        Assert.True(session.Host!.Engine.KeyEpoch().Record.Context.Round >= 1);
        Assert.True(session.Verify().IsValid);
    }

    private static async Task UntilAsync(TestSession session, Func<StatusReply, bool> reached)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!reached(session.Host!.Engine.Status(0)))
        {
            await Task.Delay(10, patience.Token);
        }
    }

    // Disturbs the first round in each of its phases, as far as the phase is seen before it is over: holders are held back so that it is.
    private static async Task<RoundState> TrainAsync(TestSession session, Func<RoundPhase, Task> disturb)
    {
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        TestClient[] clients = session.Clients();
        HashSet<ulong> done = [];
        HashSet<RoundPhase> seen = [];
        ulong? first = null;
        while (true)
        {
            RoundState state = await session.UntilAsync(state =>
                state.Phase == RoundPhase.Ended
                || (state.Phase == RoundPhase.Collecting && !done.Contains(state.Round))
                || (state.Round == (first ?? 0) && state.Phase is RoundPhase.Opening or RoundPhase.Agreeing or RoundPhase.Releasing && !seen.Contains(state.Phase)));
            if (state.Phase == RoundPhase.Ended)
            {
                foreach (TestClient client in clients)
                {
                    client.Dispose();
                }

                return state;
            }

            first ??= state.Round;
            if (state.Round == first && seen.Add(state.Phase) && state.Phase != RoundPhase.Collecting)
            {
                await disturb(state.Phase);
                continue;
            }

            if (state.Phase != RoundPhase.Collecting || !done.Add(state.Round))
            {
                continue;
            }

            foreach (TestClient client in clients)
            {
                if (state.Round == first && client.Index == 2)
                {
                    await disturb(RoundPhase.Collecting);
                }

                await client.ContributeAsync(state);
            }
        }
    }
}
