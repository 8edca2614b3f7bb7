using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Tests.Support;
using SecureFL.Testing.Rounds;

namespace SecureFL.Protocol.Tests.Roles;

/// <summary>A key holder answers canonical bytes with canonical bytes, whatever they are.</summary>
public sealed class HolderTaskTests
{
    /// <summary>A whole round by tasks alone gives what the typed calls give.</summary>
    [Fact]
    public void A_round_by_tasks_gives_the_bytes_of_the_typed_calls()
    {
        using Scenario scenario = new();
        KeyHolder holder = scenario.Holders[0];
        RoundContext context = scenario.Plan.Limits.Context(0);
        byte[] ask = HolderRequest.ForEntry(context, default, scenario.Versions)
            .Encode();
        byte[] entry = holder.Handle(ask);
        RoundInvitation round = scenario.OpenRound(0);
        Assert.Contains(round.Opening.Entries, other => other.Encode().SequenceEqual(entry));
        Assert.Empty(holder.Handle(round.Opening.Encode()));
        AggregationServer server = scenario.Gather(round);
        ClosedRound closed = server.Close();
        foreach (ShareDelivery delivery in server.DeliveriesFor(0))
        {
            server.HandleReceipt(Receipt.Parse(holder.Handle(delivery.Encode()), scenario.Plan.Limits));
        }

        byte[] vote = holder.Handle(closed.Proposal.Encode());
        Assert.Equal(holder.HandleProposal(closed.Proposal).Encode(), vote);
        RoundCertificate certificate = scenario.Agree(server);
        byte[] release = holder.Handle(certificate.Encode());
        Assert.Equal(release, holder.Handle(certificate.Encode()));
        Assert.Equal(holder.HandleCertificate(certificate).Encode(), release);
    }

    /// <summary>What is no task is refused with the code for it, and changes nothing.</summary>
    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 0, 1, 2 })]
    [InlineData(new byte[] { 255 })]
    [InlineData(new byte[] { (byte)MessageType.Plan, 1 })]
    [InlineData(new byte[] { (byte)MessageType.KeyEpochOpening, 1 })]
    [InlineData(new byte[] { (byte)MessageType.ContributionChunk, 1 })]
    public void What_is_no_task_is_refused(byte[] task)
    {
        using Scenario scenario = new();
        long records = scenario.Holders[0].Ledger.Count;
        Violation.Expect(ViolationCode.WrongMessageType, () => scenario.Holders[0].Handle(task));
        Assert.Equal(records, scenario.Holders[0].Ledger.Count);
        Assert.False(KeyHolder.NeedsConfirmedLedger(task));
    }

    /// <summary>A request for what a holder of this suite does not give is refused.</summary>
    [Theory]
    [InlineData(MessageType.Plan)]
    [InlineData(MessageType.Vote)]
    [InlineData(MessageType.KeyEpochEntry)]
    [InlineData(MessageType.PartialDecryptionChunk)]
    public void A_request_for_what_nobody_gives_is_refused(MessageType wanted)
    {
        using Scenario scenario = new();
        byte[] task = HolderRequest.Create(scenario.Plan.Limits.Context(0), wanted).Encode();
        Violation.Expect(ViolationCode.WrongMessageType, () => scenario.Holders[0].Handle(task));
    }

    /// <summary>What a holder signs needs its ledger confirmed; what it only takes does not.</summary>
    [Theory]
    [InlineData(MessageType.RoundOpeningEntry, true)]
    [InlineData(MessageType.RoundDeath, true)]
    [InlineData(MessageType.KeyEpochConfirmation, true)]
    [InlineData(MessageType.KeyDealing, false)]
    [InlineData(MessageType.SealedKeyShare, false)]
    public void A_request_for_a_signature_needs_a_confirmed_ledger(MessageType wanted, bool needed)
    {
        using Scenario scenario = new();
        byte[] task = HolderRequest.Create(scenario.Plan.Limits.Context(3), wanted, 1, 2).Encode();
        Assert.Equal(needed, KeyHolder.NeedsConfirmedLedger(task));
        HolderRequest read = HolderRequest.Parse(task, scenario.Plan.Limits);
        Assert.Equal((wanted, 1, 2L, 3UL), (read.Wanted, read.Index, read.Position, read.Context.Round));
    }
}
