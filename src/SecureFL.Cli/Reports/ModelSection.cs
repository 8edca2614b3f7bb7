using System.Globalization;
using System.Text;
using SecureFL.Cli.Runs;
using SecureFL.Learning.Data;
using SecureFL.Learning.Data.Scaling;
using SecureFL.Reports.Markup;
using SecureFL.Reports.Pages;

namespace SecureFL.Cli.Reports;

/// <summary>What the model is worth beside others, what it is made of, and what was said while training.</summary>
internal static class ModelSection
{
    private const int MostCoefficients = 200;

    /// <summary>
    /// The federated model beside each site alone and all rows in one place, where that was compared.
    /// </summary>
    internal static void Baselines(StringBuilder html, SimulationOutcome run)
    {
        if (run.Baselines is not BaselineResults results)
        {
            return;
        }

        string what = BaselineText.WhatFor(run);
        html.Append("<h2>Against each site alone and all rows in one place</h2>");
        PageStyle.Table(
            html,
            ["trained on", "training rows", $"{what} on own test rows", $"{what} on all test rows"],
            BaselineText.Lines(results, run).Select(line => (IReadOnlyList<string>)
                [line.Name, line.Rows.ToString(CultureInfo.InvariantCulture), line.Own, line.All]));
        html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Svg.Text(BaselineText.Budget)}</p>");
    }

    /// <summary>The figures of models that were trained on a part of the rows, on the rest.</summary>
    internal static void HeldOut(StringBuilder html, SimulationOutcome run)
    {
        if (run.HeldOut is { Folds.IsEmpty: false } folds)
        {
            html.Append(CultureInfo.InvariantCulture,
                $"<h2>Cross-validation, {folds.Folds.Length} folds of every site's rows</h2>");
            PageStyle.Table(html, HeldOutText.Heads("fold", run.Shown),
                [.. HeldOutText.Rows(folds.Folds, run.Shown), .. HeldOutText.Spread(folds, run.Shown)]);
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Svg.Text(HeldOutText.Folds)}</p>");
        }

        if (run.HeldOut is { Sites.IsEmpty: false } sites)
        {
            html.Append("<h2>Each site left out</h2>");
            PageStyle.Table(html, HeldOutText.Heads("left out", run.Shown), HeldOutText.Rows(sites.Sites, run.Shown));
            html.Append(CultureInfo.InvariantCulture, $"<p class=\"note\">{Svg.Text(HeldOutText.Sites)}</p>");
        }
    }

    /// <summary>The coefficients of a model that has some.</summary>
    internal static void Coefficients(StringBuilder html, SimulationOutcome run)
    {
        if (run.Coefficients.IsEmpty)
        {
            return;
        }

        bool classes = run.Coefficients.Any(row => row.Class is not null);
        bool odds = run.Trainer.Metrics.Task == LearningTask.Binary;
        string step = StepOf(run.Terms.PreparationTerms.Scaling);
        string of = odds && run.Classes.Length == 2 ? $" of {run.Classes[1]}" : "";
        html.Append("<h2>Coefficients</h2>");
        List<string> heads = [.. classes ? ["class"] : Array.Empty<string>(), "column", "coefficient by one unit"];
        heads.AddRange(odds ? [$"odds ratio{of}, one unit", $"odds ratio{of}, {step}"] : []);
        heads.Add($"as trained, {step}");
        PageStyle.Table(html, heads, run.Coefficients.Take(MostCoefficients).Select(row => (IReadOnlyList<string>)
        [
            .. classes ? [row.Class ?? ""] : Array.Empty<string>(),
            row.Feature,
            Number(row.Value),
            .. odds ? [Number(row.OddsRatio), Number(row.StandardizedOddsRatio)] : Array.Empty<string>(),
            Number(row.Standardized),
        ]));
        html.Append("<p class=\"note\">units are those of the files' columns");
        html.Append(odds ? "; an odds ratio that no number holds, of a column of values far below 1, is left out</p>"
            : "</p>");
        if (run.Coefficients.Length > MostCoefficients)
        {
            html.Append(
                CultureInfo.InvariantCulture,
                $"<p class=\"note\">the first {MostCoefficients} of {run.Coefficients.Length}; all of them: ");
            html.Append("<code>securefl export MODEL --coefficients FILE</code></p>");
        }
    }

    /// <summary>What was said beside the progress.</summary>
    internal static void Notes(StringBuilder html, SimulationOutcome run)
    {
        if (run.Notes.IsEmpty)
        {
            return;
        }

        html.Append("<h2>Notes</h2><ul>");
        html.AppendJoin("", run.Notes.Select(note => $"<li>{Svg.Text(note)}</li>"));
        html.Append("</ul>");
    }

    private static string StepOf(ScalingKind scaling) => scaling switch
    {
        ScalingKind.Federated or ScalingKind.Site => "one standard deviation",
        ScalingKind.MinMax => "the whole range",
        ScalingKind.Fixed => "one unit of the given scaling",
        _ => "one unit",
    };

    private static string Number(double? value) => value?.ToString("G5", CultureInfo.InvariantCulture) ?? "-";
}
