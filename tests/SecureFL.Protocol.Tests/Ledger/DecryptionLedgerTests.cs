using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;

namespace SecureFL.Protocol.Tests.Ledger;

public sealed class DecryptionLedgerTests
{
    [Fact]
    public void Nothing_leaves_before_it_is_durable_and_nothing_is_signed_after_a_failed_write()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        FailingStorage storage = new(scenario.Ledgers[0].ReadAll());
        KeyHolder holder = scenario.StartHolder(0, storage, scenario.Keys[0]);
        scenario.Confirm(holder);
        holder.HandleOpening(round.Opening);
        CertificateProposal proposal = server.Close().Proposal;
        foreach (CertificateEntry entry in proposal.Entries)
        {
            holder.HandleShare(server.CreateShareDelivery(entry.Client, 0));
        }

        storage.FlushFails = true;
        Assert.Throws<LedgerUnavailableException>(() => holder.HandleProposal(proposal));
        storage.FlushFails = false;
        Assert.Throws<LedgerUnavailableException>(() => holder.HandleProposal(proposal));
        Assert.Throws<LedgerUnavailableException>(() => holder.CreateOpeningEntry(1, default, scenario.Versions));
        Assert.Throws<LedgerUnavailableException>(() => holder.CreateRoundDeath(1));
    }

    [Fact]
    public void A_ledger_replays_to_the_same_head_and_belongs_to_one_plan_and_holder()
    {
        using Scenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        scenario.Open(server, scenario.Agree(server));
        DecryptionLedger original = scenario.Holders[1].Ledger;
        DecryptionLedger replayed = new(new InMemoryLedgerStorage(scenario.Ledgers[1].ReadAll()), scenario.Plan, 1);

        Assert.Equal(original.Head, replayed.Head);
        Assert.Equal(5, replayed.Count);
        using Scenario other = new();
        Assert.Throws<LedgerUnavailableException>(() => new DecryptionLedger(scenario.Ledgers[1], other.Plan, 1));
        Assert.Throws<LedgerUnavailableException>(() => new DecryptionLedger(scenario.Ledgers[1], scenario.Plan, 2));
    }

    [Fact]
    public void Records_that_are_missing_swapped_or_changed_are_refused()
    {
        using Scenario scenario = new();
        AggregationServer server = scenario.Gather(scenario.OpenRound());
        scenario.Open(server, scenario.Agree(server));
        byte[][] records = [.. scenario.Ledgers[1].ReadAll().Select(r => r.ToArray())];
        for (int i = 0; i + 1 < records.Length; i++)
        {
            Refused(scenario, [.. records[..i], .. records[(i + 1)..]]);
            byte[][] swapped = [.. records];
            (swapped[i], swapped[i + 1]) = (swapped[i + 1], swapped[i]);
            Refused(scenario, swapped);
            byte[][] changed = [.. records];
            changed[i] = [.. records[i]];
            changed[i][^1] ^= 1;
            Refused(scenario, changed);
        }
    }

    private static void Refused(Scenario scenario, byte[][] records) => Assert.Throws<LedgerUnavailableException>(
        () => new DecryptionLedger(new InMemoryLedgerStorage(records.Select(r => (ReadOnlyMemory<byte>)r)),
            scenario.Plan, 1));

    private sealed class FailingStorage(IReadOnlyList<ReadOnlyMemory<byte>> records) : ILedgerStorage
    {
        private readonly List<ReadOnlyMemory<byte>> _records = [.. records];

        public bool FlushFails { get; set; }

        public IReadOnlyList<ReadOnlyMemory<byte>> ReadAll() => [.. _records];

        public void Append(ReadOnlySpan<byte> record) => _records.Add(record.ToArray());

        public void Flush()
        {
            if (FlushFails)
            {
                throw new IOException("the disk is gone");
            }
        }
    }
}
