using System.CommandLine;
using SecureFL.Aggregation;
using SecureFL.Cli.Parties;
using SecureFL.Cli.Shell;
using SecureFL.Deployment.Holders;
using SecureFL.Deployment.Identity;
using SecureFL.Ring.Randomness;
using SecureFL.Storage;

namespace SecureFL.Cli.Holders;

/// <summary><c>key-holder</c>: holds shares of the rounds' keys, and opens nothing but agreed sums.</summary>
internal static class KeyHolderCommand
{
    internal static Command Create()
    {
        PartyOptions party = new();
        Option<DirectoryInfo?> keys = new("--keys")
        {
            Description =
                    "where keys of undecided rounds live, outside ledger and backups; in the state folder by default",
            HelpName = "FOLDER"
        };
        Command command = new("key-holder",
            "Run a key holder: connects outwards only, signs durably, releases nothing but sums that the key "
            + "holders agreed on.") { keys };
        party.AddTo(command);
        command.SetAction(
            (result, cancellationToken) =>
                RunAsync(party.Read(result), result.GetValue(keys)?.FullName, cancellationToken));
        return Examples.Of(
            command,
            """
            securefl key-holder --identity board --state board-state --server https://server.example:7443 --plan plan.json
            securefl key-holder --identity board --state board-state --server https://server.example:7443 --plan plan.json --keys /run/securefl/keys
            """);
    }

    private static async Task<int> RunAsync(PartySettings settings, string? keys, CancellationToken cancellationToken)
    {
        using PartySession session = await PartySession.OpenAsync(settings, PeerRole.KeyHolder, cancellationToken)
            .ConfigureAwait(false);
        using FileLedgerStorage ledger = OpenLedger(session.Folder.Ledger);
        using KeyHolder holder = new(
            session.Plan,
            session.Plan.Digest,
            session.Identity.Signing,
            ledger,
            new FileRoundKeyStore(keys ?? session.Folder.Keys),
            TimeProvider.System,
            SystemEntropy.Instance,
            session.Plan.Settings.Suite == Suite.JointKey
                ? new FileKeyShareStore(Path.Combine(keys ?? session.Folder.Keys, "joint")) : null,
            session.Plan.Settings.Suite == Suite.JointKey ? new FileSumStore(session.Folder.Sums) : null);
        using KeyHolderService service = new(session.Plan, holder, session.Link, session.Logger);
        await service.RunAsync(cancellationToken).ConfigureAwait(false);
        return (int)ExitCode.Ok;
    }

    private static FileLedgerStorage OpenLedger(string path)
    {
        try
        {
            return new FileLedgerStorage(path);
        }
        catch (IOException fault)
        {
            throw new CliException(ExitCode.Environment, $"the ledger cannot be opened: {FaultText.Of(fault)}",
                "one process at a time uses a state folder; check that the disk has room");
        }
    }
}
