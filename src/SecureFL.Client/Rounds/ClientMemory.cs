using SecureFL.Consortium.Parties;
using SecureFL.Messages.Text;
using SecureFL.Protocol.Roles;
using SecureFL.Ring.Randomness;
using SecureFL.Storage.Clients;
using SecureFL.Storage.Ledgers;

namespace SecureFL.Client.Rounds;

/// <summary>
/// A client's journal and outbox, opened for one process: a contribution is whole and durable before its first byte
/// leaves, and whoever is killed sends the same bytes again.
/// </summary>
internal sealed class ClientMemory : IDisposable
{
    private readonly FileLedgerStorage _journal;

    private ClientMemory(FileLedgerStorage journal, PartySession session)
    {
        _journal = journal;
        Client = new AggregationClient(session.Plan, session.Plan.Digest, session.Identity.Signing, journal,
            SystemEntropy.Instance);
        Contributions = new DurableContributions(session.Plan, Client,
            new FileContributionOutbox(session.Folder.Outbox));
    }

    internal AggregationClient Client { get; }

    internal DurableContributions Contributions { get; }

    /// <exception cref="PartyException">The journal cannot be opened.</exception>
    internal static ClientMemory Open(PartySession session)
    {
        FileLedgerStorage journal;
        try
        {
            journal = new FileLedgerStorage(session.Folder.Journal);
        }
        catch (IOException fault)
        {
            throw new PartyException(PartyRefusal.StateFolder,
                $"the journal cannot be opened: {FaultText.Of(fault)}",
                "check that the disk has room; one process at a time uses a state folder", fault,
                nameof(ConsortiumPartyOptions.StateFolder));
        }

        try
        {
            return new ClientMemory(journal, session);
        }
        catch
        {
            journal.Dispose();
            throw;
        }
    }

    public void Dispose() => _journal.Dispose();
}
