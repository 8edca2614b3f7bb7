using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Text;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Identities;

/// <summary><c>identity show</c>: what a folder or request says, nothing of its keys.</summary>
internal static class ShowCommand
{
    internal static Command Create()
    {
        Argument<string> source = new("identity") { Description = "a party's folder, or a request.json" };
        Option<FileInfo?> json = new("--json") { Description = "write it to this file", HelpName = "FILE" };
        Command command = new("show", "Show a party: role, name, words of its keys, certificate.") { source, json };
        command.SetAction(result =>
        {
            Facts facts = IdentityCommand.Guard(() => Read(result.GetValue(source)!),
                "give the folder that identity new made, or a request.json");
            Console.Out.Write(facts.ToText());
            JsonOutput.Write(result.GetValue(json), facts);
            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, "securefl identity show charite\nsecurefl identity show request.json");
    }

    private static Facts Read(string path)
    {
        PartyRequest request = PartyRequest.Load(path);
        bool issued = Directory.Exists(path) && File.Exists(Path.Combine(path, "tls.crt"));
        Facts facts = new(
            request.Peer.Consortium,
            PeerRoles.NameOf(request.Peer.Role),
            request.Peer.Name,
            request.Fingerprint.ToString(),
            request.SpokenForm,
            Convert.ToBase64String(request.SigningKey.ToArray()),
            null,
            null,
            null,
            null);
        if (!issued)
        {
            return facts;
        }

        using PartyIdentity party = PartyIdentity.Load(path);
        Digest fingerprint = party.Fingerprint;
        return fingerprint != request.Fingerprint
            ? throw new FormatException($"{path}: the certificate is for other keys than the request")
            : facts with
            {
                Serial = party.Certificate.SerialNumber.ToLowerInvariant(),
                Issuer = party.Certificate.Issuer,
                NotBefore = party.Certificate.NotBefore.ToUniversalTime(),
                NotAfter = party.Certificate.NotAfter.ToUniversalTime(),
            };
    }

    private sealed record Facts(
        string Consortium,
        string Role,
        string Name,
        string Fingerprint,
        string Words,
        string SigningKey,
        string? Serial,
        string? Issuer,
        DateTime? NotBefore,
        DateTime? NotAfter)
    {
        internal string ToText() => string.Create(CultureInfo.InvariantCulture, $"""
            party         {Role} {Name} of {Consortium}
            words         {Words}
            fingerprint   {Fingerprint}
            signing key   {SigningKey}
            certificate   {(Serial is null ? "none yet" : $"{Serial}, {NotBefore:yyyy-MM-dd} to {NotAfter:yyyy-MM-dd}, by {PrintableText.Line(Issuer ?? "")}")}

            """);
    }
}
