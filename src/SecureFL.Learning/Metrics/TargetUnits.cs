using SecureFL.Learning.Data.Datasets;

namespace SecureFL.Learning.Metrics;

/// <summary>
/// How a regression's targets were scaled before training: scaled = (target - <paramref name="Offset"/>) *
/// <paramref name="Factor"/>. Losses stay in the units of training; errors
/// are reported in those of the target.
/// </summary>
/// <param name="Offset">What was taken off, in the target's units.</param>
/// <param name="Factor">What the rest was multiplied by; finite and not 0.</param>
public readonly record struct TargetUnits(double Offset, double Factor)
{
    /// <summary>Targets as they came.</summary>
    public static TargetUnits Same { get; } = new(0, 1);

    /// <summary>The units of targets that were scaled so; of targets as they came for null.</summary>
    public static TargetUnits Of(TargetScaling? scaling) =>
        scaling is null ? Same : new TargetUnits(scaling.Offset, scaling.Factor);

    /// <summary>An error (a difference of targets) of training in the target's units.</summary>
    public double ErrorOf(double scaled) => scaled / Math.Abs(Factor);
}
