using SecureFL.Learning.Rounds;
using SecureFL.Server.Rounds;

namespace SecureFL.Server.Attacks;

/// <summary>Publishes models that have nothing to do with their sums.</summary>
/// <param name="weight">All weights of all versions but the first.</param>
internal sealed class InventedVersions(float weight) : ITampering
{
    public TrainingCheckpoint? GoOn(ulong round, Func<TrainingCheckpoint> honest)
    {
        TrainingCheckpoint sum = honest();
        return sum with { Weights = [.. Enumerable.Repeat(weight, sum.Weights.Length)] };
    }
}
