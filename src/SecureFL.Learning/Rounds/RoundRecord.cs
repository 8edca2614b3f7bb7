using System.Collections.Immutable;
using System.Text.Json.Serialization;
using SecureFL.Learning.Metrics;

namespace SecureFL.Learning.Rounds;

/// <summary>
/// One round. Metrics describe the model after it; they are summed with the next round's contributions (each site
/// evaluates the model it receives), which is why the newest record has none yet.
/// </summary>
public sealed record RoundRecord
{
    /// <summary>The round, from 1.</summary>
    public required int Round { get; init; }

    /// <summary>The sites in the sum.</summary>
    public required ImmutableArray<string> Contributors { get; init; }

    /// <summary>
    /// Sites chosen but not in time or whose trainer failed (synchronous), or results too stale to use (asynchronous).
    /// </summary>
    public ImmutableArray<string> LeftBehind { get; init; } = [];

    /// <summary>Elements that sites clipped, all together.</summary>
    public long ClippedElements { get; init; }

    /// <summary>
    /// Elements of the mean update that were beyond the clip, and were set to it (<see
    /// cref="RoundReading.BeyondClip"/>).
    /// </summary>
    public long BeyondClip { get; init; }

    /// <summary>Clipped elements' share of all elements of all updates; null where nothing is clipped.</summary>
    public double? ClippedShare { get; init; }

    /// <summary>
    /// The tensor with the largest clipped share; null where nothing is clipped, and where the sites' updates are not
    /// in one process.
    /// </summary>
    public ClippedTensor? MostClipped { get; init; }

    /// <summary>
    /// The tensor whose quantisation is coarsest beside its mean update, of those where that could matter; null where
    /// there is none.
    /// </summary>
    public QuantisationGrain? Coarsest { get; init; }

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

    /// <summary>
    /// Metrics on the sites' training rows: loss, accuracy or R squared alone. Null while they are not known.
    /// </summary>
    public MetricSummary? Train { get; init; }

    /// <summary>Metrics on the sites' test rows. Null while they are not known.</summary>
    public MetricSummary? Test { get; init; }

    /// <summary>
    /// Why the counters that were summed for the metrics are those of no rows, so that nobody knows the metrics; null
    /// where they were not refused.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MetricsRefused { get; init; }

    /// <summary>Mean unregularised loss over training rows.</summary>
    [JsonIgnore]
    public double? TrainLoss => Train?.Loss;

    /// <summary>Accuracy over test rows.</summary>
    [JsonIgnore]
    public double? TestAccuracy => Test?.Accuracy;

    internal RoundRecord WithMetrics(EvaluationCounts train, EvaluationCounts test, TargetUnits units) =>
        this with { Train = MetricSummary.Of(train, units), Test = MetricSummary.Of(test, units) };
}
