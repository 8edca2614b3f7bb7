using Google.Protobuf;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>
/// Where a server that lies departs from one that does not, for tests and demonstrations of attacks. Every member's
/// default is honest. Called from several threads at once, some under the engine's lock.
/// </summary>
internal interface ITampering
{
    /// <summary>The server that follows the protocol.</summary>
    static readonly ITampering None = new Honesty();

    /// <summary>What the session starts from.</summary>
    TrainingCheckpoint Start(TrainingCheckpoint honest) => honest;

    /// <summary>Whatever one party is sent, last of all.</summary>
    /// <param name="party">A client, a key holder, or an operator (the server itself).</param>
    /// <param name="honest">What it should get; shared, not to be changed.</param>
    T Say<T>(Party party, T honest)
        where T : class, IMessage<T> => honest;

    /// <summary>The state of the rounds as one client is told it; a fresh message, to be changed at will.</summary>
    /// <param name="client">The client's plan index.</param>
    /// <param name="honest">What it should be told.</param>
    RoundState Tell(int client, RoundState honest) => honest;

    /// <summary>The invitation to a round as one client fetches it.</summary>
    /// <param name="client">The client's plan index.</param>
    /// <param name="honest">What it should get.</param>
    RoundInvitation Invite(int client, RoundInvitation honest) => honest;

    /// <summary>A task as one key holder gets it.</summary>
    /// <param name="holder">The key holder's plan index.</param>
    /// <param name="honest">The canonical message that it should get.</param>
    ReadOnlyMemory<byte> Ask(int holder, ReadOnlyMemory<byte> honest) => honest;

    /// <summary>The values that one client gets under a digest; null for those that the server keeps.</summary>
    /// <param name="client">The client's plan index.</param>
    /// <param name="model">The digest that the client asks for.</param>
    float[]? Model(int client, Digest model) => null;

    /// <summary>What one client gets for the sum that made a version; null for what the server keeps.</summary>
    /// <param name="client">The client's plan index.</param>
    /// <param name="version">The version that the client asks for.</param>
    /// <param name="file">What the server keeps.</param>
    byte[]? Sum(int client, ulong version, string file) => null;

    /// <summary>The contributions with which a round closes at once.</summary>
    int Wanted(ulong round, int honest) => honest;

    /// <summary>A sum is open: this the server has learned.</summary>
    void Opened(ulong round, float[] sum, long[] counters)
    {
    }

    /// <summary>What the session goes on from after an opened sum; null for what the sum makes.</summary>
    /// <param name="round">The round.</param>
    /// <param name="honest">What the sum makes.</param>
    TrainingCheckpoint? GoOn(ulong round, Func<TrainingCheckpoint> honest) => null;

    private sealed class Honesty : ITampering;
}
