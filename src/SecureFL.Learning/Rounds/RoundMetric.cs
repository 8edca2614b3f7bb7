using System.Collections.Immutable;
using System.Globalization;
using SecureFL.Learning.Data;
using SecureFL.Learning.Metrics;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// A quantity that is known of each round's model, and that stopping rules may look at. On test rows unless its name
/// says otherwise.
/// </summary>
public enum RoundMetric
{
    /// <summary>Accuracy.</summary>
    TestAccuracy,

    /// <summary>AUC; for several classes the mean over them.</summary>
    TestAuc,

    /// <summary>F1 of class 1 at one half; for several classes the mean over them.</summary>
    TestF1,

    /// <summary>Share of class 1 that is found at one half.</summary>
    TestSensitivity,

    /// <summary>Share of class 0 that is left alone at one half.</summary>
    TestSpecificity,

    /// <summary>Brier score; less is better.</summary>
    TestBrier,

    /// <summary>R squared.</summary>
    TestR2,

    /// <summary>Root of the mean squared error in the target's units; less is better.</summary>
    TestRmse,

    /// <summary>Mean absolute error in the target's units; less is better.</summary>
    TestMae,

    /// <summary>Mean loss; less is better.</summary>
    TestLoss,

    /// <summary>Mean loss on the sites' training rows; less is better.</summary>
    TrainLoss,

    /// <summary>Accuracy on the sites' training rows.</summary>
    TrainAccuracy,

    /// <summary>R squared on the sites' training rows.</summary>
    TrainR2,
}

