using SecureFL.Messages.Primitives;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>Hands one client other weights under the digest of the version.</summary>
/// <param name="victim">The client.</param>
/// <param name="length">Values of a version.</param>
internal sealed class OtherWeightsToOneClient(int victim, int length) : ITampering
{
    private readonly TaskCompletionSource _late = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when there are two versions that the victim has not made.</summary>
    public Task Late => _late.Task;

    public RoundState Tell(int client, RoundState honest)
    {
        if (honest.Round >= 2)
        {
            _late.TrySetResult();
        }

        return honest;
    }

    public float[]? Model(int client, Digest model) => client == victim ? [.. Enumerable.Repeat(1f, length)] : null;
}
