using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;

namespace SecureFL.Protocol.Roles;

/// <summary>
/// How long rounds have lived, as one key holder counts: from its entry on, by the wall clock or by the time that this
/// process has run, whichever says more. Of an entry of an earlier process nobody knows how long the round has lived
/// where the wall clock was set back since: then it is over. Not thread-safe.
/// </summary>
internal sealed class RoundLives
{
    private readonly TimeSpan _life;
    private readonly TimeProvider _clock;
    private readonly DecryptionLedger _ledger;
    private readonly long _started;
    private readonly DateTimeOffset _startedAt;
    private readonly Dictionary<ulong, long> _entered = [];
    private readonly HashSet<ulong> _erased = [];

    public RoundLives(AggregationPlan plan, TimeProvider clock, DecryptionLedger ledger)
    {
        _life = TimeSpan.FromSeconds(plan.Settings.RoundLifeSeconds);
        _clock = clock;
        _ledger = ledger;
        _started = clock.GetTimestamp();
        _startedAt = clock.GetUtcNow();
    }

    /// <summary>An entry is recorded now: the time to record with it.</summary>
    public long Begin(ulong round)
    {
        _entered[round] = _clock.GetTimestamp();
        return _clock.GetUtcNow().ToUnixTimeMilliseconds();
    }

    /// <summary>Whether this holder has an entry for the round, and its life is over.</summary>
    public bool IsOver(ulong round)
    {
        LedgerState state = _ledger.State;
        if (state.TimeOfEntry(round) is not { } milliseconds)
        {
            return false;
        }

        DateTimeOffset now = _clock.GetUtcNow();
        DateTimeOffset entry = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        if (_entered.TryGetValue(round, out long timestamp))
        {
            return now - entry > _life || _clock.GetElapsedTime(timestamp) > _life;
        }

        long latest = state.LatestTimeSince(round) - VotingRules.ClockSkewMilliseconds;
        return now.ToUnixTimeMilliseconds() < latest || now - entry > _life
            || _startedAt - entry + _clock.GetElapsedTime(_started) > _life;
    }

    /// <summary>Rounds whose life is over, and that this holder has neither decided nor seen decided.</summary>
    /// <param name="withErased">Whether ones are meant, too, whose keys are erased but whose deaths are not signed.
    /// </param>
    public ulong[] Expired(bool withErased) => [.. _ledger.State.EnteredRounds.Where(round =>
        !_ledger.State.IsOver(round) && (withErased || !_erased.Contains(round)) && IsOver(round)).Order()];

    /// <summary>The round's keys are erased, and its death is not signed yet.</summary>
    public void NoteErased(ulong round) => _erased.Add(round);
}
