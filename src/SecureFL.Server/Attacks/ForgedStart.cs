using SecureFL.Learning.Rounds;
using SecureFL.Server.Rounds;

namespace SecureFL.Server.Attacks;

/// <summary>Starts everybody on another model than the plan's terms say.</summary>
/// <param name="weight">All weights of the first version.</param>
internal sealed class ForgedStart(float weight) : ITampering
{
    public TrainingCheckpoint Start(TrainingCheckpoint honest) =>
        honest with { Weights = [.. Enumerable.Repeat(weight, honest.Weights.Length)] };
}
