using System.CommandLine;
using SecureFL.Cli.Clients;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Approvals;
using SecureFL.Consortium.Plans;
using SecureFL.Transport.Formats;

namespace SecureFL.Cli.Plans;

/// <summary><c>plan approve</c>: a person's consent, remembered in the party's state folder.</summary>
internal static class ApproveCommand
{
    private const string Teaching = """
        Read the plan, compare the words with the other parties, then:
          securefl plan approve plan.json --state state
        In a script, with the words that people compared before:
          securefl plan approve plan.json --state state --accept bafus-gutih-...
        At a hospital whose rows answered the same questions to another plan, and only there:
          securefl plan approve plan.json --state state --accept-repeated preparation training
        """;

    internal static Command Create()
    {
        Argument<string> plan = PlanCommand.File();
        Option<string> state = new("--state")
        {
            Description = "the state folder of the client or key holder that takes part",
            HelpName = "FOLDER",
            Required = true
        };
        Option<string?> accept = new("--accept")
        {
            Description = "the words or the digest that people compared, for scripts: anything else is refused",
            HelpName = "WORDS"
        };
        Option<QuestionKind[]> repeated = DataSetOptions.Accept();
        Command command = new("approve",
            "Approve a plan: its party then takes part in this one and in no other from that folder.")
            { plan, state, accept, repeated };
        command.SetAction(result =>
        {
            PlanFile file = PlanFile.Load(result.GetValue(plan)!);
            file.RequireSigned();
            ApprovedPlan approved = Approved(result.GetValue(state)!, create: false);
            if (approved.For(file.Digest) == Consent.GivenToAnother)
            {
                throw new CliException(ExitCode.Usage,
                    $"another plan was approved in {result.GetValue(state)}: {approved.Digest}",
                    "a second plan needs a state folder of its own");
            }

            Console.Out.Write(PlanShowCommand.TextOf(file));
            string? given = result.GetValue(accept);
            if (given is null || !given.Trim().Equals(file.Digest.ToString(), StringComparison.OrdinalIgnoreCase))
            {
                Confirmation.Require(given, file.SpokenForm, "do the other parties read the same twelve words?",
                    "a plan that somebody exchanged names other key holders or other rules");
            }

            Approved(result.GetValue(state)!, create: true)
                .Approve(file.Digest, result.GetValue(repeated) ?? []);
            Talk.Line($"approved in {result.GetValue(state)}");
            if (result.GetValue(repeated) is { Length: > 0 } again)
            {
                Talk.Line($"it may ask again what another plan had answered: {string.Join(", ", again)}");
            }

            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, Teaching);
    }

    private static ApprovedPlan Approved(string folder, bool create)
    {
        if (create)
        {
            OwnerOnly.CreateDirectory(folder);
        }

        return new ApprovedPlan(folder);
    }
}
