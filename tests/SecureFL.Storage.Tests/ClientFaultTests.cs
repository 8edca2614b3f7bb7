using SecureFL.Local;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Ring.Randomness;
using SecureFL.Storage.Clients;
using SecureFL.Storage.Ledgers;

namespace SecureFL.Storage.Tests;

/// <summary>
/// A client on a disk whose power fails at every write, flush, rename and deletion in turn. However often it starts
/// again, at most one contribution of a round ever leaves; one that left can be sent again, byte for byte, or never
/// again.
/// </summary>
public sealed class ClientFaultTests
{
    private static readonly string Journal = Path.GetFullPath("/disk/journal");
    private static readonly string Outbox = Path.GetFullPath("/outbox");

    [Fact]
    public void No_crash_makes_two_contributions_in_a_round() => CrashEverywhere(seeds: 4);

    [Fact]
    [Trait("Category", "Slow")]
    public void No_crash_makes_two_contributions_in_a_round_for_many_ways_to_tear() => CrashEverywhere(seeds: 40);

    [Fact]
    public void A_full_disk_promises_nothing_and_leaves_no_draft()
    {
        World world = new();
        SimulatedDisk disk = new();
        using FileLedgerStorage journal = new(Journal, disk);
        AggregationClient client = world.Start(journal);
        DurableContributions contributions = new(world.Plan, client, new FileContributionOutbox(Outbox, disk));
        disk.Capacity = 4000;

        Assert.Throws<IOException>(() => contributions.Make(world.Round, default, World.Vector, []));
        Assert.Null(client.ClaimOf(0));
        Assert.Empty(disk.List(Outbox));
        disk.Capacity = int.MaxValue;
        using StoredContribution stored = contributions.Make(world.Round, default, World.Vector, []);
        Assert.Equal(ContributionState.Stored, contributions.StateOf(0));
    }

    [Fact]
    public void A_contribution_that_was_lost_after_the_promise_is_not_made_again()
    {
        World world = new();
        SimulatedDisk disk = new();
        using FileLedgerStorage journal = new(Journal, disk);
        AggregationClient client = world.Start(journal);
        FileContributionOutbox outbox = new(Outbox, disk);
        DurableContributions contributions = new(world.Plan, client, outbox);
        contributions.Make(world.Round, default, World.Vector, []).Dispose();
        outbox.Remove(0);

        Assert.Equal(ContributionState.Lost, contributions.StateOf(0));
        ProtocolViolationException refusal =
            Assert.Throws<ProtocolViolationException>(() => contributions.Make(world.Round, default, World.Vector, []));
        Assert.Equal(ViolationCode.DuplicateContribution, refusal.Code);
    }

    [Fact]
    public void Another_contribution_in_the_outbox_is_never_sent()
    {
        World world = new();
        SimulatedDisk disk = new();
        using FileLedgerStorage journal = new(Journal, disk);
        DurableContributions contributions =
            new(world.Plan, world.Start(journal), new FileContributionOutbox(Outbox, disk));
        contributions.Make(world.Round, default, World.Vector, []).Dispose();

        // A copy of the outbox from elsewhere: same round, another contribution.
        DurableContributions elsewhere =
            new(world.Plan, world.Start(new InMemoryLedgerStorage()), new FileContributionOutbox(Outbox, disk));
        elsewhere.Make(world.Round, default, World.Vector, []).Dispose();

        Assert.Null(contributions.Find(0));
        Assert.Equal(ContributionState.Lost, contributions.StateOf(0));
    }

    private static void CrashEverywhere(int seeds)
    {
        World world = new();
        SimulatedDisk counting = new();
        Assert.NotNull(world.Live(counting));
        int operations = counting.Operations;
        Assert.InRange(operations, 8, 100);
        for (int operation = 0; operation < operations; operation++)
        {
            for (int seed = 0; seed < seeds; seed++)
            {
                // Two lives that end early, and one that does not.
                SimulatedDisk disk = new();
                HashSet<string> left = [];
                for (int life = 0; life < 3; life++)
                {
                    if (life < 2)
                    {
                        disk.FailAt(life == 0 ? operation : (operation * 7) % operations,
                            (operation * 1009) + seed + life);
                    }

                    if (world.Live(disk) is string sent)
                    {
                        left.Add(sent);
                    }

                    disk.Reboot();
                }

                Assert.True(left.Count == 1,
                    $"crash at operation {operation}, seed {seed}: {left.Count} different contributions left");
            }
        }
    }

    /// <summary>A plan, a round, and client 0 who lives on the disk.</summary>
    private sealed class World
    {
        public World()
        {
            Parties = new LocalParties(3, 2);
            Plan = Parties.CreatePlan(Vector.Length, 1f, 8, 3, 2, 1);
            ModelVersion first = ModelVersion.CreateFirst(Plan.Limits, default, Parties.Server);
            using LocalKeyHolders holders = new(Plan, Parties);
            using AggregationServer server = holders.OpenRound(newVersions: first);
            Round = server.Round;
        }

        public static float[] Vector { get; } = [.. Enumerable.Range(0, 3000).Select(i => i / 3000f)];

        public LocalParties Parties { get; }

        public AggregationPlan Plan { get; }

        public RoundInvitation Round { get; }

        public AggregationClient Start(ILedgerStorage journal) =>
            new(Plan, Plan.Digest, Parties.Clients[0], journal, SystemEntropy.Instance);

        /// <summary>
        /// One life: resume or make, send, forget at the end. What left, or null if the power failed before anything
        /// did.
        /// </summary>
        public string? Live(SimulatedDisk disk)
        {
            string? sent = null;
            try
            {
                using FileLedgerStorage journal = new(Journal, disk);
                DurableContributions contributions =
                    new(Plan, Start(journal), new FileContributionOutbox(Outbox, disk));
                using StoredContribution? stored = contributions.StateOf(0) == ContributionState.None
                    ? contributions.Make(Round, default, Vector, [])
                    : contributions.Find(0);
                sent = stored is null ? null : Send(stored);
            }
            catch (PowerFailure)
            {
            }
            catch (LedgerUnavailableException failure) when (failure.InnerException is PowerFailure)
            {
            }

            return sent;
        }

        private string Send(StoredContribution stored)
        {
            // The server's own checks: the chunks are those of the signed root.
            using AggregationServer server =
                new(Plan, Round, Parties.Server, TimeProvider.System, new InMemoryContributionStore());
            ChunkMessage message = stored.CreateMessage();
            for (long chunk = 0; chunk < stored.ChunkCount; chunk++)
            {
                server.HandleChunk(ContributionChunk.ParseShared(stored.ReadChunk(chunk, message), Plan.Limits));
            }

            server.HandleContribution(stored.Header);
            return stored.Header.Statement.Hash.ToString();
        }
    }
}
