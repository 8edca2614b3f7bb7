using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Messages.Text;

namespace SecureFL.Cli.Identities;

/// <summary><c>identity</c>: keys and certificates of a consortium's parties.</summary>
internal static class IdentityCommand
{
    private const string Teaching = """
        One person runs the consortium's certificate authority, on a machine that is not the server:
          securefl identity ca --consortium heart --output ca
        Every party makes its keys, which never leave its machine, and sends request.json to that person:
          securefl identity new --consortium heart --role client --name charite --output charite
        That person issues the certificate after comparing the twelve words over the telephone, and sends it back:
          securefl identity issue request.json --ca ca --output charite-issued.json
        The party puts it into its folder:
          securefl identity import charite-issued.json --identity charite
        """;

    internal static Command Create() => Examples.Of(
        new Command("identity", "Keys and certificates: who is who in a consortium.")
        {
            AuthorityCommand.Create(),
            NewCommand.Create(),
            IssueCommand.Create(),
            ImportCommand.Create(),
            ShowCommand.Create(),
            RevokeCommand.Create(),
        },
        Teaching);

    internal static Option<string> Folder(string name, string description) =>
        new(name) { Description = description, HelpName = "FOLDER", Required = true };

    internal static Option<string> Role()
    {
        Option<string> role = new("--role") { Description = "the party's role", Required = true };
        role.AcceptOnlyFromAmong([.. Transport.Identity.PeerRoles.Names]);
        return role;
    }

    /// <summary>Runs an operation whose refusals are the user's to mend.</summary>
    internal static T Guard<T>(Func<T> operation, string hint)
    {
        try
        {
            return operation();
        }
        catch (Exception fault) when (fault is InvalidOperationException or FormatException && FaultText.IsOwn(fault))
        {
            throw new CliException(ExitCode.Usage, FaultText.Of(fault), hint);
        }
    }
}
