using System.CommandLine;
using Microsoft.Extensions.Logging;
using SecureFL.Cli.Parties;
using SecureFL.Cli.Shell;
using SecureFL.KeyHolder;

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
        using ILoggerFactory logging = settings.CreateLogging();
        using KeyHolderHost holder = await KeyHolderHost.OpenAsync(settings.ToKeyHolder(keys),
            logging.CreateLogger(PartyLogging.Category), cancellationToken).ConfigureAwait(false);
        await holder.RunAsync(progress: null, cancellationToken).ConfigureAwait(false);
        return (int)ExitCode.Ok;
    }
}
