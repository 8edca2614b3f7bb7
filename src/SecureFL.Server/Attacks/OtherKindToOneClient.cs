using System.Collections.Concurrent;
using SecureFL.Messages.Rounds;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Attacks;

/// <summary>
/// Tells one client that a round trains and all others that it evaluates: these send zeros, so that the sum is the one
/// client's update.
/// </summary>
/// <param name="victim">The client.</param>
/// <param name="renames">Whether the openings that the others get name the other task as well.</param>
internal sealed class OtherKindToOneClient(int victim, bool renames) : ITampering
{
    private readonly ConcurrentDictionary<ulong, bool> _attacked = [];
    private readonly ConcurrentDictionary<ulong, float[]> _learned = [];

    /// <summary>The victim's updates, by round.</summary>
    public IReadOnlyDictionary<ulong, float[]> Learned => _learned;

    public RoundState Tell(int client, RoundState honest)
    {
        if (honest.Kind == RoundKind.Training)
        {
            _attacked[honest.Round] = true;
            honest.Kind = client == victim ? RoundKind.Training : RoundKind.Evaluation;
        }

        return honest;
    }

    public RoundInvitation Invite(int client, RoundInvitation honest)
    {
        RoundOpening opening = honest.Opening;
        return !renames || client == victim || opening.Task.Kind != TaskKind.Training ? honest
            : new RoundInvitation(RoundOpening.Create(opening.Context, opening.Head,
                opening.Task with { Kind = TaskKind.Evaluation }, opening.Entries), honest.Versions);
    }

    public void Opened(ulong round, float[] sum, long[] counters)
    {
        if (_attacked.ContainsKey(round))
        {
            _learned[round] = [.. sum];
        }
    }
}
