using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Sessions;

namespace SecureFL.Protocol.Tests.Sessions;

/// <summary>Signed answers of key holders with which a session could not go on are refused before they count.</summary>
public sealed class HostileAnswerTests
{
    [Fact]
    public void An_entry_under_another_joint_key_is_refused_and_its_holder_named()
    {
        using RandomHistory history = new(1, Suite.JointKey);
        HolderStream stream = new(0, 0);
        SentTask ask = history.Session.Take(stream, TimeSpan.Zero)
            .Single(task => HolderRequest.WantedBy(task.Message) == MessageType.RoundOpeningEntry);
        Digest head = HolderRequest.Parse(ask.Message, history.Plan.Limits).Versions[^1].Hash;
        RoundOpeningEntry entry = RoundOpeningEntry.Create(history.Round.Context, head,
            default(RoundTask).DigestOn(history.Round.Context, head), 0, new byte[Digest.Size], new byte[Digest.Size],
            [], history.Parties.KeyHolders[0]);

        ProtocolViolationException refusal = Violation.Expect(ViolationCode.WrongKeyEpoch,
            () => history.Session.Handle(stream, ask.Id, entry.Encode()));
        Assert.Equal(Party.KeyHolder(0), refusal.Offender);
        Assert.Empty(history.Kinds);
        Assert.Empty(history.Round.Holders.Entries);
    }

    [Fact]
    public void A_holder_asks_for_ledger_heads_once_a_stream_and_in_its_own_name()
    {
        using RandomHistory history = new(1, Suite.OneTimeKey);
        LedgerExchange ledgers = history.Session.Ledgers;
        HolderStream asker = new(0, 0);
        HolderStream peer = new(1, 0);
        ledgers.Attend(asker);
        ledgers.Attend(peer);
        byte[] Request(byte nonce, int signer) => LedgerHeadRequest.Create(history.Plan.Context(0), 0,
            Enumerable.Repeat(nonce, Digest.Size).ToArray(), history.Parties.KeyHolders[signer]).Encode();

        Violation.Expect(ViolationCode.BadSignature, () => ledgers.HandleRequest(asker, Request(1, signer: 1)));
        byte[] first = Request(1, signer: 0);
        ledgers.HandleRequest(asker, first);
        Violation.Expect(ViolationCode.OutOfRange, () => ledgers.HandleRequest(asker, Request(2, signer: 0)));
        Assert.Single(history.Session.Take(peer, TimeSpan.Zero), task => task.Message.AsSpan().SequenceEqual(first));
    }
}
