using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using SecureFL.Protocol.Transcripts;
using SecureFL.Rlwe.Planning;
using SecureFL.Transport.Calls;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>
/// Whole sessions of the joint-key suite over gRPC: key epochs, rounds, restarts of the server in every phase and of
/// key holders.
/// </summary>
public sealed class JointKeySessionTests
{
    private static readonly JointKeyRequest Key = new(3, 2, RoundsPerKey: 100);

    /// <summary>The model of one round that nothing disturbs, in the other suite.</summary>
    private static readonly Lazy<Task<byte[]>> Undisturbed = new(async () =>
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1));
        return (await TrainAsync(session, _ => Task.CompletedTask)).ModelDigest.ToByteArray();
    });

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
    [InlineData("key epoch opening:")]
    [InlineData("to give key epoch confirmation:")]
    [InlineData("to give round opening entry:")]
    [InlineData("round opening:")]
    [InlineData("summed ciphertext:")]
    [InlineData("certificate proposal: [1-9]")]
    [InlineData("round certificate:")]
    [InlineData("to give partial decryption chunk:")]
    public async Task A_restart_of_the_server_in_any_phase_changes_nothing(string task)
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1), jointKey: Key);
        CrashingLogger[] loggers = [.. Enumerable.Range(0, 3).Select(_ => new CrashingLogger(task))];

        // Two of three holders fall over: the session stands still where it is until they are back, and so does the
        // server when it is restarted.
        RoundState ended = await TrainAsync(session, _ => Task.CompletedTask, holder => loggers[holder], async _ =>
        {
            await Task.WhenAny(Task.WhenAll(loggers[0].Crashed, loggers[1].Crashed),
                Task.WhenAll(loggers[0].Crashed, loggers[2].Crashed),
                Task.WhenAll(loggers[1].Crashed, loggers[2].Crashed));
            await session.RestartAsync();
            for (int holder = 0; holder < 3; holder++)
            {
                await session.StopHolderAsync(holder);
            }

            session.StartHolders();
        });
        Assert.True(loggers.Count(logger => logger.Crashed.IsCompleted) >= 2);
        Assert.Equal(await Undisturbed.Value, ended.ModelDigest.ToByteArray());
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
        await UntilAsync(session, status => status.KeyHolders[0].WaitingFor == "" && status.KeyHolders[1].WaitingFor
            == "" && status.KeyHolders[2].WaitingFor.Contains("entry", StringComparison.Ordinal));
        await session.RestartAsync();
        session.StartHolders(2);
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        Assert.Equal(1UL, session.Host!.Engine.Contributions.Key().Epoch);
    }

    [Fact]
    public async Task A_holder_that_restarts_during_a_key_generation_costs_the_epoch_alone()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1), jointKey: Key);
        await session.StartServerAsync();
        session.StartHolders(0, 1);
        await session.StartRoundsAsync();
        await UntilAsync(session, status => status.KeyHolders[0].WaitingFor == "" && status.KeyHolders[1].WaitingFor
            == "" && status.KeyHolders[2].WaitingFor.Contains("entry", StringComparison.Ordinal));
        await session.StopHolderAsync(1);
        session.StartHolders(1, 2);
        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        Assert.Equal(1UL, session.Host!.Engine.Contributions.Key().Epoch);
    }

    [Theory]
    [InlineData("to give key epoch entry:", Traits = ["Category", "Slow"])]
    [InlineData("key epoch opening:", Traits = ["Category", "Slow"])]
    [InlineData("key epoch commitments:", Traits = ["Category", "Slow"])]
    [InlineData("to give key dealing:")]
    [InlineData("to give sealed key share:", Traits = ["Category", "Slow"])]
    [InlineData("public key share:", Traits = ["Category", "Slow"])]
    [InlineData("key dealing: 0", Traits = ["Category", "Slow"])]
    [InlineData("sealed key share: 0")]
    [InlineData("to give key epoch confirmation:", Traits = ["Category", "Slow"])]
    [InlineData("key epoch record:", Traits = ["Category", "Slow"])]
    [InlineData("to give round opening entry:")]
    [InlineData("round opening:", Traits = ["Category", "Slow"])]
    [InlineData("share delivery:")]
    [InlineData("summed ciphertext:", Traits = ["Category", "Slow"])]
    [InlineData("certificate proposal: [1-9]", Traits = ["Category", "Slow"])]
    [InlineData("round certificate:")]
    [InlineData("to give partial decryption chunk:")]
    public async Task A_holder_that_falls_over_between_an_answer_and_its_sending_changes_nothing(string task)
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1), jointKey: Key);
        CrashingLogger[] loggers = [.. Enumerable.Range(0, 3).Select(_ => new CrashingLogger(task))];
        RoundState ended = await TrainAsync(session, _ => Task.CompletedTask, holder => loggers[holder], async over =>
        {
            HashSet<int> back = [];
            while (!over.IsCancellationRequested)
            {
                for (int holder = 0; holder < 3; holder++)
                {
                    if (loggers[holder].Crashed.IsCompleted && back.Add(holder))
                    {
                        await session.StopHolderAsync(holder);
                        session.StartHolders(holder);
                    }
                }

                await Task.Delay(10, CancellationToken.None);
            }
        });
        Assert.Contains(loggers, logger => logger.Crashed.IsCompleted);
        Assert.Equal(await Undisturbed.Value, ended.ModelDigest.ToByteArray());
        Assert.True(session.Verify().IsValid);
    }

    [Fact]
    public async Task A_sum_of_many_chunks_in_groups_survives_holders_that_lose_half_of_it()
    {
        await using TestSession session =
            new(null, clients: 6, vectorLength: 600_000, configure: settings => settings with { GroupSize = 3 },
                jointKey: Key);
        Assert.True(session.Plan.Parameters.ChunkCount > 1, $"{session.Plan.Parameters.ChunkCount} chunks");
        await session.StartServerAsync();
        CrashingLogger[] loggers =
            [.. Enumerable.Range(0, 3).Select(_ => new CrashingLogger("to give partial decryption chunk:"))];
        session.StartHolders(holder => loggers[holder]);
        await session.StartRoundsAsync(1);
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient[] clients = session.Clients();
        foreach (TestClient client in clients)
        {
            await client.ContributeAsync(state);
        }

        await Task.WhenAny(loggers.Select(logger => logger.Crashed))
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        await session.RestartAsync();
        for (int holder = 0; holder < 3; holder++)
        {
            await session.StopHolderAsync(holder);
        }

        session.StartHolders();
        await session.UntilAsync(state => state.Phase == RoundPhase.Waiting);
        byte[] bytes = await File.ReadAllBytesAsync(Path.Combine(session.Folder, "sums", "round-0.f32"),
            TestContext.Current.CancellationToken);
        float[] sum = [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes)];
        float[][] vectors = [.. clients.Select(client => client.Vector(state))];
        for (int i = 0; i < sum.Length; i++)
        {
            Assert.Equal(vectors.Sum(vector => vector[i]), sum[i], 6 * session.Plan.Parameters.Step);
        }

        Assert.True(session.Verify().IsValid);
        foreach (TestClient client in clients)
        {
            client.Dispose();
        }
    }

    [Fact]
    public async Task A_used_up_key_is_followed_by_another_one()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 2), jointKey: Key with { RoundsPerKey = 1 });
        RoundState ended = await TrainAsync(session, _ => Task.CompletedTask);
        Assert.Equal(2UL, ended.ModelVersion);
        Assert.Equal(2UL, session.Host!.Engine.Contributions.Key().Epoch);
        TranscriptReport report = session.Verify();
        Assert.True(report.IsValid, report.ToText());
        Assert.Equal(3, report.Rounds.Length);
    }

    [Fact]
    public async Task A_dead_round_counts_against_the_life_of_its_key()
    {
        await using TestSession session = new(
            TestSession.Terms(rounds: 1), configure: settings => settings with { AgreementWindowSeconds = 1 },
            jointKey: Key with { RoundsPerKey = 1 });
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
        Assert.True(session.Host!.Engine.Contributions.Key().Epoch >= 1);
        Assert.True(session.Verify().IsValid);
    }

    private static async Task UntilAsync(TestSession session, Func<StatusReply, bool> reached)
    {
        using CancellationTokenSource patience =
            CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (!reached(session.Host!.Engine.Status(0)))
        {
            await Task.Delay(10, patience.Token);
        }
    }

    // Disturbs the first round in each of its phases, as far as the phase is seen before it is over: holders are held
    // back so that it is.
    private static async Task<RoundState> TrainAsync(
        TestSession session, Func<RoundPhase, Task> disturb, Func<int, ILogger>? logger = null,
        Func<CancellationToken, Task>? beside = null)
    {
        await session.StartServerAsync();
        session.StartHolders(logger);
        using CancellationTokenSource over = new();
        Task disturbing = beside?.Invoke(over.Token) ?? Task.CompletedTask;
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
                || (state.Round == (first ?? 0) && state.Phase is RoundPhase.Opening or RoundPhase.Agreeing
                    or RoundPhase.Releasing && !seen.Contains(state.Phase)));
            if (disturbing.IsFaulted)
            {
                await disturbing;
            }

            if (state.Phase == RoundPhase.Ended)
            {
                await over.CancelAsync();
                await disturbing.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
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

                foreach (ulong former in done.Where(round => round < state.Round && state.ModelVersion == 0))
                {
                    await client.BuryAsync(former);
                }

                await ContributeAsync(session, client, state);
            }
        }
    }

    // The server may be away for a moment.
    private static async Task ContributeAsync(TestSession session, TestClient client, RoundState state)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await client.ContributeAsync(state);
                return;
            }
            catch (GrpcException) when (attempt < 50)
            {
                if (session.Host?.Engine.StateFor(-1) is { } now
                    && (now.Round != state.Round || now.Phase > RoundPhase.Collecting))
                {
                    return;
                }

                await Task.Delay(100, TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>
    /// Ends a key holder after it made its answer to the first task of a kind, and before the answer leaves.
    /// </summary>
    private sealed class CrashingLogger(string task) : ILogger
    {
        private readonly TaskCompletionSource _crashed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Crashed => _crashed.Task;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == 5 && Regex.IsMatch(formatter(state, exception), $@"^task \d+ {task}")
                && _crashed.TrySetResult())
            {
                throw new InvalidOperationException("the test ends this key holder");
            }
        }
    }
}
