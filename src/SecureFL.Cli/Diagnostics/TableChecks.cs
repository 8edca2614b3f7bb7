using System.Globalization;
using SecureFL.Cli.Clients;
using SecureFL.Cli.Shell;
using SecureFL.Consortium.Diagnostics;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Data;

namespace SecureFL.Cli.Diagnostics;

/// <summary>
/// Whether a site's rows are what the plan says: read as <c>client run</c> reads them, and then forgotten.
/// </summary>
internal static class TableChecks
{
    private const string Name = "data";

    /// <summary>One line for the rows, and one for each thing that <c>client run</c> will say of them.</summary>
    internal static IReadOnlyList<CheckResult> Of(PlanFile? plan, string? client, SiteFiles files)
    {
        if (plan?.Terms is not TrainingTerms terms)
        {
            string why = plan is null ? "no plan to compare it with"
                : "the plan is of plain sums, to which rows do not matter";
            return
                [new CheckResult(Name, CheckState.Warn, $"{files.Data} was not read: {why}",
                    plan is null ? "--plan FILE" : "leave data out")];
        }

        try
        {
            int index = Math.Max(0, plan.Settings.Enrolment.Clients.ToList().FindIndex(party => party.Name == client));
            SiteEncoding rows = SiteRows.Load(terms, files, client ?? "site", index);
            string count = string.Create(
                CultureInfo.InvariantCulture,
                $"{files.Data}: {rows.Site.Train.Count} training and {rows.Site.Test?.Count ?? 0} test rows of "
                + $"{rows.Site.Train.Width} features, as in the plan");
            return [new CheckResult(Name, CheckState.Ok, count),
                .. rows.Notes.Select(note => new CheckResult(Name, CheckState.Ok, note))];
        }
        catch (DataFormatException refusal)
        {
            return
                [new CheckResult(Name, CheckState.Fail, refusal.Message,
                    refusal.WayOut ?? "mend the file, or ask for another plan")];
        }
        catch (Exception fault) when (Failures.Describe(fault) is CliException told)
        {
            return [new CheckResult(Name, CheckState.Fail, told.Message, told.Hint)];
        }
    }
}
