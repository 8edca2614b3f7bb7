using System.Globalization;
using SecureFL.Cli.Shell;
using SecureFL.Learning.Metrics;
using SecureFL.Learning.Rounds;

namespace SecureFL.Cli.Runs;

/// <summary>
/// The metric that <c>--target</c> and <c>--patience</c> look at: one that the task has, and that can be measured.
/// </summary>
internal static class StoppingMetric
{
    /// <summary>Refuses rules that look at what cannot be seen.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="layout">What evaluations count.</param>
    /// <param name="hasTestRows">Whether some site has test rows.</param>
    /// <param name="everyRow">Whether each row's outputs are seen; an external trainer tells losses and right rows
    /// alone.</param>
    /// <param name="validated">Whether rows are held out by runs of their own, so that the delivered model has no test
    /// rows.</param>
    /// <exception cref="CliException">The task does not have the metric, or it can never be measured, or the target is
    /// none of its values.</exception>
    internal static void Check(StoppingRules rules, MetricLayout layout, bool hasTestRows, bool everyRow = true,
        bool validated = false)
    {
        RoundMetricInfo metric = RoundMetricInfo.Of(rules.Metric);
        if (!RoundMetricInfo.Exists(metric.Metric, layout))
        {
            throw new CliException(
                ExitCode.Usage,
                $"--metric {metric.Name}: there is none for this label",
                $"here there are {string.Join(", ", RoundMetricInfo.For(layout).Select(info => info.Name))}");
        }

        if (!everyRow && metric.NeedsEveryRow)
        {
            throw new CliException(
                ExitCode.Usage,
                $"--metric {metric.Name}: an external trainer tells losses and right rows alone",
                "use accuracy, loss, r2, rmse or their like on training rows");
        }

        bool used = rules.Target is not null || rules.Patience > 0;
        if (used && !hasTestRows && metric.Key.StartsWith("test", StringComparison.Ordinal))
        {
            throw new CliException(
                ExitCode.Usage,
                $"--target and --patience look at {metric.Label}, and there are no test rows",
                validated
                    ? "with --cross-validate or --leave-one-site-out, whose rows held out must not say when to "
                    + "stop: --metric train-loss"
                    : "give --test-fraction 0.2 or --test FILE, or --metric train-loss");
        }

        bool share = metric.Metric is not (RoundMetric.TestR2 or RoundMetric.TrainR2 or RoundMetric.TestLoss
            or RoundMetric.TrainLoss or RoundMetric.TestRmse or RoundMetric.TestMae);
        if (rules.Target is double target && !(double.IsFinite(target) && (!share || target is >= 0 and <= 1)))
        {
            throw new CliException(
                ExitCode.Usage,
                string.Create(CultureInfo.InvariantCulture,
                    $"--target {target}: {metric.Name} {(share ? "lies between 0 and 1" : "is a finite number")}"),
                "for example --metric accuracy --target 0.9");
        }
    }
}
