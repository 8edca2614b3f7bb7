using System.Collections.Concurrent;
using Google.Protobuf;
using SecureFL.Learning.Rounds;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Attacks;

/// <summary>An attack as it is, and which sums the server had open meanwhile. Thread-safe if the attack is.</summary>
/// <param name="attack">The attack.</param>
internal sealed class WatchedAttack(ITampering attack) : ITampering
{
    private readonly ConcurrentDictionary<ulong, bool> _opened = [];

    /// <summary>The rounds whose sums the server knows.</summary>
    public IReadOnlyCollection<ulong> OpenedRounds => [.. _opened.Keys.Order()];

    public TrainingCheckpoint Start(TrainingCheckpoint honest) => attack.Start(honest);

    public T Say<T>(Party party, T honest)
        where T : class, IMessage<T> => attack.Say(party, honest);

    public RoundState Tell(int client, RoundState honest) => attack.Tell(client, honest);

    public RoundInvitation Invite(int client, RoundInvitation honest) => attack.Invite(client, honest);

    public ReadOnlyMemory<byte> Ask(int holder, ReadOnlyMemory<byte> honest) => attack.Ask(holder, honest);

    public float[]? Model(int client, Digest model) => attack.Model(client, model);

    public int Wanted(ulong round, int honest) => attack.Wanted(round, honest);

    public void Opened(ulong round, float[] sum, long[] counters)
    {
        _opened[round] = true;
        attack.Opened(round, sum, counters);
    }

    public TrainingCheckpoint? GoOn(ulong round, Func<TrainingCheckpoint> honest) => attack.GoOn(round, honest);
}
