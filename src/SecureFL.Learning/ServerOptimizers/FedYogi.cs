namespace SecureFL.Learning.ServerOptimizers;

/// <summary>v -= (1 - beta2) d^2 sign(v - d^2).</summary>
public sealed class FedYogi : AdaptiveMethod
{
    /// <inheritdoc/>
    public override string Name => "FedYogi";

    private protected override double Second(double v, double square, double beta2) =>
        v - ((1 - beta2) * square * Math.Sign(v - square));
}
