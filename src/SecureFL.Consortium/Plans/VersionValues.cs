using SecureFL.Learning.Models;
using SecureFL.Learning.Preparation;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;

namespace SecureFL.Consortium.Plans;

/// <summary>
/// The values of a model version as sites fetch them and its digest covers them: the weights that sites train from;
/// where the terms keep a moving average, the average behind them, which is what sites evaluate and keep; and where
/// there is a preparation, its opened totals. One digest over all: a server cannot let one site evaluate another model
/// than the others, or scale by other numbers. In asynchronous training the last value is 1 once all sites have
/// evaluated the version, 0 before: a site contributes once on a digest, and so once to the evaluation of a version and
/// once to a sum of updates.
/// </summary>
internal static class VersionValues
{
    /// <summary>Values of every version under <paramref name="terms"/>.</summary>
    internal static int LengthFor(TrainingTerms terms) =>
        checked(ModelsOf(terms) + PreparationProgress.ValuesOf(terms.Preparation) + MarksOf(terms));

    /// <summary>The values of the version that <paramref name="model"/> is at.</summary>
    internal static float[] Of(TrainingTerms terms, GlobalModel model, PreparationProgress progress) =>
    [
        .. model.Current.Values,
        .. terms.AverageDecay == 0 ? [] : model.Delivered.Values,
        .. progress.ToValues(),
        .. terms.Asynchronous is null ? [] : (float[])[model.IsMeasured ? 1 : 0],
    ];

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
                values.AsSpan(ModelsOf(terms)..^MarksOf(terms)), SitesOf(plan));
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

    private static int ModelsOf(TrainingTerms terms) => terms.AverageDecay == 0 ? terms.Layout.Length
        : checked(2 * terms.Layout.Length);
}
