using System.Collections.Immutable;
using SecureFL.Learning.ServerOptimizers;
using SecureFL.Learning.Settings;

namespace SecureFL.Cli.Tests.Training;

/// <summary>A server optimiser that the program does not have: w += lr sign(m), where |m| is above a level.</summary>
internal sealed class FedSign : ServerMethod
{
    internal static readonly ServerSetting Level =
        new("quietLevel", 0.001, NumberRange.From(0), "moves no element whose momentum is below it, from 0");

    public override string Name => "FedSign";

    public override string Paper => "nobody";

    public override double LearningRate => 0.05;

    public override ImmutableArray<ServerSetting> Settings => [ServerSetting.Momentum, Level];

    public override int Moments => 1;

    public override void Step(ServerStep step)
    {
        double momentum = step.Options[ServerSetting.Momentum];
        for (int i = 0; i < step.Weights.Length; i++)
        {
            double m = (momentum * step.FirstMoment[i]) + ((1 - momentum) * step.MeanUpdate[i]);
            step.FirstMoment[i] = (float)m;
            bool quiet = Math.Abs(m) <= step.Options[Level];
            step.Weights[i] += quiet ? 0 : (float)(step.Options.LearningRate * Math.Sign(m));
        }
    }
}
