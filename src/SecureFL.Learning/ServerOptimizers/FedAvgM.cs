using System.Collections.Immutable;
using System.Numerics.Tensors;

namespace SecureFL.Learning.ServerOptimizers;

/// <summary>m = momentum m + d; w += lr m.</summary>
public sealed class FedAvgM : ServerMethod
{
    /// <inheritdoc/>
    public override string Name => "FedAvgM";

    /// <inheritdoc/>
    public override string Paper => "Hsu, Qi and Brown 2019";

    /// <inheritdoc/>
    public override double LearningRate => 1;

    /// <inheritdoc/>
    public override ImmutableArray<ServerSetting> Settings => [ServerSetting.Momentum];

    /// <inheritdoc/>
    public override int Moments => 1;

    /// <inheritdoc/>
    public override void Step(ServerStep step)
    {
        TensorPrimitives.FusedMultiplyAdd(step.FirstMoment, (float)step.Options[ServerSetting.Momentum],
            step.MeanUpdate, step.FirstMoment);
        TensorPrimitives.FusedMultiplyAdd(step.FirstMoment, (float)step.Options.LearningRate, step.Weights,
            step.Weights);
    }
}
