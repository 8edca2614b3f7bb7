using SecureFL.Consortium.Courses;
using SecureFL.Protocol.Sessions;
using SecureFL.Server.State;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>
/// What happens between rounds: whether another one comes, what the suite needs first, and its begin. Used under the
/// engine's lock.
/// </summary>
internal sealed class BetweenRounds(EngineState state, TrainingCourse? training, TimeSpan pause,
    Func<StoredRound, RoundWork> create)
{
    private TimeSpan? _decided;

    /// <summary>A round was decided: the pause begins.</summary>
    public void RoundDecided() => _decided = state.Uptime.Now;

    /// <summary>Lets rounds start: 0 for as many as there are.</summary>
    /// <exception cref="RequestRefusedException">The session has ended, or rounds were started already.</exception>
    public void Allow(uint rounds)
    {
        if (state.Facts.Ended is not null)
        {
            throw RequestRefusedException.NotNow($"the session has ended: {state.Facts.Ended}");
        }

        if (state.Facts.Allowance != 0)
        {
            throw RequestRefusedException.NotNow(
                state.Work is null ? "rounds are started already" : $"round {state.Work.Number} is under way");
        }

        state.Facts.Allow(rounds != 0 ? rounds : training is null ? 1 : -1);
        Log.RoundsAllowed(state.Log, state.Facts.Allowance);
    }

    /// <summary>Lets all rounds of a new session start.</summary>
    public void AllowFirst()
    {
        if (state.Facts is { Allowance: 0, Ended: null, NextRound: 0 })
        {
            state.Facts.Allow(-1);
        }
    }

    /// <summary>Takes the next step, if there is one.</summary>
    /// <returns>Whether anything happened.</returns>
    public bool Step()
    {
        if (state.Facts.Ended is not null)
        {
            return !state.Facts.Closed && CloseTranscript();
        }

        RoundKind? kind = training is null ? RoundKind.Sum : training.Next;
        bool exhausted = state.Facts.NextRound >= (ulong)state.Plan.Settings.Rounds;
        if (kind is null || exhausted)
        {
            state.Facts.End(exhausted ? "the plan has no further rounds" : "training has ended",
                incomplete: training is not null && kind is not null);
            state.Wake(phase: true);
            return true;
        }

        bool allowed = state.Facts.Allowance != 0 || kind == RoundKind.Evaluation;
        if (!allowed || state.Uptime.Now - _decided < pause)
        {
            return false;
        }

        if (!state.Session.Suite.IsReady)
        {
            return Prepare();
        }

        StoredRound stored = new(state.Facts.NextRound, (int)kind.Value, 0,
            state.Clock.GetUtcNow().ToUnixTimeMilliseconds(), "");
        state.Facts.Begin(stored);
        state.Enter(create(stored));
        Log.RoundBegun(state.Log, stored.Round, kind.Value);
        state.Wake(phase: true);
        return true;
    }

    // The key holders promise to sign nothing more: only then can no round be missing at the transcript's end.
    private bool CloseTranscript()
    {
        if (state.Session.Closing is not { } closing)
        {
            state.Session.Closing = new SessionClosing(state.Plan, state.Facts.Chain.Head!.Hash, state.Facts.IsDead);
            state.Wake();
            return true;
        }

        if (!closing.IsComplete)
        {
            return false;
        }

        state.Append(state.Facts.Close(closing.Create()));
        state.Wake(phase: true);
        return true;
    }

    private bool Prepare()
    {
        if (state.Session.Suite.Next(state.Uptime.Now) is not { } step)
        {
            return false;
        }

        Action append = state.Facts.Take(step);
        state.Session.Suite.Apply(step.Values);
        Log.SuiteStep(state.Log, step.What);
        state.Append(append);
        return true;
    }
}