/// <summary>
/// What a metric is called and which way is better: the one table that tables, files, options and logs take their
/// metrics from.
/// </summary>
/// <param name="Metric">The metric.</param>
/// <param name="Name">Its name on a command line, for example <c>auc</c>.</param>
/// <param name="Key">Its name in JSON and in a server's status, for example <c>testAuc</c>.</param>
/// <param name="Label">Its name for people.</param>
/// <param name="LessIsBetter">Whether smaller values are better ones.</param>
/// <param name="IsShare">Whether it is best read as per cent.</param>
public sealed record RoundMetricInfo(RoundMetric Metric, string Name, string Key, string Label,
    bool LessIsBetter = false, bool IsShare = false)
{
    private static readonly ImmutableArray<RoundMetric> OfClasses =
        [RoundMetric.TestAccuracy, RoundMetric.TestAuc, RoundMetric.TestF1, RoundMetric.TestBrier, RoundMetric.TestLoss,
            RoundMetric.TrainLoss, RoundMetric.TrainAccuracy];

    private static readonly ImmutableArray<RoundMetric> OfRegression =
        [RoundMetric.TestR2, RoundMetric.TestRmse, RoundMetric.TestMae, RoundMetric.TestLoss, RoundMetric.TrainLoss,
            RoundMetric.TrainR2];

    /// <summary>Every metric, in the order of <see cref="RoundMetric"/>.</summary>
    public static ImmutableArray<RoundMetricInfo> All { get; } =
    [
        new(RoundMetric.TestAccuracy, "accuracy", "testAccuracy", "test accuracy", IsShare: true),
        new(RoundMetric.TestAuc, "auc", "testAuc", "test AUC"),
        new(RoundMetric.TestF1, "f1", "testF1", "test F1"),
        new(RoundMetric.TestSensitivity, "sensitivity", "testSensitivity", "test sensitivity", IsShare: true),
        new(RoundMetric.TestSpecificity, "specificity", "testSpecificity", "test specificity", IsShare: true),
        new(RoundMetric.TestBrier, "brier", "testBrier", "test Brier score", LessIsBetter: true),
        new(RoundMetric.TestR2, "r2", "testR2", "test R²"),
        new(RoundMetric.TestRmse, "rmse", "testRmse", "test RMSE", LessIsBetter: true),
        new(RoundMetric.TestMae, "mae", "testMae", "test MAE", LessIsBetter: true),
        new(RoundMetric.TestLoss, "loss", "testLoss", "test loss", LessIsBetter: true),
        new(RoundMetric.TrainLoss, "train-loss", "trainLoss", "train loss", LessIsBetter: true),
        new(RoundMetric.TrainAccuracy, "train-accuracy", "trainAccuracy", "train accuracy", IsShare: true),
        new(RoundMetric.TrainR2, "train-r2", "trainR2", "train R²"),
    ];

    /// <summary>Names of numbers beside the metrics in JSON and in a server's status.</summary>
    public const string AucBoundKey = "testAucBound";

    /// <summary>1 where the model has diverged.</summary>
    public const string DivergedKey = "diverged";

    /// <summary>The entry of a metric.</summary>
    public static RoundMetricInfo Of(RoundMetric metric) => All[(int)metric];

    /// <summary>The metric that a task is judged by unless somebody says otherwise: accuracy, or R squared.</summary>
    public static RoundMetric MainOf(LearningTask task) => task == LearningTask.Regression ? RoundMetric.TestR2
        : RoundMetric.TestAccuracy;

    /// <summary>The metrics that exist under a layout, in the order of <see cref="All"/>.</summary>
    public static IEnumerable<RoundMetricInfo> For(MetricLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return All.Where(info => Exists(info.Metric, layout));
    }

    /// <summary>The metrics that a table of rounds has room for.</summary>
    public static IEnumerable<RoundMetricInfo> ShownFor(MetricLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        RoundMetric[] shown = layout.Task == LearningTask.Regression
            ? [RoundMetric.TrainLoss, RoundMetric.TestR2, RoundMetric.TestRmse, RoundMetric.TestMae]
            : [RoundMetric.TrainLoss, RoundMetric.TestAccuracy, RoundMetric.TestAuc];
        return shown.Where(metric => Exists(metric, layout)).Select(Of);
    }

    /// <summary>Whether it follows from each row's outputs alone, and not from sums of losses and right rows.</summary>
    public bool NeedsEveryRow => Metric is RoundMetric.TestAuc or RoundMetric.TestF1 or RoundMetric.TestSensitivity
        or RoundMetric.TestSpecificity
        or RoundMetric.TestBrier or RoundMetric.TestMae;

    /// <summary>Whether evaluations under <paramref name="layout"/> know <paramref name="metric"/>.</summary>
    public static bool Exists(RoundMetric metric, MetricLayout layout)
    {
        ArgumentNullException.ThrowIfNull(layout);
        return metric switch
        {
            RoundMetric.TestSensitivity or RoundMetric.TestSpecificity => layout.Task == LearningTask.Binary,
            RoundMetric.TestAuc or RoundMetric.TestF1 => layout.HasScores,
            _ => (layout.Task == LearningTask.Regression ? OfRegression : OfClasses).Contains(metric),
        };
    }

    /// <summary>The metric's value for a round's model; null while or where it is unknown.</summary>
    public double? Read(RoundRecord record)
    {
        ArgumentNullException.ThrowIfNull(record);
        return Read(record.Train, record.Test);
    }

    /// <summary>The metric's value in summaries of training and test rows; null where it is unknown.</summary>
    public double? Read(MetricSummary? train, MetricSummary? test) => Metric switch
    {
        RoundMetric.TestAccuracy => test?.Accuracy,
        RoundMetric.TestAuc => test?.Auc,
        RoundMetric.TestF1 => test?.F1,
        RoundMetric.TestSensitivity => test?.Sensitivity,
        RoundMetric.TestSpecificity => test?.Specificity,
        RoundMetric.TestBrier => test?.Brier,
        RoundMetric.TestR2 => test?.R2,
        RoundMetric.TestRmse => test?.Rmse,
        RoundMetric.TestMae => test?.Mae,
        RoundMetric.TestLoss => test?.Loss,
        RoundMetric.TrainLoss => train?.Loss,
        RoundMetric.TrainAccuracy => train?.Accuracy,
        RoundMetric.TrainR2 => train?.R2,
        _ => throw new InvalidOperationException($"{Metric} has no value"),
    };

    /// <summary>
    /// Whether <paramref name="value"/> is better than <paramref name="other"/> by more than <paramref name="margin"/>.
    /// </summary>
    public bool IsBetter(double value, double other, double margin = 0) => LessIsBetter ? value < other - margin
        : value > other + margin;

    /// <summary>
    /// A value as people read it: per cent for shares, else four decimals, or six digits for large and small numbers.
    /// </summary>
    public string Format(double? value) => value is not double number ? "-"
        : IsShare ? number.ToString("P1", CultureInfo.InvariantCulture)
        : number.ToString(Math.Abs(number) is >= 1000 or < 0.01 and > 0 ? "G5" : "F4", CultureInfo.InvariantCulture);

    /// <summary>The metrics that a status or a record holds by <see cref="Key"/>, in one line for people.</summary>
    public static string Line(IReadOnlyDictionary<string, double> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        IEnumerable<string> parts = All.Where(info => values.ContainsKey(info.Key))
            .OrderBy(info => info.Metric != RoundMetric.TrainLoss).Select(info =>
            $"{info.Label} {info.Format(values[info.Key])}"
            + (info.Metric == RoundMetric.TestAuc && values.TryGetValue(AucBoundKey, out double bound)
                ? $" ± {bound.ToString("0.0###", CultureInfo.InvariantCulture)}" : ""));
        return (values.ContainsKey(DivergedKey) ? "DIVERGED: losses are no numbers; " : "") + string.Join(", ", parts);
    }

    /// <summary>A round's metrics by <see cref="Key"/>, those that are known and finite.</summary>
    public static Dictionary<string, double> Values(MetricSummary? train, MetricSummary? test)
    {
        IEnumerable<(string Key, double? Value)> all =
        [
            .. All.Select(info => (info.Key, info.Read(train, test))),
            (AucBoundKey, test?.AucBound),
            ("testSamples", test is { Samples: > 0 } ? test.Samples : null),
            (DivergedKey, train is { Diverged: true } || test is { Diverged: true } ? 1 : null),
        ];
        return all.Where(pair => pair.Value is double value && double.IsFinite(value))
            .ToDictionary(pair => pair.Key, pair => pair.Value!.Value);
    }
}
