using System.Collections.Concurrent;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Attacks;

/// <summary>Hands every client a final model of its own: all weights are the client's number.</summary>
/// <param name="length">Values of a version.</param>
internal sealed class ForgedFinalModel(int length) : ITampering
{
    private readonly ConcurrentDictionary<(int Client, Digest Model), float[]> _forged = [];

    public RoundState Tell(int client, RoundState honest)
    {
        if (honest.Phase == RoundPhase.Ended)
        {
            float[] values = [.. Enumerable.Repeat((float)client, length)];
            Digest digest = ModelStamp.Of(checked((int)honest.ModelVersion), values).Digest;
            _forged[(client, digest)] = values;
            honest.ModelDigest = Google.Protobuf.ByteString.CopyFrom(digest.ToArray());
        }

        return honest;
    }

    public float[]? Model(int client, Digest model) => _forged.GetValueOrDefault((client, model));
}
