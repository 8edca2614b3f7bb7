using SecureFL.Consortium.Plans;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Sessions;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>
/// What the next step of a round depends on: facts, and the times that have passed. Used under the engine's lock.
/// </summary>
internal sealed class RoundClock(EngineState state, RoundPolicy policy)
{
    /// <summary>
    /// Counts the deadline from here on. The wall clock counts only for what it read before this process: within it, a
    /// jump moves no deadline.
    /// </summary>
    public void NoteDeadline(RoundWork work)
    {
        if (policy.DeadlineSeconds > 0 && work.Phase == RoundPhase.Collecting)
        {
            double passed = Math.Max(0, (state.Clock.GetUtcNow() - state.Facts.CollectingSince).TotalSeconds);
            work.DeadlineAt = state.Uptime.Now
                + TimeSpan.FromSeconds(policy.DeadlineSeconds - Math.Min(passed, policy.DeadlineSeconds));
        }
    }

    /// <summary>The situation now.</summary>
    public RoundSituation Look(RoundWork work)
    {
        ServerRound round = work.Round;
        ISuiteSession suite = state.Session.Suite;
        Quorum quorum = state.Plan.Quorum;
        TimeSpan now = state.Uptime.Now;
        int entries = round.Server?.Round.Opening.Entries.Length ?? round.Holders.Entries.Count;
        int releases = work.Phase == RoundPhase.Releasing ? suite.CountReleases(round) : 0;
        bool enough = work.Phase switch
        {
            RoundPhase.Opening => entries >= quorum.Votes,
            RoundPhase.Releasing => releases >= quorum.Threshold,
            _ => false,
        };
        work.EnoughSince = enough ? work.EnoughSince ?? now : null;
        bool collecting = work.Phase == RoundPhase.Collecting;
        int accepted = collecting ? round.Server!.Accepted.Count() : 0;
        TimeSpan? closeDue = work.CloseAsked ?? (collecting && work.DeadlineAt <= now ? work.DeadlineAt : null);
        TellOfDeadline(work, collecting, now);
        int wanted = state.Tampering.Wanted(work.Number, state.Model.Wanted(work.Kind));
        int fewest = state.Plan.Settings.MinClients;
        bool look = collecting && accepted >= fewest && (accepted >= wanted || closeDue is not null);
        int votes = round.Holders.Votes.Count;
        return new RoundSituation
        {
            Phase = work.Opening ? RoundPhase.Opened : work.Phase,
            Aborting = round.Abort is not null,
            Deaths = round.Holders.Deaths.Count,
            DeathsNeeded = quorum.Deaths,
            Holders = quorum.KeyHolders,
            Quorum = quorum.Votes,
            Threshold = quorum.Threshold,
            Entries = work.Phase == RoundPhase.Releasing ? suite.MostReleases(round) : entries,
            Enough = work.EnoughSince is { } since ? now - since : TimeSpan.Zero,
            Grace = TimeSpan.FromSeconds(policy.OpeningGraceSeconds),
            Wanted = wanted,
            Fewest = fewest,
            Accepted = accepted,
            Confirmed = look ? round.Server!.Confirmed.Count : 0,
            Settled = look && round.IsSettled(state.Session.Ledgers.Connected),
            CloseDue = closeDue is { } due ? now - due : null,
            Votes = suite.CanBeOpened(round) ? votes : Math.Min(votes, quorum.Votes - 1),
            HoldersAreGone = HoldersAreGone(round, quorum),
            LifeIsOver = work.LifeEndsAt < now,
            AgreementExpired = round.Closed is { } closed
                && closed.Proposal.DeadlineUnixMilliseconds < state.Clock.GetUtcNow().ToUnixTimeMilliseconds(),
            Releases = releases,
            ReleasesInVain = work.ReleasesInVain,
        };
    }

    /// <summary>Whether too few key holders are left for an agreement that is not there yet.</summary>
    public static bool HoldersAreGone(ServerRound round, Quorum quorum) => round.Certificate is null
        && round.Server is { } server
        && server.Round.Opening.Entries.Count(entry => !round.Holders.Gone.Contains(entry.Holder)) < quorum.Votes;

    private void TellOfDeadline(RoundWork work, bool collecting, TimeSpan now)
    {
        if (collecting && work.DeadlineAt <= now && !work.DeadlineTold)
        {
            work.DeadlineTold = true;
            if (state.TooFew(work) is string few)
            {
                Log.DeadlinePassed(state.Log, work.Number, few);
            }
        }
    }
}
