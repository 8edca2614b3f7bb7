using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Plans;
using SecureFL.Messages.Text;
using SecureFL.Protocol.Plans;

namespace SecureFL.Cli.Parties;

/// <summary>The first start: a person compares the plan's digest with the other parties' people.</summary>
internal static class PlanQuestion
{
    /// <summary>Shows the plan and takes the answer.</summary>
    internal static async Task<bool> AskAsync(PlanFile plan, CancellationToken cancellationToken)
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
        return answer?.Trim().Equals("yes", StringComparison.OrdinalIgnoreCase) == true;
    }
}
