using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Identity;
using SecureFL.Transport.Identity;

namespace SecureFL.Cli.Plans;

/// <summary><c>plan sign</c>: the authority's signature.</summary>
internal static class SignCommand
{
    internal static Command Create()
    {
        Argument<string> plan = PlanCommand.File();
        Option<string> identity = new("--identity")
        { Description = "the folder of the plan's authority", HelpName = "FOLDER", Required = true };
        Option<string?> output = new("--output")
        { Description = "the file to write; by default the plan's own", HelpName = "FILE" };
        Command command = new("sign", "Sign a plan, as the authority that it names: never the server.")
            { plan, identity, output };
        command.SetAction(result =>
        {
            PlanFile file = PlanFile.Load(result.GetValue(plan)!);
            (PeerIdentity peer, SigningIdentity signing) = PartyIdentity.LoadSigning(result.GetValue(identity)!);
            using (signing)
            {
                if (!signing.PublicKey.Equals(file.Settings.Enrolment.Authority))
                {
                    throw new CliException(ExitCode.Usage, $"{peer} is not the authority that the plan names",
                        "sign with the identity that plan new was given as --authority");
                }

                string target = result.GetValue(output) ?? result.GetValue(plan)!;
                PlanFile signed = file.Sign(signing);
                signed.Save(target);
                Talk.Line($"{target}: signed by {peer}; give it to every party");
                Console.Out.WriteLine(signed.SpokenForm);
            }

            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, "securefl plan sign plan.json --identity study-board");
    }
}
