using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Models;

namespace SecureFL.Learning.Exports;

/// <summary>
/// Whether a model's numbers are so large that what it says is no number: each is finite, their sums are not.
/// Thread-safe.
/// </summary>
public static class ModelBounds
{
    /// <summary>
    /// What is beyond single precision, for people: a scaling, or an output for a row whose scaled features are within
    /// -1 and 1; null where nothing is, and for a model without an architecture.
    /// </summary>
    /// <param name="bundle">The model.</param>
    /// <param name="scaling">The scaling of its features; null for none.</param>
    public static string? FaultOf(ModelBundle bundle, FeatureScaling? scaling)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        if (bundle.Spec is not ModelSpec spec)
        {
            return null;
        }

        IReadOnlyList<string> names = FeatureNames.Of(bundle, spec.Inputs);
        for (int f = 0; f < (scaling?.Width ?? 0); f++)
        {
            double shift = scaling!.Offset[f] * scaling.Factor[f];
            if (!(Math.Abs(scaling.Factor[f]) <= float.MaxValue) || !(Math.Abs(shift) <= float.MaxValue))
            {
                return FormattableString.Invariant(
                    $"the scaling of {names[f]}, factor {scaling.Factor[f]:G4} and offset {scaling.Offset[f]:G4}, is ")
                    + "beyond all numbers that the model computes with";
            }
        }

        double largest = 1;
        for (int layer = 0; layer <= spec.Hidden.Length; layer++)
        {
            largest = Largest(bundle.Parameters, layer, largest);
            if (!(largest <= float.MaxValue))
            {
                return FormattableString.Invariant(
                    $"layer {layer + 1} of the model adds up to {largest:G4}, beyond all numbers it computes with");
            }

            largest = layer < spec.Hidden.Length && spec.Activation == Activation.Tanh ? 1 : largest;
        }

        return bundle.Targets is { } targets && !double.IsFinite(largest / targets.Factor)
            ? FormattableString.Invariant($"the target's scaling, factor {targets.Factor:G4}, leads beyond all numbers")
            : null;
    }

    // Of inputs up to `inputs` in magnitude.
    private static double Largest(ModelParameters parameters, int layer, double inputs)
    {
        TensorSlot weight = parameters.Layout.Tensors[2 * layer];
        TensorSlot bias = parameters.Layout.Tensors[(2 * layer) + 1];
        int width = weight.Length / bias.Length;
        double largest = 0;
        for (int output = 0; output < bias.Length; output++)
        {
            double sum = Math.Abs((double)parameters.Values[bias.Offset + output]);
            foreach (float value in parameters.Values.AsSpan(weight.Offset + (output * width), width))
            {
                sum += Math.Abs((double)value) * inputs;
            }

            // NaN where a weight is none.
            largest = sum > largest || double.IsNaN(sum) ? sum : largest;
        }

        return largest;
    }
}
