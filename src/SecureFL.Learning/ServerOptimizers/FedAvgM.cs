using System.Collections.Immutable;

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
        double rate = step.Options.LearningRate;
        double momentum = step.Options[ServerSetting.Momentum];
        for (int i = 0; i < step.Weights.Length; i++)
        {
            float m = (float)((momentum * step.FirstMoment[i]) + step.MeanUpdate[i]);
            step.FirstMoment[i] = m;
            step.Weights[i] = (float)(step.Weights[i] + (rate * m));
        }
    }
}
