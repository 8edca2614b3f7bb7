using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>The figures on rows held out, as tables.</summary>
internal static class HeldOutText
{
    /// <summary>What a cross-validation is and is not.</summary>
    internal const string Folds =
        "each fold's model is trained on the other folds and measured on this one; the model that is delivered is "
        + "another one, trained on all rows, "
        + "and has no test rows. The deviation is that of the folds (n - 1), no error of the mean";

    /// <summary>What leaving sites out is and is not.</summary>
    internal const string Sites =
        "each model is trained on the other sites and measured on all rows of this one, as a hospital that nobody "
        + "knows; the model that is delivered is "
        + "another one, trained on all sites, and has no test rows";

    /// <summary>The metrics that the tables show.</summary>
    internal static IReadOnlyList<RoundMetricInfo> Shown(MetricLayout layout) =>
        [.. RoundMetricInfo.ShownFor(layout).Where(info => info.Metric != RoundMetric.TrainLoss)];

    internal static void Append(StringBuilder text, HeldOutResults results, IReadOnlyList<RoundMetricInfo> shown)
    {
        if (!results.Folds.IsEmpty)
        {
            text.AppendLine(CultureInfo.InvariantCulture,
                $"cross-validation, {results.Folds.Length} folds of every site's rows:");
            Table(text, Heads("fold", shown), [.. Rows(results.Folds, shown), .. Spread(results, shown)]);
            text.AppendLine(CultureInfo.InvariantCulture, $"({Folds})");
        }

        if (!results.Sites.IsEmpty)
        {
            text.AppendLine("leave one site out:");
            Table(text, Heads("left out", shown), [.. Rows(results.Sites, shown)]);
            text.AppendLine(CultureInfo.InvariantCulture, $"({Sites})");
        }
    }

    /// <summary>The head of either table.</summary>
    internal static IReadOnlyList<string> Heads(string first, IReadOnlyList<RoundMetricInfo> shown) =>
        [first, "training rows", "test rows", "rounds", .. shown.Select(metric => metric.Label)];

    /// <summary>One row a run; of one that diverged, that.</summary>
    internal static IEnumerable<IReadOnlyList<string>> Rows(ImmutableArray<HeldOutRun> runs,
        IReadOnlyList<RoundMetricInfo> shown) => runs.Select(run => (IReadOnlyList<string>)
    [
        run.Name, Number(run.TrainSamples), Number(run.TestSamples), Number(run.Rounds),
        .. shown.Select((metric, i) => run.Diverged is null ? metric.Format(metric.Read(null, run.Test)) : i == 0
            ? "diverged" : "-"),
    ]);

    /// <summary>The rows of mean and standard deviation over the folds.</summary>
    internal static IEnumerable<IReadOnlyList<string>> Spread(HeldOutResults results,
        IReadOnlyList<RoundMetricInfo> shown) =>
    [
        ["mean", "", "", "", .. shown.Select(metric => metric.Format(metric.Read(null, results.Mean)))],
        ["deviation", "", "", "", .. shown.Select(metric => metric.Format(metric.Read(null, results.Deviation)))],
    ];

    private static void Table(StringBuilder text, IReadOnlyList<string> heads,
        IReadOnlyList<IReadOnlyList<string>> rows)
    {
        int[] widths = [.. heads.Select((head, column) => Math.Max(head.Length, rows.Max(row => row[column].Length)))];
        foreach (IReadOnlyList<string> row in rows.Prepend(heads))
        {
            text.AppendJoin("  ",
                row.Select((cell, column) => column == 0 ? cell.PadRight(widths[0]) : cell.PadLeft(widths[column])))
                .AppendLine();
        }
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
