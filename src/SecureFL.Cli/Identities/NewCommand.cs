using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Identities;

/// <summary><c>identity new</c>: a party's keys and its request for a certificate.</summary>
internal static class NewCommand
{
    private const string Teaching = """
        A hospital:
          securefl identity new --consortium heart --role client --name charite --output charite
        The server, with the names and addresses that others call it by:
          securefl identity new --consortium heart --role server --name aggregator --host agg.example.org --host 10.0.0.4 --output aggregator
        A key holder, and the board that signs the plan:
          securefl identity new --consortium heart --role key-holder --name ethics-board --output ethics-board
          securefl identity new --consortium heart --role operator --name study-board --output study-board
        An authority of your own signs FOLDER/tls.csr; it must keep the alternative name (URI) that the request asks for.
        """;

    internal static Command Create()
    {
        Option<string> consortium = new("--consortium")
        { Description = "the consortium's name", HelpName = "NAME", Required = true };
        Option<string> role = IdentityCommand.Role();
        Option<string> name = new("--name")
        { Description = "the party's name, by which plans enrol it", HelpName = "NAME", Required = true };
        Option<string[]> hosts = new("--host")
        {
            Description = "a server's DNS name or address, for callers that check them",
            HelpName = "HOST",
            AllowMultipleArgumentsPerToken = true
        };
        Option<string> output = IdentityCommand.Folder("--output", "the folder to make");
        Command command = new("new", "Make a party's keys and its request for a certificate.")
            { consortium, role, name, hosts, output };
        command.SetAction(result =>
        {
            string folder = result.GetValue(output)!;
            PeerIdentity peer = new(result.GetValue(consortium)!, PeerRoles.Parse(result.GetValue(role)!)!.Value,
                result.GetValue(name)!);
            string[] names = result.GetValue(hosts) ?? [];
            if (names.Length > 0 && peer.Role != PeerRole.Server)
            {
                throw new CliException(ExitCode.Usage, $"--host is for servers, this is a {result.GetValue(role)}",
                    "leave it out");
            }

            PartyRequest request = IdentityCommand.Guard(() => PartyIdentity.Create(folder, peer, names),
                "choose another --output");
            Talk.Line($"{folder}: keys of {peer}; they are readable by you alone and never leave this folder");
            Talk.Line(
                $"send {Path.Combine(folder, "request.json")} to the consortium's certificate authority and read "
                + $"these words to its operator:");
            Console.Out.WriteLine(request.SpokenForm);
            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, Teaching);
    }
}
