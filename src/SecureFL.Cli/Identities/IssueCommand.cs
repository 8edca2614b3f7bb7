using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Identities;

/// <summary><c>identity issue</c>: the authority's answer to a request.</summary>
internal static class IssueCommand
{
    private const string Teaching = """
        Ask the sender for the twelve words, then:
          securefl identity issue request.json --ca ca --output charite-issued.json
        In a script, with the words that the sender gave:
          securefl identity issue request.json --ca ca --accept bafus-gutih-... --output charite-issued.json
        """;

    internal static Command Create()
    {
        Argument<string> request = new("request") { Description = "a party's request.json" };
        Option<string> authority = IdentityCommand.Folder("--ca", "the authority's folder");
        Option<string?> output = new("--output")
        { Description = "the file to write; by default the role, the name and -issued.json", HelpName = "FILE" };
        Option<int> days = new("--days")
        {
            Description = "days for which the certificate holds, 1 to 3660",
            HelpName = "DAYS",
            DefaultValueFactory = _ => 397
        };
        Option<string?> accept = new("--accept")
        {
            Description = "the words that the sender gave, for scripts: anything else is refused",
            HelpName = "WORDS"
        };
        Command command = new("issue", "Issue a party's certificate.") { request, authority, output, days, accept };
        command.SetAction(result =>
        {
            PartyRequest party = IdentityCommand.Guard(() => PartyRequest.Load(result.GetValue(request)!),
                "ask for the request.json that identity new wrote");
            if (result.GetValue(days) is < 1 or > 3660)
            {
                throw new CliException(ExitCode.Usage, $"--days {result.GetValue(days)}: 1 to 3660",
                    "397 is the usual");
            }

            Talk.Line(
                $"{party.Peer} of consortium {party.Peer.Consortium} asks for a certificate; the words of its keys:");
            Console.Out.WriteLine(party.SpokenForm);
            Confirmation.Require(result.GetValue(accept), party.SpokenForm,
                "has the sender read the same words to you?",
                "a request that was exchanged on the way enrols somebody else");
            string file = result.GetValue(output)
                ?? $"{PeerRoles.NameOf(party.Peer.Role)}-{Uri.EscapeDataString(party.Peer.Name)}-issued.json";
            using CertificateAuthority ca = CertificateAuthority.Open(result.GetValue(authority)!);
            byte[] issued = IdentityCommand.Guard(() => ca.Issue(party, TimeSpan.FromDays(result.GetValue(days))),
                $"securefl identity revoke --ca {ca.Folder} --role ROLE --name NAME");
            File.WriteAllBytes(file, issued);
            Talk.Line(string.Create(CultureInfo.InvariantCulture, $"{file}: send it back; nothing in it is secret"));
            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, Teaching);
    }
}
