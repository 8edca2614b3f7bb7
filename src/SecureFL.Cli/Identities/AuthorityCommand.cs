using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Identities;

/// <summary><c>identity ca</c>: a consortium's certificate authority.</summary>
internal static class AuthorityCommand
{
    internal static Command Create()
    {
        Option<string> consortium = new("--consortium")
        { Description = "the consortium's name: a-z, 0-9, point and hyphen", HelpName = "NAME", Required = true };
        Option<string> output = IdentityCommand.Folder("--output",
            "the folder to make; its ca.key never leaves this machine");
        Option<int> years = new("--years")
        {
            Description = "years for which the authority's certificate holds, 1 to 50",
            HelpName = "YEARS",
            DefaultValueFactory = _ => 10
        };
        Command command =
            new("ca",
                "Create a consortium's certificate authority. Not on the server's machine: who holds it can name "
                + "parties.") { consortium, output, years };
        command.SetAction(result =>
        {
            string folder = result.GetValue(output)!;
            if (result.GetValue(years) is < 1 or > 50)
            {
                throw new CliException(ExitCode.Usage, $"--years {result.GetValue(years)}: 1 to 50",
                    "10 outlives most studies");
            }

            using CertificateAuthority authority = IdentityCommand.Guard(
                () => CertificateAuthority.Create(folder, result.GetValue(consortium)!,
                    TimeSpan.FromDays(365.25 * result.GetValue(years))), "choose another --output");
            Talk.Line(string.Create(CultureInfo.InvariantCulture,
                $"{folder}: certificate authority of {authority.Consortium}, until {authority.NotAfter:yyyy-MM-dd}"));
            Talk.Line("keep a copy of this folder where nobody else reads it; give ca.crt to everybody");
            Talk.Hint("securefl identity issue REQUEST --ca " + folder);
            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, "securefl identity ca --consortium heart --output ca");
    }
}
