using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;

namespace SecureFL.Protocol.Tests.Attacks;

/// <summary>A holder restored from an old copy of its ledger would vote a second time.</summary>
public sealed class StaleLedgerTests
{
    [Fact]
    public void A_holder_whose_vote_a_peer_was_shown_is_found_behind()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        IReadOnlyList<ReadOnlyMemory<byte>> image = scenario.Ledgers[0].ReadAll();
        AggregationServer server = scenario.Gather(round);
        scenario.Open(server, scenario.Agree(server));
        KeyHolder restored = scenario.StartHolder(0, new InMemoryLedgerStorage(image), scenario.Keys[0]);

        Assert.True(Assert.Throws<StaleLedgerException>(() => scenario.Confirm(restored)).IsBehind);
        Assert.True(
            Assert.Throws<StaleLedgerException>(() => restored.HandleProposal(server.Close().Proposal)).IsBehind);
        Assert.True(
            Assert.Throws<StaleLedgerException>(
                () => restored.CreateOpeningEntry(1, default, scenario.Versions)).IsBehind);
        Assert.True(Assert.Throws<StaleLedgerException>(() => restored.CreateRoundDeath(0)).IsBehind);
    }

    [Fact]
    public void An_entry_that_a_peer_was_shown_is_enough()
    {
        using Scenario scenario = new();
        IReadOnlyList<ReadOnlyMemory<byte>> image = scenario.Ledgers[0].ReadAll();
        RoundInvitation round = scenario.OpenRound();
        scenario.Agree(scenario.Gather(round), 1, 2);
        KeyHolder restored = scenario.StartHolder(0, new InMemoryLedgerStorage(image), new InMemorySecretStore());

        Assert.True(Assert.Throws<StaleLedgerException>(() => scenario.Confirm(restored)).IsBehind);
    }

    [Fact]
    public void Without_enough_peers_the_holder_signs_nothing()
    {
        using Scenario scenario = new(keyHolders: 5, threshold: 3, colluding: 1);
        KeyHolder restarted = scenario.StartHolder(0, scenario.Ledgers[0], scenario.Keys[0]);
        Assert.Equal(3, scenario.Plan.Quorum.PeerHeads);
        LedgerHeadRequest request = restarted.CreateLedgerHeadRequest();
        restarted.HandleLedgerHead(scenario.Holders[1].HandleLedgerHeadRequest(request));
        restarted.HandleLedgerHead(scenario.Holders[1].HandleLedgerHeadRequest(request));
        restarted.HandleLedgerHead(scenario.Holders[2].HandleLedgerHeadRequest(request));

        Assert.False(
            Assert.Throws<StaleLedgerException>(
                () => restarted.CreateOpeningEntry(0, default, scenario.Versions)).IsBehind);
        restarted.HandleLedgerHead(scenario.Holders[3].HandleLedgerHeadRequest(request));
        Assert.True(restarted.IsConfirmed);
        Assert.Equal(0, restarted.CreateOpeningEntry(0, default, scenario.Versions).Holder);
    }

    [Fact]
    public void An_old_answer_or_anothers_is_refused()
    {
        using Scenario scenario = new();
        KeyHolder restarted = scenario.StartHolder(0, scenario.Ledgers[0], scenario.Keys[0]);
        LedgerHead old = scenario.Holders[1].HandleLedgerHeadRequest(restarted.CreateLedgerHeadRequest());
        LedgerHeadRequest request = restarted.CreateLedgerHeadRequest();
        LedgerHead forged = LedgerHead.Create(request, 1, null, null, scenario.Identities.KeyHolders[2]);
        LedgerHead own = LedgerHead.Create(request, 0, null, null, scenario.Identities.KeyHolders[0]);

        Violation.Expect(ViolationCode.WrongLedgerHead, () => restarted.HandleLedgerHead(old));
        Violation.Expect(ViolationCode.BadSignature, () => restarted.HandleLedgerHead(forged));
        Violation.Expect(ViolationCode.WrongLedgerHead, () => restarted.HandleLedgerHead(own));
        Violation.Expect(
            ViolationCode.BadSignature,
            () => scenario.Holders[1].HandleLedgerHeadRequest(
                LedgerHeadRequest.Create(scenario.Plan.Context(0), 0, new byte[32],
                    scenario.Identities.KeyHolders[2])));
    }

    [Fact]
    public void A_peer_cannot_invent_a_past()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        KeyHolder restarted = scenario.StartHolder(0, scenario.Ledgers[0], scenario.Keys[0]);
        Vote invented = Vote.Create(server.Close().Proposal, 0, scenario.Identities.KeyHolders[1]);
        LedgerHead lie = LedgerHead.Create(restarted.CreateLedgerHeadRequest(), 1, invented, null,
            scenario.Identities.KeyHolders[1]);

        Violation.Expect(ViolationCode.BadSignature, () => restarted.HandleLedgerHead(lie));
    }

    /// <summary>Documented: nobody can show a vote that nobody was shown.</summary>
    [Fact]
    public void Documented_a_vote_that_no_peer_was_shown_stays_undetected()
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        IReadOnlyList<ReadOnlyMemory<byte>> image = scenario.Ledgers[0].ReadAll();
        AggregationServer server = scenario.Gather(round);
        scenario.Deliver(server, 0, server.Close().Proposal.Entries);
        Vote vote = scenario.Holders[0].HandleProposal(server.Close().Proposal);
        KeyHolder restored = scenario.StartHolder(0, new InMemoryLedgerStorage(image), scenario.Keys[0]);
        scenario.Confirm(restored);
        restored.HandleOpening(round.Opening);
        CertificateProposal other = scenario.Propose(round, server.Accepted.Skip(1));
        foreach (CertificateEntry entry in other.Entries)
        {
            restored.HandleShare(server.CreateShareDelivery(entry.Client, 0));
        }

        Assert.NotEqual(vote.Certificate, restored.HandleProposal(other).Certificate);
    }
}
