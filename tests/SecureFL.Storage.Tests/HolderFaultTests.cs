using SecureFL.Local;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Ring.Randomness;
using SecureFL.Storage.KillTarget;
using SecureFL.Storage.Ledgers;
using SecureFL.Storage.Secrets;
using SecureFL.Testing.Rounds;

namespace SecureFL.Storage.Tests;

/// <summary>
/// A key holder on a disk whose power fails at every write, flush, rename and deletion in turn: what left before is
/// repeated after, and no round gets two answers, though the server asks for another one.
/// </summary>
public sealed class HolderFaultTests
{
    private static readonly string Ledger = Path.GetFullPath("/disk/ledger");
    private static readonly string Keys = Path.GetFullPath("/keys");

    [Fact]
    public void No_crash_gives_two_answers_or_loses_one() => CrashEverywhere(seeds: 4);

    [Fact]
    [Trait("Category", "Slow")]
    public void No_crash_gives_two_answers_or_loses_one_for_many_ways_to_tear() => CrashEverywhere(seeds: 60);

    private static void CrashEverywhere(int seeds)
    {
        World world = new();
        SimulatedDisk counting = new();
        Assert.Equal(4, world.Live(counting, attempt: 0).Count);
        int operations = counting.Operations;
        Assert.InRange(operations, 20, 200);
        for (int operation = 0; operation < operations; operation++)
        {
            for (int seed = 0; seed < seeds; seed++)
            {
                SimulatedDisk disk = new();
                disk.FailAt(operation, (operation * 1009) + seed);
                Dictionary<string, Digest> before = world.Live(disk, attempt: 1);
                disk.Reboot();
                Dictionary<string, Digest> after = world.Live(disk, attempt: 2);
                foreach ((string what, Digest answer) in before)
                {
                    Assert.True(
                        after.TryGetValue(what, out Digest repeated) && repeated == answer,
                        $"crash at operation {operation}, seed {seed}: {what} was {answer.ToShortString()}, after "
                        + $"the restart {(after.ContainsKey(what) ? repeated.ToShortString() : "none")}");
                }
            }
        }
    }

    /// <summary>
    /// A plan and everybody but holder 0, who lives on the disk; each life takes it through a round and the death of
    /// another.
    /// </summary>
    private sealed class World
    {
        private readonly LocalParties _parties = new(3, 2);
        private readonly AggregationPlan _plan;

        private readonly ModelVersion _first;

        public World()
        {
            _plan = _parties.CreatePlan(
                16, 1f, 8, 3, 2, 1, configure: settings => settings with { AllowEarlyResubmission = true });
            _first = ModelVersion.CreateFirst(_plan.Limits, default, _parties.Server);
        }

        /// <summary>What holder 0 answered, by step, until the power failed.</summary>
        public Dictionary<string, Digest> Live(SimulatedDisk disk, int attempt)
        {
            Dictionary<string, Digest> answers = [];
            try
            {
                using FileLedgerStorage storage = new(Ledger, disk);
                using KeyHolder holder = new(
                    _plan, _plan.Digest, _parties.KeyHolders[0],
                    HolderStorage.InMemory(storage) with { RoundKeys = FileSecretStore.OfRoundKeys(Keys, disk) },
                    TimeProvider.System, SystemEntropy.Instance);
                ColludingPeer peer = new(_plan, 1, _parties.KeyHolders[1]);
                holder.HandleLedgerHead(peer.Confirm(holder.CreateLedgerHeadRequest()));
                Repeat(holder, answers);
                Round(holder, peer, answers, attempt);
                answers["death"] = holder.CreateRoundDeath(9).Hash;
            }
            catch (PowerFailure)
            {
            }
            catch (LedgerUnavailableException failure) when (failure.InnerException is PowerFailure)
            {
            }

            return answers;
        }

        // After a restart: what the ledger would repeat, asked before anything new.
        private static void Repeat(KeyHolder holder, Dictionary<string, Digest> answers)
        {
            LedgerState state = holder.Ledger.State;
            Put(answers, "entry", state.EntryOf(0)?.Hash);
            Put(answers, "vote", state.VoteOf(0)?.Certificate);
            Put(answers, "release", state.ReleaseOf(0)?.Hash);
            Put(answers, "death", state.DeathOf(9)?.Hash);
        }

        private static void Put(Dictionary<string, Digest> answers, string what, Digest? answer)
        {
            if (answer is { } digest)
            {
                Assert.True(!answers.TryGetValue(what, out Digest former) || former == digest, $"two answers: {what}");
                answers[what] = digest;
            }
        }

        private void Round(KeyHolder holder, ColludingPeer peer, Dictionary<string, Digest> answers, int attempt)
        {
            try
            {
                RoundOpener opener = new(_plan, 0, [_first], default);
                RoundOpeningEntry entry = holder.CreateOpeningEntry(0, default, [_first]);
                Put(answers, "entry", entry.Hash);
                opener.HandleEntry(entry);
                opener.HandleEntry(peer.Open(0, _first.Hash));
                RoundInvitation invitation = opener.CreateInvitation();
                holder.HandleOpening(invitation.Opening);
                AggregationServer server = new(_plan, invitation, _parties.Server, TimeProvider.System,
                    new InMemoryContributionStore());
                for (int client = 0; client < 3; client++)
                {
                    AggregationClient sender = new(_plan, _plan.Digest, _parties.Clients[client],
                        new InMemoryLedgerStorage(), SystemEntropy.Instance);
                    server.Accept(sender.Encrypt(invitation, new float[16]));
                }

                // Another deadline, hence another certificate, in every life; the contributions and the opening differ
                // too.
                ClosedRound closed = server.Close(TimeSpan.FromMinutes(10 + attempt));
                foreach (ShareDelivery delivery in server.DeliveriesFor(holder.Index))
                {
                    holder.HandleShare(delivery);
                }

                server.HandleVote(peer.Vote(closed.Proposal));
                Vote vote = holder.HandleProposal(closed.Proposal);
                Put(answers, "vote", vote.Certificate);
                server.HandleVote(vote);
                Put(answers, "release", holder.HandleCertificate(server.CreateCertificate()).Hash);
            }
            catch (ProtocolViolationException refusal) when (refusal.Code is ViolationCode.SecondCertificate
                or ViolationCode.RoundReleased)
            {
            }
            catch (LedgerUnavailableException lost) when (lost.InnerException is null)
            {
                // The key of an entry that is in the ledger must be there, unless the round is decided.
                Assert.True(holder.Ledger.State.IsOver(0), lost.Message);
            }
        }
    }
}
