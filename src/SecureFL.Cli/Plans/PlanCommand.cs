using System.CommandLine;
using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Plans;

/// <summary><c>plan</c>: the one document that a consortium agrees on.</summary>
internal static class PlanCommand
{
    private const string Teaching = """
        Write the plan from the parties' public requests; every default is spelled out in plan.json:
          securefl plan new --authority board.json --server aggregator.json --client a.json --client b.json --client c.json \
            --key-holder x.json --key-holder y.json --key-holder z.json --schema-from a.csv --label ill --output plan.json
        The authority, which is not the server, signs it:
          securefl plan sign plan.json --identity study-board
        Everybody reads it and compares the twelve words with the others, over the telephone:
          securefl plan show plan.json
          securefl plan approve plan.json --state state
        """;

    internal static Command Create() => Examples.Of(
        new Command("plan", "Write, read, sign and approve the plan of a consortium.")
        {
            NewPlanCommand.Create(),
            SignCommand.Create(),
            PlanShowCommand.Create(),
            ExplainCommand.Create(),
            DigestCommand.Create(),
            ApproveCommand.Create(),
        },
        Teaching);

    internal static Argument<string> File() => new("plan") { Description = "plan.json" };
}
