using System.CommandLine;
using SecureFL.Cli.Shell;
using SecureFL.Cli.Training;
using SecureFL.Consortium.Plans;
using SecureFL.Consortium.Plans.Descriptions;
using SecureFL.Local;
using SecureFL.Protocol.Plans;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Cli.Plans;

/// <summary><c>plan explain</c>: what the planner chooses, what it costs, and what it protects against.</summary>
internal static class ExplainCommand
{
    private const string Teaching = """
        What would a sum of ten million values from at most 100 hospitals cost?
          securefl plan explain --parameters 10000000 --clients 100
        And with ciphertexts that SEAL programs can make?
          securefl plan explain --parameters 10000000 --clients 100 --suite joint-key --wire seal
        What did the consortium agree on?
          securefl plan explain --plan plan.json
        """;

    internal static Command Create()
    {
        Option<long> length = new("--parameters")
        {
            Description = "model elements each client sends, 1 to 1000000000",
            HelpName = "N",
            DefaultValueFactory = _ => 1_000_000
        };
        Option<int> clients = new("--clients")
        {
            Description = "most clients in a sum, from --min-clients",
            HelpName = "N",
            DefaultValueFactory = _ => 100
        };
        Option<int> minimum = new("--min-clients")
        { Description = "fewest clients in a sum, at least 3", HelpName = "N", DefaultValueFactory = _ => 3 };
        Option<int> bits = new("--bits")
        { Description = "bits of a quantised value, 4 to 24", HelpName = "BITS", DefaultValueFactory = _ => 16 };
        Option<float> clip = new("--clip")
        {
            Description = "values are clipped to [-CLIP, CLIP], above 0",
            HelpName = "CLIP",
            DefaultValueFactory = _ => 1f
        };
        Option<int> holders = new("--key-holders")
        { Description = "key holders, from --threshold", HelpName = "N", DefaultValueFactory = _ => 3 };
        Option<int> threshold = new("--threshold")
        {
            Description = "key holders that open a sum together, from 2 to all of them",
            HelpName = "N",
            DefaultValueFactory = _ => 2
        };
        Option<int> colluding = new("--colluding-key-holders")
        {
            Description =
                    "key holders assumed to collude with the server or to come back from an old image, from 1 to "
                    + "below the threshold; -1 is one fewer than the threshold",
            HelpName = "N",
            DefaultValueFactory = _ => -1
        };
        Option<string> suite = SuiteOptions.Suite();
        Option<string> wire = SuiteOptions.Wire();
        Option<int> life = new("--rounds-per-key")
        {
            Description = "joint-key: sums that one key opens, from 1",
            HelpName = "N",
            DefaultValueFactory = _ => 1000
        };
        Option<int> smudging = new("--smudging")
        {
            Description = "joint-key: bits of statistical hiding over the life of a key, 40 to 64",
            HelpName = "BITS",
            DefaultValueFactory = _ => JointKeyParameters.DefaultSmudging
        };
        Option<string?> file = new("--plan")
        { Description = "explain this plan instead of one made up of the other options", HelpName = "FILE" };
        Option<FileInfo?> json = new("--json") { Description = "write the parameters to this file", HelpName = "FILE" };
        Command command = new("explain",
            "Print the parameters that the planner chooses, or the rule that fails and what would fit.")
        {
            length, clients, minimum, bits, clip, holders, threshold, colluding, suite, wire, life,
                smudging, file, json,
        };
        command.SetAction(result =>
        {
            // Without a file: a plan with parties made up on the spot, by the same checks as for a real one.
            SumSettings sum = SuiteOptions.SumOf(result, suite, wire);
            PlanFile? plan = result.GetValue(file) is string path ? PlanFile.Load(path) : null;
            PlanSettings settings = plan?.Settings
                ?? new LocalParties(result.GetValue(clients), result.GetValue(holders)).CreatePlan(
                    result.GetValue(length),
                    result.GetValue(clip),
                    result.GetValue(bits),
                    result.GetValue(minimum),
                    result.GetValue(threshold),
                    result.GetValue(colluding) is int given and >= 0 ? given
                        : Math.Max(0, result.GetValue(threshold) - 1),
                    suite: sum.Protocol,
                    roundsPerKey: result.GetValue(life),
                    smudging: result.GetValue(smudging),
                    wire: sum.Wire).Settings;
            Quorum quorum = new(settings.Enrolment.KeyHolders.Count, settings.Threshold, settings.ColludingKeyHolders);
            Console.Out.Write(PlanExplanation.Of(settings.Parameters, quorum, settings.MinClients));
            Console.Out.Write(plan?.Terms is TrainingTerms terms ? TermsText.Of(terms) : "");
            JsonOutput.Write(result.GetValue(json), PlanExplanation.Facts(settings.Parameters));
            return (int)ExitCode.Ok;
        });
        return Examples.Of(command, Teaching);
    }
}
