using SecureFL.Learning.Data.Scaling;
using SecureFL.Learning.Data.Schemas;
using SecureFL.Learning.Settings;

namespace SecureFL.Consortium.Plans;

/// <summary>How sites turn their rows into features and labels, so that all of them mean the same.</summary>
public sealed record DataTerms
{
    /// <summary>The columns, categories and label; null for arrays (.npz, .npy), which have no columns.</summary>
    public TableSchema? Schema { get; init; }

    /// <summary>The scaling.</summary>
    public ScalingKind Scaling { get; init; } = ScalingKind.Federated;

    /// <summary>The numbers of <see cref="ScalingKind.Fixed"/>, null otherwise.</summary>
    public FeatureScaling? FixedScaling { get; init; }

    /// <summary>
    /// The share of a site's rows that it tests on and does not train on, where it has no test file of its own; of each
    /// class alike, in [0, 1).
    /// </summary>
    [Within(0, 1, Below = true)]
    public double TestFraction { get; init; } = 0.2;

    /// <summary>Refuses terms that contradict themselves or the model.</summary>
    /// <exception cref="ArgumentException">Names the rule that was broken.</exception>
    public void Check(ModelTerms model)
    {
        ArgumentNullException.ThrowIfNull(model);
        WithinAttribute.Check(this);
        if (Schema is TableSchema schema)
        {
            schema.Check();
            if (schema.Width != model.Inputs || schema.Label.Task != model.Task
                || schema.Label.ClassCount != model.Classes)
            {
                throw new ArgumentException(
                    $"the schema has {schema.Width} features and a {schema.Label.Task} label of "
                    + $"{schema.Label.ClassCount} classes, the model {model.Inputs}, {model.Task} and {model.Classes}");
            }
        }

        bool whole = FixedScaling is null
            || (!FixedScaling.Offset.IsDefault && !FixedScaling.Factor.IsDefault && !FixedScaling.Imputed.IsDefault
                && FixedScaling.Offset.Length == model.Inputs
                && FixedScaling.Factor.Length == model.Inputs && FixedScaling.Imputed.Length == model.Inputs);
        if (!whole || (Scaling == ScalingKind.Fixed) != (FixedScaling is not null))
        {
            throw new ArgumentException(
                $"fixedScaling has {model.Inputs} numbers of each kind exactly where scaling is fixed");
        }
    }
}
