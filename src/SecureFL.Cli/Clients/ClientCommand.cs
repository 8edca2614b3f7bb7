using System.CommandLine;
using SecureFL.Aggregation;
using SecureFL.Cli.Parties;
using SecureFL.Cli.Shell;
using SecureFL.Deployment.Clients;
using SecureFL.Ring.Randomness;
using SecureFL.Storage;

namespace SecureFL.Cli.Clients;

/// <summary><c>client run | send | revoke</c>: a contributing site.</summary>
internal static class ClientCommand
{
    internal static Command Create() =>
        Examples.Of(
            new Command("client", "A contributing site: train and contribute, send one vector to a sum, or withdraw.")
    {
        ClientRunCommand.Create(),
        ClientSendCommand.Create(),
        ClientRevokeCommand.Create(),
    },
    """
    A site that trains, with its settings in securefl.json:
      securefl client run
    A site that sends a vector of its own to a plain sum:
      securefl client send update.npz --identity north --state north-state --server https://server.example:7443 --plan plan.json
    A contribution is taken back while its round collects (a certificate is taken back by identity revoke):
      securefl client revoke --round 3
    """);
}

/// <summary>A client's journal and outbox, opened for one process.</summary>
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

    internal static ClientMemory Open(PartySession session)
    {
        FileLedgerStorage journal;
        try
        {
            journal = new FileLedgerStorage(session.Folder.Journal);
        }
        catch (IOException fault)
        {
            throw new CliException(ExitCode.Environment, $"the journal cannot be opened: {FaultText.Of(fault)}",
                "one process at a time uses a state folder; check that the disk has room");
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

    internal ClientService CreateService(PartySession session, IContributionSource source, SealProgram? encryptor) =>
        new(session.Plan, Client, Contributions, source, session.Link,
            new ModelDownload(session.Link, session.Folder.Models, session.Logger), session.Logger, encryptor);

    public void Dispose() => _journal.Dispose();
}
