using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Transport.Formats;
using SecureFL.Transport.Identity;
using SecureFL.Transport.Tls;

namespace SecureFL.Cli.Identities;

/// <summary><c>identity import</c>: a certificate, or a revocation list, into a party's folder.</summary>
internal static class ImportCommand
{
    private const string Teaching = """
        What the consortium's authority sent:
          securefl identity import charite-issued.json --identity charite
        What your own authority made from charite/tls.csr; its file may hold intermediates before the root:
          securefl identity import --certificate tls.crt --authority ca.crt --identity charite
        A newer revocation list, while the process runs:
          securefl identity import --revocations ca.crl --identity aggregator
        """;

    internal static Command Create()
    {
        Argument<string?> issued = new("issued")
        { Description = "the issued.json that came back", Arity = ArgumentArity.ZeroOrOne };
        Option<string?> certificate = new("--certificate")
        { Description = "a certificate from an authority of your own (PEM)", HelpName = "FILE" };
        Option<string?> authority = new("--authority")
        { Description = "that authority's certificates (PEM)", HelpName = "FILE" };
        Option<string?> revocations = new("--revocations")
        { Description = "a revocation list (PEM)", HelpName = "FILE" };
        Option<string> identity = IdentityCommand.Folder("--identity", "the party's folder");
        Command command = new("import", "Put an issued certificate or a revocation list into a party's folder.")
            { issued, certificate, authority, revocations, identity };
        command.SetAction(result => Run(
            result.GetValue(issued), result.GetValue(certificate), result.GetValue(authority),
            result.GetValue(revocations), result.GetValue(identity)!));
        return Examples.Of(command, Teaching);
    }

    private static int Run(string? issued, string? certificate, string? authority, string? revocations, string folder)
    {
        bool own = certificate is not null || authority is not null;
        if ((certificate is null) != (authority is null) || (issued is not null && own)
            || (issued is null && !own && revocations is null))
        {
            throw new CliException(ExitCode.Usage,
                "give issued.json, or --certificate with --authority, or --revocations",
                "see the examples of identity import --help");
        }

        return IdentityCommand.Guard(
            () =>
            {
                if (issued is not null)
                {
                    PartyIdentity.ImportIssued(folder, OrdinaryFile.ReadBytes(issued), issued);
                }
                else if (own)
                {
                    PartyIdentity.Import(folder, OrdinaryFile.ReadText(certificate!), OrdinaryFile.ReadText(authority!),
                        revocations is null ? null : OrdinaryFile.ReadText(revocations));
                }

                if (revocations is not null && !own)
                {
                    PartyIdentity.ImportRevocationList(folder, OrdinaryFile.ReadText(revocations));
                    Talk.Line($"{folder}: the revocation list holds from the next handshake on");
                }

                if (issued is not null || own)
                {
                    using PartyIdentity party = PartyIdentity.Load(folder);
                    Talk.Line(
                        string.Create(CultureInfo.InvariantCulture,
                            $"{folder}: {party.Peer} of {party.Peer.Consortium}, until "
                            + $"{party.Certificate.NotAfter.ToUniversalTime():yyyy-MM-dd}"));
                    if (OwnCertificate.Refusal(party, TimeProvider.System) is string refusal)
                    {
                        Talk.Line($"warning: {folder}: it is imported, but {refusal}");
                        Talk.Hint("ask the certificate authority for a new one (securefl identity issue) and import "
                            + "that; check this machine's clock");
                    }
                }

                return (int)ExitCode.Ok;
            },
            "each party imports its own certificate, made from its own request");
    }
}
