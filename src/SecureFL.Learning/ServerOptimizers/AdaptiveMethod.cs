using System.Collections.Immutable;

namespace SecureFL.Learning.ServerOptimizers;

/// <summary>
/// The adaptive methods of Reddi et al. 2021, algorithm 2: m = beta1 m + (1 - beta1) d; w += lr m / (sqrt(v) + tau).
/// They differ in the second moment v.
/// </summary>
public abstract class AdaptiveMethod : ServerMethod
{
    /// <inheritdoc/>
    public override string Paper => "Reddi et al. 2021";

    /// <inheritdoc/>
    public override double LearningRate => 0.01;

    /// <inheritdoc/>
    public override ImmutableArray<ServerSetting> Settings =>
        [ServerSetting.Beta1, ServerSetting.Beta2, ServerSetting.Tau, ServerSetting.BiasCorrection];

    /// <inheritdoc/>
    public override int Moments => 2;

    /// <summary>Whether the second moment decays by beta2.</summary>
    private protected virtual bool Decays => true;

    /// <inheritdoc/>
    public override void Step(ServerStep step)
    {
        double rate = step.Options.LearningRate;
        double beta1 = step.Options[ServerSetting.Beta1];
        double beta2 = step.Options[ServerSetting.Beta2];
        double tau = step.Options[ServerSetting.Tau];
        bool corrected = step.Options[ServerSetting.BiasCorrection] != 0;
        double first = corrected ? 1 - WholePower.Of(beta1, step.Number) : 1;
        double spread = corrected && Decays ? 1 - WholePower.Of(beta2, step.Number) : 1;
        for (int i = 0; i < step.Weights.Length; i++)
        {
            double d = step.MeanUpdate[i];
            double m = (beta1 * step.FirstMoment[i]) + ((1 - beta1) * d);
            double v = Second(step.SecondMoment[i], d * d, beta2);
            step.FirstMoment[i] = (float)m;
            step.SecondMoment[i] = (float)v;
            step.Weights[i] += (float)(rate * (m / first) / (Math.Sqrt(v / spread) + tau));
        }
    }

    /// <summary>The next second moment of an element.</summary>
    private protected abstract double Second(double v, double square, double beta2);
}
