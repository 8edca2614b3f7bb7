using System.Globalization;
using System.Text;
using SecureFL.Learning.Data;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Models;

namespace SecureFL.Cli.Runs;

/// <summary>One line of the comparison.</summary>
/// <param name="Name">What the model was trained on.</param>
/// <param name="Rows">Training rows.</param>
/// <param name="Own">Its main figure on the own test rows of its site; empty where it has none.</param>
/// <param name="All">Its main figure on all test rows, or that it diverged.</param>
internal sealed record BaselineLine(string Name, int Rows, string Own, string All);

/// <summary>
/// The comparison of the federated model with each site alone and with all rows in one place, as lines.
/// </summary>
internal static class BaselineText
{
    /// <summary>What the comparison is and is not.</summary>
    internal const string Budget =
        "each alone, and all rows in one place, with the same training budget as the federated model: "
        + "none of them is trained any further, so this is no best fit of pooled rows";

    internal static void Append(StringBuilder text, BaselineResults results, SimulationOutcome run)
    {
        string what = WhatFor(run);
        IReadOnlyList<BaselineLine> lines = Lines(results, run);
        int width = lines.Max(line => line.Name.Length);
        text.AppendLine(CultureInfo.InvariantCulture,
            $"{"trained on".PadRight(width)}  training rows  {what} on own test rows  {what} on all test rows");
        foreach ((string name, int count, string own, string all) in lines)
        {
            text.AppendLine(
                CultureInfo.InvariantCulture,
                $"{name.PadRight(width)}  {count,13}  {own.PadLeft(what.Length + 17)}  "
                + $"{all.PadLeft(what.Length + 17)}");
        }

        text.AppendLine(CultureInfo.InvariantCulture, $"({Budget})");
    }

    /// <summary>The figure that is compared.</summary>
    internal static string WhatFor(SimulationOutcome run) =>
        run.Trainer.Metrics.Task == LearningTask.Regression ? "R²" : "accuracy";

    /// <summary>The federated model, all rows in one place, then every site.</summary>
    internal static IReadOnlyList<BaselineLine> Lines(BaselineResults results, SimulationOutcome run)
    {
        LearningTask task = run.Trainer.Metrics.Task;
        return
        [
            new("all sites, federated", run.Final.PerSite.Sum(site => site.Samples), "", Figure(run.Final.Test, task)),
            new(
                $"all rows in one place, {SameAs(run.Terms.Training, run.Terms.Model.BuiltIn)}",
                results.Pooled.Samples,
                "",
                results.Pooled.Diverged ?? Figure(results.Pooled.Test, task)),
            .. results.LocalOnly.Select(site => new BaselineLine(
                $"{site.Site} alone",
                site.Samples,
                site.Diverged is null ? Figure(site.OwnTest, task) : "",
                site.Diverged ?? Figure(site.AllTest, task))),
        ];
    }

    // More rows are more steps an epoch: only declared steps are as many.
    private static string SameAs(LocalTrainingOptions training, ModelSpec? builtIn) =>
        "same number of " + (builtIn is null ? "rounds" : training.Steps > 0 ? "steps" : "epochs");

    private static string Figure(MetricSummary? figures, LearningTask task) =>
        task == LearningTask.Regression
            ? figures?.R2?.ToString("F4", CultureInfo.InvariantCulture) ?? "-"
            : figures?.Accuracy?.ToString("P1", CultureInfo.InvariantCulture) ?? "-";
}
