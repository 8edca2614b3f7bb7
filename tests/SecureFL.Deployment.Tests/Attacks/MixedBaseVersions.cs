using System.Collections.Immutable;
using SecureFL.Learning.Rounds;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>
/// In asynchronous rounds, has one client stand on the first version and all others on an invented one that their rows
/// do not move: the sum is the one client's update.
/// </summary>
/// <param name="victim">A client whose training takes longer than the first round.</param>
/// <param name="dead">Weights without a gradient.</param>
/// <param name="clients">All clients of the plan.</param>
internal sealed class MixedBaseVersions(int victim, ImmutableArray<float> dead, int clients) : ITampering
{
    private readonly TaskCompletionSource _mixed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _begun;

    /// <summary>Ends when the others have the invented version.</summary>
    public Task Mixed => _mixed.Task;

    /// <summary>The sum in which the victim is; null before.</summary>
    public float[]? Learned { get; private set; }

    public RoundState Tell(int client, RoundState honest)
    {
        if (client != victim && honest is { Round: 1, Phase: RoundPhase.Collecting })
        {
            _mixed.TrySetResult();
        }

        return honest;
    }

    /// <summary>The victim trains.</summary>
    public void Begin() => _begun = true;

    // The first round closes without the victim, once that has its model.
    public int Wanted(ulong round, int honest) => round == 0 && _begun ? clients - 1 : clients;

    public void Opened(ulong round, float[] sum, long[] counters) => Learned = round == 1 ? [.. sum] : Learned;

    public TrainingCheckpoint? GoOn(ulong round, Func<TrainingCheckpoint> honest) =>
        round == 0 ? honest() with { Weights = [.. dead] } : null;
}
