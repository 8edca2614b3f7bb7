using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Identities;

/// <summary><c>identity revoke</c>: takes a party's certificates back.</summary>
internal static class RevokeCommand
{
    private const string Teaching = """
        A hospital leaves, or its key was stolen:
          securefl identity revoke --ca ca --role client --name charite
        Then every party takes the new list:
          securefl identity import --revocations ca/ca.crl --identity aggregator
        Renew the list before it ends, with nobody in it anew:
          securefl identity revoke --ca ca --renew
        """;

    internal static Command Create()
    {
        Option<string> authority = IdentityCommand.Folder("--ca", "the authority's folder");
        Option<string> role = IdentityCommand.Role();
        role.Required = false;
        Option<string?> name = new("--name") { Description = "the party's name", HelpName = "NAME" };
        Option<bool> renew = new("--renew") { Description = "only write the list anew" };
        Command command = new("revoke", "Revoke all certificates of a party.") { authority, role, name, renew };
        command.SetAction(result =>
        {
            string? party = result.GetValue(name);
            string? named = result.GetValue(role);
            if ((party is null) != result.GetValue(renew) || (party is null) != (named is null))
            {
                throw new CliException(ExitCode.Usage, "give --role and --name, or --renew",
                    "securefl identity revoke --ca ca --role client --name charite");
            }

            using CertificateAuthority ca =
                IdentityCommand.Guard(() => CertificateAuthority.Open(result.GetValue(authority)!),
                    "give the folder that identity ca made");
            if (party is null)
            {
                ca.RenewRevocationList();
            }
            else
            {
                PeerRole of = PeerRoles.Parse(named!)!.Value;
                foreach (string serial in IdentityCommand.Guard(() => ca.Revoke(of, party),
                    "identity show tells role and name of a folder"))
                {
                    Talk.Line($"revoked certificate {serial}");
                }
            }

            Talk.Line(
                "send the list to every party, first to the server; a running process takes it up at its next "
                + "handshake:");
            Console.Out.WriteLine(ca.RevocationListPath);
            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, Teaching);
    }
}
