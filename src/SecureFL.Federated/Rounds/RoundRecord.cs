using System.Collections.Immutable;
using SecureFL.Federated.Models;

namespace SecureFL.Federated.Rounds;

/// <summary>
/// One round. Metrics describe the model after it; they are summed with the next round's contributions (each site evaluates the model it receives), which is
/// why the newest record has none yet.
/// </summary>
public sealed record RoundRecord
{
    /// <summary>The round, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>The sites in the sum.</summary>
    public required ImmutableArray<string> Contributors { get; init; }

    /// <summary>Sites chosen but not in time (synchronous), or results too stale to use (asynchronous).</summary>
    public ImmutableArray<string> LeftBehind { get; init; } = [];

    /// <summary>Elements that sites clipped, all together.</summary>
    public long ClippedElements { get; init; }

    /// <summary>Euclidean length of the mean update.</summary>
    public double UpdateNorm { get; init; }

    /// <summary>Mean age of the updates in model versions; 0 for synchronous rounds.</summary>
    public double MeanStaleness { get; init; }

    /// <summary>Simulated time at the end of the round; 0 without a simulated clock.</summary>
    public double SimulatedSeconds { get; init; }

    /// <summary>Seconds of local training and evaluation, all sites together; 0 without a clock.</summary>
    public double SecondsTrain { get; init; }

    /// <summary>What the sum cost.</summary>
    public SumCosts Costs { get; init; } = new();

    /// <summary>Whether the opened sum equalled the plaintext one; null when nobody compared.</summary>
    public bool? SumIsExact { get; init; }

    /// <summary>Rows behind <see cref="TestLoss"/> and its like.</summary>
    public long TestSamples { get; init; }

    /// <summary>Mean unregularised loss over training rows.</summary>
    public double? TrainLoss { get; init; }

    /// <summary>Accuracy over training rows.</summary>
    public double? TrainAccuracy { get; init; }

    /// <summary>Mean loss over test rows.</summary>
    public double? TestLoss { get; init; }

    /// <summary>Accuracy over test rows.</summary>
    public double? TestAccuracy { get; init; }

    /// <summary>AUC over test rows, from score histograms.</summary>
    public double? TestAuc { get; init; }

    /// <summary>The value of <paramref name="metric"/>, null while unknown.</summary>
    public double? Value(RoundMetric metric) => metric switch
    {
        RoundMetric.TestAccuracy => TestAccuracy,
        RoundMetric.TestAuc => TestAuc,
        RoundMetric.TestLoss => TestLoss,
        _ => TrainLoss,
    };

    internal RoundRecord WithMetrics(EvaluationCounts train, EvaluationCounts test) => this with
    {
        TrainLoss = train.MeanLoss,
        TrainAccuracy = train.Accuracy,
        TestSamples = test.Samples,
        TestLoss = test.MeanLoss,
        TestAccuracy = test.Accuracy,
        TestAuc = test.Auc?.Value,
    };
}
