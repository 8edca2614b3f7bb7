using System.CommandLine;
using SecureFL.Cli.Shell;

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
