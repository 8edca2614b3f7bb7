using System.Globalization;
using System.Text;
using SecureFL.Federated.Data;
using SecureFL.Federated.Metrics;

namespace SecureFL.Cli.Simulate;

/// <summary>The comparison of the federated model with each site alone and with all rows in one place, as lines.</summary>
internal static class BaselineText
{
    internal static void Append(StringBuilder text, BaselineResults results, MetricSummary? federated, int rows, LearningTask task)
    {
        string what = task == LearningTask.Regression ? "R²" : "accuracy";
        List<(string Name, int Rows, string Own, string All)> lines =
        [
            ("all sites, federated", rows, "", Figure(federated, task)),
            ("all rows in one place", results.Pooled.Samples, "", results.Pooled.Diverged ?? Figure(results.Pooled.Test, task)),
            .. results.LocalOnly.Select(site => ($"{site.Site} alone", site.Samples, site.Diverged is null ? Figure(site.OwnTest, task) : "", site.Diverged ?? Figure(site.AllTest, task))),
        ];
        int width = lines.Max(line => line.Name.Length);
        text.AppendLine(CultureInfo.InvariantCulture, $"{"trained on".PadRight(width)}  training rows  {what} on own test rows  {what} on all test rows");
        foreach ((string name, int count, string own, string all) in lines)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{name.PadRight(width)}  {count,13}  {own.PadLeft(what.Length + 17)}  {all.PadLeft(what.Length + 17)}");
        }
    }

    internal static string Figure(MetricSummary? figures, LearningTask task) =>
        task == LearningTask.Regression
            ? figures?.R2?.ToString("F4", CultureInfo.InvariantCulture) ?? "-"
            : figures?.Accuracy?.ToString("P1", CultureInfo.InvariantCulture) ?? "-";
}
