namespace SecureFL.Learning.ServerOptimizers;

/// <summary>w += lr d: with a rate of 1 plain averaging.</summary>
public sealed class FedAvg : ServerMethod
{
    /// <inheritdoc/>
    public override string Name => "FedAvg";

    /// <inheritdoc/>
    public override string Paper => "McMahan et al. 2017";

    /// <inheritdoc/>
    public override double LearningRate => 1;

    /// <inheritdoc/>
    public override int Moments => 0;

    /// <inheritdoc/>
    public override void Step(ServerStep step)
    {
        double rate = step.Options.LearningRate;
        for (int i = 0; i < step.Weights.Length; i++)
        {
            step.Weights[i] = (float)(step.Weights[i] + (rate * step.MeanUpdate[i]));
        }
    }
}
