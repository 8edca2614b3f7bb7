using SecureFL.Federated.Models;
using SecureFL.Federated.Rounds;

namespace SecureFL.Deployment.Plans;

/// <summary>
/// The values of a model version as sites fetch them and its digest covers them: the weights that sites train from and, where the terms keep a moving average, the average behind
/// them, which is what sites evaluate and keep. One digest over both: a server cannot let one site evaluate another model than the others.
/// </summary>
internal static class VersionValues
{
    /// <summary>Values of every version under <paramref name="terms"/>.</summary>
    internal static int LengthFor(TrainingTerms terms) => terms.AverageDecay == 0 ? terms.Layout.Length : checked(2 * terms.Layout.Length);

    /// <summary>The values of the version that <paramref name="model"/> is at.</summary>
    internal static float[] Of(TrainingTerms terms, GlobalModel model) =>
        terms.AverageDecay == 0 ? model.Current.Values : [.. model.Current.Values, .. model.Delivered.Values];

    /// <summary>The weights that sites train from.</summary>
    internal static ModelParameters Trained(TrainingTerms terms, float[] values) =>
        new(terms.Layout, terms.AverageDecay == 0 ? values : values[..terms.Layout.Length]);

    /// <summary>The weights that sites evaluate, and that are delivered at the end.</summary>
    internal static ModelParameters Delivered(TrainingTerms terms, float[] values) =>
        new(terms.Layout, terms.AverageDecay == 0 ? values : values[terms.Layout.Length..]);
}
