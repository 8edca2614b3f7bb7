using SecureFL.Messages.Primitives;
using SecureFL.Server.Rounds;

namespace SecureFL.Deployment.Tests.Attacks;

/// <summary>Hands one client other weights under the digest of the version.</summary>
/// <param name="victim">The client.</param>
/// <param name="length">Values of a version.</param>
internal sealed class OtherWeightsToOneClient(int victim, int length) : ITampering
{
    public float[]? Model(int client, Digest model) => client == victim ? [.. Enumerable.Repeat(1f, length)] : null;
}
