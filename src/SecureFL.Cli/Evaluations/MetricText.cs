using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using SecureFL.Cli.Shell;

namespace SecureFL.Cli.Evaluations;

/// <summary>Metrics as people read them, and the option that evaluations have.</summary>
internal static class MetricText
{
    internal static Option<double> ThresholdOption() => new("--threshold-at")
    {
        Description =
            "the probability above which a row of a binary task is taken for class 1, where sensitivity, "
            + "specificity and the confusion matrix are told",
        HelpName = "SHARE",
        DefaultValueFactory = _ => 0.5,
    };

    /// <summary>The option's value, checked.</summary>
    /// <exception cref="CliException">Not between 0 and 1.</exception>
    internal static double Threshold(double value) => value is > 0 and < 1
        ? value
        : throw new CliException(ExitCode.Usage,
            string.Create(CultureInfo.InvariantCulture, $"--threshold-at {value}: a probability lies between 0 and 1"),
            "for example --threshold-at 0.1");

    internal static string Share(double? value) => value?.ToString("P1", CultureInfo.InvariantCulture) ?? "-";

    internal static string Number(double? value) => value is not double number ? "-"
        : number.ToString(Math.Abs(number) is >= 1000 or < 0.01 and > 0 ? "G5" : "F4", CultureInfo.InvariantCulture);

    /// <summary>An AUC with its bound: the exact one lies within.</summary>
    internal static string Auc(double? value, double? bound) => value is not double auc ? "-"
        : bound is > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{auc:F4} ± {Bound(bound.Value)}")
            : auc.ToString("F4", CultureInfo.InvariantCulture);

    // Rounded up: a bound that is printed too small is none.
    private static string Bound(double bound) =>
        (Math.Ceiling(bound * 1e4) / 1e4).ToString("0.0000", CultureInfo.InvariantCulture);
}
