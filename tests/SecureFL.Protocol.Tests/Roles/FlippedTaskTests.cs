using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Tests.Support;
using SecureFL.Testing.Rounds;

namespace SecureFL.Protocol.Tests.Roles;

/// <summary>
/// A key holder takes a whole round, each task first with every byte changed, one after the other: all that is signed
/// is refused, and the round comes to the bytes of a holder that was told the truth.
/// </summary>
public sealed class FlippedTaskTests
{
    [Fact]
    public void A_round_in_which_every_byte_was_changed_first_comes_to_the_same_vote_and_release()
    {
        using Scenario scenario = new();
        Random random = new(1);
        KeyHolder holder = scenario.Holders[0];
        RoundInvitation round = scenario.Invite();
        foreach (KeyHolder peer in scenario.Holders.Skip(1))
        {
            peer.HandleOpening(round.Opening);
        }

        RequireRefused(round.Opening.Encode());
        Assert.Empty(holder.Handle(round.Opening.Encode()));
        AggregationServer server = scenario.Gather(round);
        ClosedRound closed = server.Close();
        foreach (ShareDelivery delivery in server.DeliveriesFor(0))
        {
            RequireRefused(delivery.Encode());
            holder.Handle(delivery.Encode());
        }

        RequireRefused(closed.Proposal.Encode());
        Assert.Null(holder.Ledger.State.VoteOf(0));
        RoundCertificate certificate = scenario.Agree(server);
        RequireRefused(certificate.Encode());
        Assert.Null(holder.Ledger.State.ReleaseOf(0));
        Assert.Equal(MessageType.Release, (MessageType)holder.Handle(certificate.Encode())[0]);
        Assert.Equal(certificate.Proposal.Hash, holder.Ledger.State.VoteOf(0)!.Certificate);
        Assert.NotEmpty(scenario.Open(server, certificate).Groups);

        RoundDeath[] deaths = [.. scenario.Holders.Select(peer => peer.CreateRoundDeath(7))];
        RequireRefused(RoundDeathCertificate.Create(deaths[0].Context, deaths).Encode());
        RequireRefused(scenario.Holders[1].CreateLedgerHeadRequest().Encode());

        void RequireRefused(byte[] task)
        {
            for (int position = 0; position < task.Length; position++)
            {
                byte[] changed = [.. task];
                changed[position] ^= (byte)random.Next(1, 256);
                Exception? refusal = Record.Exception(() => holder.Handle(changed));
                Assert.True(refusal is ProtocolViolationException,
                    $"byte {position} of {(MessageType)task[0]}: {refusal?.ToString() ?? "taken"}");
            }
        }
    }

    /// <summary>
    /// A request is not signed. Whatever is made of one, the answer is an entry or a death, which are a holder's to
    /// give at any time; a vote or a release is not.
    /// </summary>
    [Theory]
    [InlineData(MessageType.RoundOpeningEntry)]
    [InlineData(MessageType.RoundDeath)]
    public void A_changed_request_is_refused_or_gives_an_entry_or_a_death(MessageType wanted)
    {
        using Scenario scenario = new();
        RoundInvitation round = scenario.OpenRound();
        AggregationServer server = scenario.Gather(round);
        scenario.Agree(server);
        KeyHolder holder = scenario.Holders[0];
        RoundContext context = scenario.Plan.Context(3);
        byte[] request = (wanted == MessageType.RoundDeath ? HolderRequest.Create(context, wanted)
            : HolderRequest.ForEntry(context, default, scenario.Versions)).Encode();
        Random random = new(2);
        int refused = 0;
        for (int draw = 0; draw < 4 * request.Length; draw++)
        {
            byte[] changed = [.. request];
            changed[draw % request.Length] ^= (byte)random.Next(1, 256);
            try
            {
                byte[] answer = holder.Handle(changed);
                Assert.True((MessageType)answer[0] is MessageType.RoundOpeningEntry or MessageType.RoundDeath);
            }
            catch (ProtocolViolationException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 2 * request.Length, (4 * request.Length) - 1);
        Assert.Null(holder.Ledger.State.ReleaseOf(0));
        Assert.All(Enumerable.Range(1, 100), other => Assert.Null(holder.Ledger.State.VoteOf((ulong)other)));
    }
}
