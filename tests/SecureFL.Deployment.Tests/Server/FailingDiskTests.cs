using SecureFL.Consortium.Plans;
using SecureFL.Protocol.Transcripts;
using SecureFL.Server.Rounds;
using SecureFL.Server.Uploads;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Server;

/// <summary>Writes that fail while a round is decided, and what a crash leaves of one that was.</summary>
public sealed class FailingDiskTests
{
    [Fact]
    public async Task A_sum_that_is_written_late_is_the_same_sum()
    {
        SumTerms terms = new() { Elements = 100, Tensors = [new SumTensor("w", [100], 0.25f)], MaxClipped = 0.05 };
        await using TestSession session = new(null, sums: terms);
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);

        // The last file of the sum cannot be written: all are written again.
        string blocked = Path.Combine(session.Folder, "sums", "round-0.json");
        Directory.CreateDirectory(blocked);
        TestClient[] clients = session.Clients();
        foreach (TestClient client in clients)
        {
            await client.ContributeAsync(state);
        }

        await session.UntilAsync(state => state.Reason.Contains("disk", StringComparison.Ordinal));
        Directory.Delete(blocked);
        await session.UntilAsync(
            state => state.Phase == RoundPhase.Waiting && state.Reason.Contains("operator", StringComparison.Ordinal));
        byte[] sum = File.ReadAllBytes(Path.Combine(session.Folder, "sums", "round-0.f32"));
        float expected = clients.Sum(client => client.Vector(state)[40]) * 0.25f / 8;
        Assert.Equal(expected, BitConverter.ToSingle(sum, 40 * sizeof(float)), 0.001f);
    }

    [Fact]
    public async Task A_sum_that_a_fault_of_the_machine_kept_from_the_model_is_worked_out_again()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1));
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);

        // No weights at all make a sum of no use: the run is taken back to its checkpoint, which cannot be read.
        string checkpoint = Path.Combine(session.Folder, "checkpoints", "start.safetensors");
        File.Move(checkpoint, checkpoint + ".away");
        foreach (TestClient client in session.Clients())
        {
            await client.ContributeAsync(state, new long[client.Counters(state).Length]);
        }

        await session.UntilAsync(state => state.Reason.Contains("disk", StringComparison.Ordinal));
        File.Move(checkpoint + ".away", checkpoint);
        await session.UntilAsync(state => state.Phase == RoundPhase.Ended);
        Assert.Equal(RoundPhase.Spoiled, session.Host!.Engine.Status(0).Recent[0].Outcome);
        Assert.Equal(0UL, session.Host.Engine.StateFor(-1).ModelVersion);
    }

    [Fact]
    public async Task Stored_chunks_that_are_damaged_are_named_before_anybody_gets_their_sum()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 1));
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        TestClient[] clients = session.Clients();
        foreach (TestClient client in clients[..^1])
        {
            await client.ContributeAsync(state);
        }

        // One bit, far below what would be told by the sum's range.
        string stored = Directory.GetFiles(Path.Combine(session.Folder, "rounds"), "client-1.bin",
            SearchOption.AllDirectories).Single();
        byte[] whole = await File.ReadAllBytesAsync(stored, TestContext.Current.CancellationToken);
        byte[] damaged = [.. whole];
        damaged[damaged.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(stored, damaged, TestContext.Current.CancellationToken);
        await clients[^1].ContributeAsync(state);
        state = await session.UntilAsync(state => state.Reason.Contains("damaged", StringComparison.Ordinal));
        Assert.Contains("the chunks of client 1 are not those of its statement", state.Reason, StringComparison.Ordinal);
        Assert.Equal(0UL, state.ModelVersion);

        await File.WriteAllBytesAsync(stored, whole, TestContext.Current.CancellationToken);
        state = await session.UntilAsync(state => state.ModelVersion == 1);
        Assert.Equal(RoundPhase.Opened, session.Host!.Engine.Status(0).Recent[0].Outcome);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_decided_round_that_cannot_be_tidied_up_is_decided(bool isOpened)
    {
        RoundPhase outcome = isOpened ? RoundPhase.Opened : RoundPhase.Dead;
        int stuck = 0;
        await using TestSession session = new(null)
        {
            Options = new EngineOptions
            {
                OpenStore = folder => round => new StuckStore(folder.Round(round),
                    () => round == 0 && Interlocked.Increment(ref stuck) > 0),
            },
        };
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync(2);
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        if (!isOpened)
        {
            await session.OperateAsync(OperationMethods.AbortRound, new RoundRequest { Round = 0 });
        }
        else
        {
            foreach (TestClient client in session.Clients())
            {
                await client.ContributeAsync(state);
            }
        }

        await session.UntilAsync(state => state is { Phase: RoundPhase.Collecting, Round: 1, Reason: "" });
        RoundSummary decided = Assert.Single(session.Host!.Engine.Status(0).Recent);
        Assert.Equal((0UL, outcome), (decided.Round, decided.Outcome));
        Assert.Equal(1, stuck);

        // It was decided on disk, not only in memory, and its files are gone at the next start.
        Assert.True(Directory.Exists(Path.Combine(session.Folder, "rounds", "round-0")));
        await session.RestartAsync();
        Assert.Equal(decided, Assert.Single(session.Host!.Engine.Status(0).Recent));
        Assert.Equal(isOpened ? 1UL : 0, session.Host.Engine.Status(0).RoundsOpened);
        RoundState next = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        Assert.Equal((1UL, 0U), (next.Round, next.Contributions));
        Assert.False(Directory.Exists(Path.Combine(session.Folder, "rounds", "round-0")));
        TranscriptReport report = session.Verify();
        Assert.True(report.IsValid, report.ToText());
        Assert.Equal(isOpened ? [] : [0UL], report.DeadRounds);
    }

    [Fact]
    public async Task What_a_crash_left_of_decided_rounds_is_gone_at_the_next_start()
    {
        await using TestSession session = new(TestSession.Terms(rounds: 2));
        await session.StartServerAsync();
        session.StartHolders();
        await session.StartRoundsAsync();
        RoundState state = await session.UntilAsync(state => state.Phase == RoundPhase.Collecting);
        foreach (TestClient client in session.Clients())
        {
            await client.ContributeAsync(state);
        }

        await session.UntilAsync(state => state.Phase == RoundPhase.Collecting && state.Round == 1);
        await session.StopServerAsync();
        string[] before = Files();

        // The newest version, the one before it, and what made the one of the other.
        Assert.Equal(2, before.Count(path => path.Contains("models", StringComparison.Ordinal)));
        Assert.Single(before, path => path.EndsWith("opened/version-1.sum", StringComparison.Ordinal));
        Assert.Single(before, path => path.Contains("checkpoints", StringComparison.Ordinal));
        foreach (string path in (string[])
            ["models/0123.f32", "checkpoints/round-77.safetensors", "open-sums/round-77/sum-0.bin",
            "rounds/round-77/client-0.bin", "opened/round-77.part", "opened/version-77.sum"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(session.Folder, path))!);
            File.WriteAllText(Path.Combine(session.Folder, path), "left");
        }

        await session.StartServerAsync();
        Assert.Equal(before, Files());

        string[] Files() => [.. Directory.GetFiles(session.Folder, "*", SearchOption.AllDirectories)
            .Where(path => Path.GetDirectoryName(path) != session.Folder).Order(StringComparer.Ordinal)];
    }

    private sealed class StuckStore(string directory, Func<bool> isStuck) : UploadStore(directory)
    {
        public override void Dispose()
        {
            base.Dispose();
            if (isStuck())
            {
                throw new IOException("the device does not answer");
            }
        }
    }
}
