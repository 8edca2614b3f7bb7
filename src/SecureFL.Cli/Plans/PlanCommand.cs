using System.CommandLine;
using SecureFL.Aggregation;
using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Plans;

/// <summary><c>plan explain</c>: what the planner chooses, what it costs, and what it protects against.</summary>
internal static class PlanCommand
{
    internal static Command Create() => new("plan", "Plan a secure sum.") { Explain() };

    private static Command Explain()
    {
        Option<long> length = new("--parameters") { Description = "model elements each client sends, 1 to 1000000000", DefaultValueFactory = _ => 1_000_000 };
        Option<int> clients = new("--clients") { Description = "most clients in a sum", DefaultValueFactory = _ => 100 };
        Option<int> minimum = new("--min-clients") { Description = "fewest clients in a sum", DefaultValueFactory = _ => 3 };
        Option<int> bits = new("--bits") { Description = "bits of a quantised value, 4 to 24", DefaultValueFactory = _ => 16 };
        Option<float> clip = new("--clip") { Description = "values are clipped to [-clip, clip]", DefaultValueFactory = _ => 1f };
        Option<int> holders = new("--key-holders") { Description = "key holders", DefaultValueFactory = _ => 3 };
        Option<int> threshold = new("--threshold") { Description = "key holders that open a sum together", DefaultValueFactory = _ => 2 };
        Option<int> colluding = new("--colluding-key-holders") { Description = "key holders assumed to collude with the server", DefaultValueFactory = _ => 0 };
        Option<FileInfo?> json = new("--json") { Description = "write the parameters to this file" };
        Command command = new("explain", "Print the parameters that the planner chooses, or the rule that fails and what would fit.")
        {
            length, clients, minimum, bits, clip, holders, threshold, colluding, json,
        };
        command.SetAction(result =>
        {
            // A plan with parties made up on the spot: the same checks as for a real one.
            AggregationPlan plan = AggregationPlan.Create(
                result.GetValue(length),
                result.GetValue(clip),
                result.GetValue(bits),
                result.GetValue(clients),
                result.GetValue(minimum),
                result.GetValue(holders),
                result.GetValue(threshold),
                result.GetValue(colluding));
            Console.Out.Write(PlanExplanation.Of(plan.Parameters, plan.Quorum, result.GetValue(minimum)));
            JsonOutput.Write(result.GetValue(json), PlanExplanation.Facts(plan.Parameters));
            return (int)ExitCode.Ok;
        });
        return command;
    }
}
