namespace SecureFL.Learning.ServerOptimizers;

/// <summary>v = beta2 v + (1 - beta2) d^2.</summary>
public sealed class FedAdam : AdaptiveMethod
{
    /// <inheritdoc/>
    public override string Name => "FedAdam";

    private protected override double Second(double v, double square, double beta2) =>
        (beta2 * v) + ((1 - beta2) * square);
}
