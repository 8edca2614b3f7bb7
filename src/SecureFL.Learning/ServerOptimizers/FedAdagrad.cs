using System.Collections.Immutable;

namespace SecureFL.Learning.ServerOptimizers;

/// <summary>v += d^2.</summary>
public sealed class FedAdagrad : AdaptiveMethod
{
    /// <inheritdoc/>
    public override string Name => "FedAdagrad";

    /// <inheritdoc/>
    public override ImmutableArray<ServerSetting> Settings =>
        [ServerSetting.Beta1, ServerSetting.Tau, ServerSetting.BiasCorrection];

    private protected override bool Decays => false;

    private protected override double Second(double v, double square, double beta2) =>
        v + square;
}
