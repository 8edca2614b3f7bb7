namespace SecureFL.Learning.Data.Datasets;

/// <summary>
/// How a regression's targets are scaled before training, and its predictions back: scaled = (target - offset) *
/// factor. Immutable and thread-safe.
/// </summary>
/// <param name="Offset">What is subtracted: the mean of all sites' targets, in the target's units.</param>
/// <param name="Factor">What the difference is multiplied with, the inverse of their deviation; above 0 and
/// finite.</param>
public sealed record TargetScaling(double Offset, double Factor)
{
    /// <summary>A target as the model is trained on it.</summary>
    public double Scale(double target) => (target - Offset) * Factor;

    /// <summary>What the model says, in the target's units.</summary>
    public double Unscale(double output) => (output / Factor) + Offset;

    /// <summary>Refuses numbers that no scaling has.</summary>
    /// <exception cref="ArgumentException">An offset or factor out of range.</exception>
    public void Check()
    {
        if (!double.IsFinite(Offset) || !(Factor > 0) || !double.IsFinite(Factor))
        {
            throw new ArgumentException(
                $"a target scaling with offset {Offset} and factor {Factor}: finite, and the factor above 0");
        }
    }
}
