using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using SecureFL.Cli.Parties;
using SecureFL.Cli.Shell;
using SecureFL.Client;
using SecureFL.Consortium.Parties;

namespace SecureFL.Cli.Clients;

/// <summary>
/// <c>client revoke --round R</c>: withdraws a contribution while the round still collects. It may run beside
/// <c>client run</c>.
/// </summary>
internal static class ClientRevokeCommand
{
    internal static Command Create()
    {
        PartyOptions party = new();
        Option<ulong> round = new("--round") { Description = "the round, from 0", HelpName = "N", Required = true };
        Command command = new("revoke",
            "Withdraw this site's contribution while the round still collects; the site sits the round out.") { round };
        party.AddTo(command);
        command.SetAction(
            (result, cancellationToken) => RunAsync(party.Read(result), result.GetValue(round), cancellationToken));
        return
            Examples.Of(command,
                "securefl client revoke --identity north --state north-state --server https://server.example:7443 "
                + "--round 3");
    }

    private static async Task<int> RunAsync(PartySettings settings, ulong round, CancellationToken cancellationToken)
    {
        using ILoggerFactory logging = settings.CreateLogging();
        using FederationClient client = await FederationClient.OpenAsync(settings.ToClient(),
            logging.CreateLogger(PartyLogging.Category), cancellationToken).ConfigureAwait(false);
        try
        {
            await client.WithdrawAsync(round, cancellationToken).ConfigureAwait(false);
        }
        catch (PartyException fault) when (fault.Code == PartyRefusal.ServerUnreachable)
        {
            throw new CliException(
                ExitCode.Environment,
                string.Create(CultureInfo.InvariantCulture,
                    $"this site sends nothing more for round {round}, but the server could not be told: "
                    + $"{fault.Message}"),
                "run the same command again before the round closes: what the server has already counts until then");
        }

        Talk.Line(string.Create(CultureInfo.InvariantCulture, $"the contribution to round {round} is withdrawn"));
        return (int)ExitCode.Ok;
    }
}
