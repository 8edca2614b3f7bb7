using System.Globalization;
using SecureFL.Aggregation;
using SecureFL.Cli.Shell;
using SecureFL.Deployment.Approvals;
using SecureFL.Deployment.Plans;

namespace SecureFL.Cli.Parties;

/// <summary>The first start: a person compares the plan's digest with the other parties' people.</summary>
internal static class PlanQuestion
{
    internal static async Task RequireApprovalAsync(PlanFile plan, ApprovedPlan approved, Digest? accepted,
        CancellationToken cancellationToken)
    {
        switch (approved.For(plan.Digest))
        {
            case Consent.Given when accepted is null || accepted == plan.Digest:
                return;
            case Consent.GivenToAnother:
                throw new CliException(
                    ExitCode.RefusedByPeer,
                    $"this is plan {plan.Digest.ToShortString()} ({plan.SpokenForm}), approved here was "
                    + $"{approved.Digest!.Value.ToShortString()} "
                    + $"({AggregationPlan.SpokenFormOf(approved.Digest.Value)})",
                    "another plan needs another --state folder and another approval");
            case Consent.Open when accepted is null:
                await AskAsync(plan, cancellationToken).ConfigureAwait(false);
                break;
            default:
                if (accepted != plan.Digest)
                {
                    throw new CliException(
                        ExitCode.RefusedByPeer, $"the plan's digest is {plan.Digest}, --accept-digest says {accepted}",
                        "find out which plan the parties agreed on before anything else");
                }

                break;
        }

        approved.Approve(plan.Digest);
    }

    private static async Task AskAsync(PlanFile plan, CancellationToken cancellationToken)
    {
        if (Console.IsInputRedirected)
        {
            throw new CliException(
                ExitCode.Usage, $"nobody has approved the plan {plan.Digest} here yet, and there is nobody to ask",
                "start once on a terminal, or give --accept-digest with the digest your people compared");
        }

        PlanSettings s = plan.Settings;
        Talk.Line($"plan of consortium {plan.Consortium}, server {PrintableText.Name(plan.ServerName)}:");
        Talk.Line(
            string.Create(CultureInfo.InvariantCulture,
                $"  clients      {string.Join(", ", s.Enrolment.Clients.Select(party => PrintableText.Name(party.Name)))}; sums of at least {s.MinClients}"));
        Talk.Line(
            string.Create(CultureInfo.InvariantCulture,
                $"  key holders  {string.Join(", ", s.Enrolment.KeyHolders.Select(party => PrintableText.Name(party.Name)))}; any {s.Threshold} open a sum"));
        Talk.Line(
            string.Create(CultureInfo.InvariantCulture,
                $"  vector       {s.Parameters.FloatLength} values of {s.Parameters.Bits} bits, up to "
                + $"{s.Parameters.Clip:G9}; {s.Rounds} rounds"));
        Talk.Line($"  digest       {plan.Digest}");
        Talk.Line($"  in words     {plan.SpokenForm}");
        Talk.Line("compare the words with the other parties, over a channel that is not the server's; then type yes:");
        string? answer = await Console.In.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (answer?.Trim().Equals("yes", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new CliException(ExitCode.RefusedByPeer, "the plan was not approved",
                "start again once your people have compared the digest");
        }
    }
}
