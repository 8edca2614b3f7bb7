using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Ring.Randomness;
using SecureFL.Storage.KillTarget;
using SecureFL.Storage.Ledgers;
using SecureFL.Storage.Secrets;

// A key holder that works through rounds on files until it is killed. Whatever it signs is printed only once the call
// has returned, as it would leave for the network. In every life it first tries to get other answers for the last round
// of the life before.
if (args is ["setup", var where])
{
    KillSetup.Create(where);
    return 0;
}

string directory = args[0];
KillSetup setup = KillSetup.Load(directory);
AggregationPlan plan = setup.Plan;
using FileLedgerStorage ledger = new(KillSetup.LedgerPath(directory));
using KeyHolder holder = new(
    plan, plan.Digest, setup.HolderIdentities[0],
    HolderStorage.InMemory(ledger) with { RoundKeys = FileSecretStore.OfRoundKeys(KillSetup.KeysPath(directory)) },
    TimeProvider.System, SystemEntropy.Instance);
ColludingPeer peer = new(plan, 1, setup.HolderIdentities[1]);
holder.HandleLedgerHead(peer.Confirm(holder.CreateLedgerHeadRequest()));
ulong round = holder.Ledger.State.NewestEntryOf(0)?.Context.Round ?? 0;
Say("ready", 0, default);
while (true)
{
    try
    {
        Work(round);
    }
    catch (ProtocolViolationException refusal)
    {
        Say($"refused-{refusal.Code}", round, default);
    }

    round++;
}

void Work(ulong number)
{
    RoundOpener opener = new(plan, number, [setup.First], default, _ => true);
    RoundOpeningEntry entry = holder.CreateOpeningEntry(number, default, [setup.First]);
    Say("entry", number, entry.Hash);
    opener.HandleEntry(entry);
    opener.HandleEntry(peer.Open(number, setup.First.Hash));
    RoundInvitation invitation = opener.CreateInvitation();
    holder.HandleOpening(invitation.Opening);
    using AggregationServer server =
        new(plan, invitation, setup.Server, TimeProvider.System, new InMemoryContributionStore());
    foreach (SigningIdentity identity in setup.ClientIdentities)
    {
        AggregationClient client = new(plan, plan.Digest, identity, new InMemoryLedgerStorage(),
            SystemEntropy.Instance);
        server.Accept(client.Encrypt(invitation, new float[16]));
    }

    ClosedRound closed = server.Close();
    foreach (ShareDelivery delivery in closed.Proposal.Entries.Select(
        entry => server.CreateShareDelivery(entry.Client, holder.Index)))
    {
        holder.HandleShare(delivery);
    }

    server.HandleVote(peer.Vote(closed.Proposal));
    Vote vote = holder.HandleProposal(closed.Proposal);
    Say("vote", number, vote.Certificate);
    server.HandleVote(vote);
    Say("release", number, holder.HandleCertificate(server.CreateCertificate()).Hash);
}

static void Say(string what, ulong number, Digest digest)
{
    Console.Out.WriteLine($"{what} {number} {digest}");
    Console.Out.Flush();
}
