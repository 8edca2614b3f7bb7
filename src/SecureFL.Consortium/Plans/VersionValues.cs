using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Consortium.Plans;

/// <summary>
/// The values of a model version as sites fetch them and its digest covers them: the weights that sites train from;
/// where the terms keep a moving average, the average behind them, which is what sites evaluate and keep; the moments
/// that the method of the server's optimiser keeps, the first before the second; and where there is a preparation, its
/// opened totals. One digest over all that the next step depends on: a server cannot let one site evaluate another
/// model than the others, or scale by other numbers, and whoever has a version's values and the next sum knows the next
/// version. In asynchronous training the last value is 1 once all sites have evaluated the version, 0 before: a site
/// contributes once on a digest, and so once to the evaluation of a version and once to a sum of updates.
/// </summary>
internal static class VersionValues
{
    /// <summary>What a checkpoint is marked with (<see cref="TrainingCheckpoint.RunDigest"/>) that knows all rounds so
    /// far.</summary>
    internal const string WholeRun = "deployment";

    /// <summary>What a checkpoint is marked with that was made of a version's values.</summary>
    internal const string ValuesAlone = "deployment, from the values of a version";

    /// <summary>What such a checkpoint is marked with once training is said to have ended by metrics: nothing comes
    /// after it.</summary>
    internal const string EndedUnseen = "deployment, ended by metrics that were not seen";

    private const string MetricsUnknown = "measured before the course began at this version's values";

    /// <summary>Values of every version under <paramref name="terms"/>.</summary>
    internal static int LengthFor(TrainingTerms terms) =>
        checked(VectorsOf(terms) + PreparationProgress.ValuesOf(terms.Preparation) + MarksOf(terms));

    /// <summary>The values of the version that <paramref name="model"/> is at.</summary>
    internal static float[] Of(TrainingTerms terms, GlobalModel model, PreparationProgress progress)
    {
        float[] values =
        [
            .. model.Current.Values,
            .. terms.AverageDecay == 0 ? [] : model.Delivered.Values,
            .. model.FirstMoment,
            .. model.SecondMoment,
            .. progress.ToValues(),
            .. terms.Asynchronous is null ? [] : (float[])[model.IsMeasured ? 1 : 0],
        ];

        // A model that diverged: which of the many NaNs arithmetic gives depends on the processor.
        foreach (ref float value in values.AsSpan())
        {
            value = float.IsNaN(value) ? float.NaN : value;
        }

        return values;
    }

    /// <summary>
    /// The state to go on from that a version's values tell. They tell nothing of former rounds: of each there is an
    /// empty record.
    /// </summary>
    /// <param name="terms">The terms.</param>
    /// <param name="plan">The plan that carries them.</param>
    /// <param name="version">Model updates behind the version.</param>
    /// <param name="values">Its values, as its digest covers them.</param>
    /// <exception cref="ArgumentException">Another number of values, or a version that the terms do not
    /// have.</exception>
    /// <exception cref="ProtocolViolationException">Totals that no rows have.</exception>
    internal static TrainingCheckpoint CheckpointOf(TrainingTerms terms, AggregationPlan plan, int version,
        float[] values)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version, terms.Stopping.Rounds);
        if (values.Length != LengthFor(terms))
        {
            throw new ArgumentException(
                $"{values.Length} values of model version {version}, the terms make {LengthFor(terms)}",
                nameof(values));
        }

        PreparationProgress progress = Progress(terms, plan, values);
        RoundRecord[] history = [.. Enumerable.Range(1, version)
            .Select(round => new RoundRecord { Round = round, Contributors = [] })];
        if (version > 0 && IsMeasured(terms, values))
        {
            history[^1] = history[^1] with { MetricsRefused = MetricsUnknown };
        }

        int length = terms.Layout.Length;
        int moments = terms.ServerOptimizer.Method.Moments;
        return new TrainingCheckpoint
        {
            RunDigest = version == 0 ? WholeRun : ValuesAlone,
            Version = version,
            Weights = values[..length],
            Average = terms.AverageDecay == 0 ? [] : values[length..ModelsOf(terms)],
            FirstMoment = moments > 0 ? Moment(0) : [],
            SecondMoment = moments > 1 ? Moment(1) : [],
            WeightUnit = terms.UnitFrom(progress.State) ?? 1,
            Preparation = progress.Totals,
            History = [.. history],
        };

        float[] Moment(int index) => values.AsSpan(ModelsOf(terms) + (index * length), length).ToArray();
    }

    /// <summary>The weights that sites train from.</summary>
    internal static ModelParameters Trained(TrainingTerms terms, float[] values) =>
        new(terms.Layout, values[..terms.Layout.Length]);

    /// <summary>The weights that sites evaluate, and that are delivered at the end.</summary>
    internal static ModelParameters Delivered(TrainingTerms terms, float[] values) =>
        new(terms.Layout, values[(ModelsOf(terms) - terms.Layout.Length)..ModelsOf(terms)]);

    /// <summary>How far the preparation has come.</summary>
    /// <exception cref="ProtocolViolationException">Totals that no rows have.</exception>
    internal static PreparationProgress Progress(TrainingTerms terms, AggregationPlan plan, float[] values)
    {
        try
        {
            return PreparationProgress.FromValues(terms.Preparation,
                values.AsSpan(VectorsOf(terms)..^MarksOf(terms)), SitesOf(plan));
        }
        catch (ArgumentException fault)
        {
            throw new ProtocolViolationException(ViolationCode.OutOfRange, Party.Server, "totals that rows can have",
                fault.Message);
        }
    }

    /// <summary>Asynchronous training: whether all sites have evaluated the version.</summary>
    internal static bool IsMeasured(TrainingTerms terms, float[] values) => MarksOf(terms) == 1 && values[^1] == 1;

    /// <summary>How many sites can be in an opened sum, for those who do not know its contributors.</summary>
    internal static SitesInSum SitesOf(AggregationPlan plan) =>
        new(Math.Max(1, plan.Settings.MinClients), plan.Enrolment.Clients.Count);

    private static int MarksOf(TrainingTerms terms) => terms.Asynchronous is null ? 0 : 1;

    // The models, and the moments of the same length.
    private static int VectorsOf(TrainingTerms terms) =>
        checked(ModelsOf(terms) + (terms.ServerOptimizer.Method.Moments * terms.Layout.Length));

    private static int ModelsOf(TrainingTerms terms) => terms.AverageDecay == 0 ? terms.Layout.Length
        : checked(2 * terms.Layout.Length);
}
