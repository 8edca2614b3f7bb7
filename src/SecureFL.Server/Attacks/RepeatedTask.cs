using System.Collections.Concurrent;
using SecureFL.Learning.Rounds;
using SecureFL.Server.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Attacks;

/// <summary>
/// Has the first task done twice, the second time without one client: on the same weights but for one unit in the last
/// place of one of them, which makes a new model of them, and under the same version, which repeats random choices.
/// The difference of the two sums is the one client's contribution.
/// </summary>
/// <param name="victim">The client.</param>
/// <param name="countsOn">Whether the second time is said to be the next step: other random choices.</param>
internal sealed class RepeatedTask(int victim, bool countsOn = false) : ITampering
{
    private readonly ConcurrentDictionary<ulong, (float[] Sum, long[] Counters)> _sums = [];
    private TrainingCheckpoint? _start;

    /// <summary>The victim's vector; null before the second sum.</summary>
    public float[]? Vector => _sums.TryGetValue(1, out var without)
        ? [.. _sums[0].Sum.Zip(without.Sum, (all, rest) => (float)((double)all - rest))] : null;

    /// <summary>The victim's counters; null before the second sum.</summary>
    public long[]? Counters => _sums.TryGetValue(1, out var without)
        ? [.. _sums[0].Counters.Zip(without.Counters, (all, rest) => all - rest)] : null;

    public TrainingCheckpoint Start(TrainingCheckpoint honest) => _start = honest;

    public RoundState Tell(int client, RoundState honest)
    {
        if (client == victim && honest is { Round: 1, Phase: RoundPhase.Collecting })
        {
            honest.Phase = RoundPhase.Opening;
        }

        return honest;
    }

    public int Wanted(ulong round, int honest) => round == 1 ? honest - 1 : honest;

    public void Opened(ulong round, float[] sum, long[] counters) => _sums[round] = ([.. sum], [.. counters]);

    public TrainingCheckpoint? GoOn(ulong round, Func<TrainingCheckpoint> honest)
    {
        if (round > 0 || _start is null)
        {
            return null;
        }

        float[] weights = [.. _start.Weights];
        weights[0] = float.BitIncrement(weights[0]);
        return (countsOn ? honest() : _start) with { Weights = weights };
    }
}
