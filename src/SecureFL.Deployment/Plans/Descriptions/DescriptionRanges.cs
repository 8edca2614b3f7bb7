using System.Collections.Frozen;
using SecureFL.Federated.Rounds;

namespace SecureFL.Deployment.Plans.Descriptions;

/// <summary>
/// The range of every number in a description, by its path: what the reader, the options and the JSON schema go by. A
/// member that is not named here takes every finite number of its type. Thread-safe.
/// </summary>
public static class DescriptionRanges
{
    private static readonly FrozenDictionary<string, NumberRange> Ranges = new Dictionary<string, NumberRange>
    {
        ["asynchronous.arrivals"] = From(1),
        ["asynchronous.evaluateEvery"] = From(1),
        ["asynchronous.maxStaleness"] = From(0),
        ["asynchronous.stalenessExponent"] = From(0),
        ["averageDecay"] = Share,
        ["clips[]"] = new(1.17549435E-38, double.PositiveInfinity),
        ["columns.maxCategories"] = From(1),
        ["columns.minCategoryCount"] = From(1),
        ["data.fixedScaling.factor[]"] = From(0),
        ["data.testFraction"] = Share,
        ["maxWeight"] = Units,
        ["model.builtIn.hidden[]"] = From(1),
        ["model.builtIn.inputs"] = From(1),
        ["model.builtIn.outputs"] = From(1),
        ["model.classes"] = From(0),
        ["model.inputs"] = From(0),
        ["rounds.betweenRoundsSeconds"] = Seconds,
        ["rounds.contributions"] = From(0),
        ["rounds.deadlineSeconds"] = Seconds,
        ["rounds.openingGraceSeconds"] = Seconds,
        ["seed"] = Between(0, TrainingTerms.MaxSeed),
        ["serverOptimizer.beta1"] = Share,
        ["serverOptimizer.beta2"] = Share,
        ["serverOptimizer.learningRate"] = AboveZero,
        ["serverOptimizer.momentum"] = Share,
        ["serverOptimizer.tau"] = AboveZero,
        ["sitesPerRound"] = From(0),
        ["stopping.minimumImprovement"] = From(0),
        ["stopping.patience"] = From(0),
        ["stopping.rounds"] = Between(1, TrainingTerms.MaxRounds),
        ["sum.minClients"] = From(1),
        ["sum.threshold"] = From(1),
        ["training.batchSize"] = From(0),
        ["training.epochs"] = From(0),
        ["training.l2"] = From(0),
        ["training.optimizer.beta1"] = Share,
        ["training.optimizer.beta2"] = Share,
        ["training.optimizer.decay"] = Share,
        ["training.optimizer.epsilon"] = AboveZero,
        ["training.optimizer.learningRate"] = AboveZero,
        ["training.optimizer.momentum"] = Share,
        ["training.optimizer.weightDecay"] = From(0),
        ["training.proximalMu"] = From(0),
        ["training.schedule.decay"] = From(0),
        ["training.schedule.factor"] = Between(0, 1) with { Above = true },
        ["training.schedule.floor"] = Between(0, 1),
        ["training.schedule.rounds"] = From(0),
        ["training.schedule.stepRounds"] = From(1),
        ["training.schedule.warmUpRounds"] = From(0),
        ["training.steps"] = From(0),
        ["weightUnit"] = Units,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Paths whose range is narrower than their type's.</summary>
    public static IEnumerable<string> Paths => Ranges.Keys;

    private static NumberRange AboveZero => From(0) with { Above = true };

    private static NumberRange Share => Between(0, 1) with { Below = true };

    private static NumberRange Seconds => Between(0, RoundPolicy.MostSeconds);

    private static NumberRange Units => Between(FederationOptions.LeastUnit, FederationOptions.MostUnit);

    /// <summary>
    /// The range of the member at <paramref name="path"/>, an array's elements as <c>clips[]</c>; null for a type that
    /// is no number.
    /// </summary>
    public static NumberRange? Of(string path, Type type)
    {
        if (Limits(DescriptionShape.Underlying(type)) is not NumberRange limits)
        {
            return null;
        }

        NumberRange range = Ranges.GetValueOrDefault(path, limits);
        return range.Ends ? range : range with { Most = limits.Most };
    }

    private static NumberRange From(double least) => new(least, double.PositiveInfinity);

    private static NumberRange Between(double least, double most) => new(least, most) { Ends = true };

    private static NumberRange? Limits(Type type) =>
        type == typeof(double) ? new(double.MinValue, double.MaxValue)
        : type == typeof(float) ? new(float.MinValue, float.MaxValue)
        : type == typeof(int) ? new(int.MinValue, int.MaxValue)
        : type == typeof(long) ? new(long.MinValue, long.MaxValue)
        : type == typeof(ulong) ? new(0, ulong.MaxValue)
        : null;
}
