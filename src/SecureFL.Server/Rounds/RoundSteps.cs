using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Sessions;
using SecureFL.Server.State;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>The steps of a round up to its release, and its death: each makes a fact durable, then lets it count.
/// </summary>
internal sealed class RoundSteps(EngineState state, RoundClock clock, ServerFolder folder, bool keepCiphertexts)
{
    /// <summary>Fixes the opening; under the lock.</summary>
    public void FixOpening(RoundWork work)
    {
        RoundInvitation invitation = work.Round.CreateInvitation();
        RoundFact fact = new(FactKind.Invitation, 0, invitation.Encode());
        work.Round.Apply(fact, () => state.Facts.Open(work.Number, fact, state.Clock.GetUtcNow()));
        work.EnoughSince = null;
        clock.NoteDeadline(work);
        Log.RoundOpened(state.Log, work.Number, invitation.Opening.Entries.Length,
            invitation.Opening.Hash.ToShortString());
        state.Wake(phase: true);
    }

    /// <summary>
    /// Nothing is taken from here on; under the lock. The role fixes its set before the proposal is durable, but nobody
    /// sees it before; where the write fails, the round is open again, and the next set is of whoever is there then.
    /// </summary>
    public void BeginClose(RoundWork work)
    {
        state.Session.Suite.PrepareClose(work.Round, state.Session.Ledgers.Connected);
        work.Closing = state.Session.IsBusy = true;
    }

    /// <summary>
    /// Fixes the set. Outside the lock: a suite may add all listed ciphertexts here, which takes as long as reading
    /// them.
    /// </summary>
    public void Close(RoundWork work)
    {
        try
        {
            ClosedRound closed = work.Round.Server!.Close();
            lock (state.Gate)
            {
                Fix(work, closed.Proposal);
            }
        }
        finally
        {
            lock (state.Gate)
            {
                work.Closing = state.Session.IsBusy = false;
            }
        }

        state.Wake(phase: true);
    }

    /// <summary>Makes the certificate of the votes so far; under the lock.</summary>
    public void Certify(RoundWork work)
    {
        RoundCertificate certificate = work.Round.Server!.CreateCertificate();
        state.Apply(work, new RoundFact(FactKind.Certificate, 0, certificate.Encode()));
        work.EnoughSince = null;
        Log.RoundCertified(state.Log, work.Number, certificate.Votes.Length);
        state.Wake(phase: true);
    }

    /// <summary>Asks the key holders for the round's death; under the lock.</summary>
    public void Abort(RoundWork work, string reason)
    {
        state.Apply(work, new RoundFact(FactKind.Abort, 0, System.Text.Encoding.UTF8.GetBytes(reason)));
        Log.RoundAborting(state.Log, work.Number, reason);
        state.Wake(phase: true);
    }

    /// <summary>The round under way will never open.</summary>
    public async Task BuryAsync()
    {
        RoundWork work;
        lock (state.Gate)
        {
            work = state.Work!;
            string reason = work.Round.Abort ?? "";
            RoundDeathCertificate? certificate = work.Round.Server is null ? null
                : RoundDeathCertificate.Create(work.Round.Context, work.Round.Holders.Deaths.Values);
            if (certificate is not null)
            {
                DeathRules.Require(certificate, state.Plan);
            }

            RoundSummary summary = Summarise(work, RoundPhase.Dead, [], null);
            summary.Reason = reason;
            Action append = state.Facts.Bury(summary, certificate);
            Owe(work.Number, certificate?.Encode());
            work.EvictUploads();
            state.Enter(null);
            Log.RoundDead(state.Log, work.Number, reason);
            state.Append(append);
        }

        state.Wake(phase: true);
        await LetGoAsync(work).ConfigureAwait(false);
    }

    /// <summary>
    /// A decided round: its uploads have left, its chunks go unless they are kept, and so do model and checkpoint that
    /// it was the last to stand on. What cannot be tidied up now is after the next round, or at the next start.
    /// </summary>
    public async Task LetGoAsync(RoundWork work)
    {
        try
        {
            await work.ShutDownAsync().ConfigureAwait(false);
            Tidy();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            Log.TidyingFailed(state.Log, work.Number, fault);
        }
    }

    /// <summary>Removes the files of decided rounds.</summary>
    public void Tidy()
    {
        if (!keepCiphertexts)
        {
            folder.KeepOnlyRound(state.Work?.Number);
        }

        // One more than contributions may stand on: whoever joins takes it, and the sum that made the next one of it.
        int kept = state.Plan.Settings.BaseVersionWindow + 1;
        folder.KeepOnly(state.Facts.Checkpoint, [.. state.Facts.Chain.Versions.TakeLast(kept)]);
    }

    /// <summary>What people are told of a decided round.</summary>
    public RoundSummary Summarise(RoundWork work, RoundPhase outcome, int[] clients,
        Dictionary<string, double>? metrics)
    {
        DateTimeOffset now = state.Clock.GetUtcNow();
        RoundSummary summary = new()
        {
            Round = work.Number,
            Outcome = outcome,
            Kind = work.Kind,
            UploadBytes = (ulong)((long)clients.Length * state.Plan.Parameters.UploadBytes),
            OpenedUnixMs = now.ToUnixTimeMilliseconds(),
            Seconds = Math.Max(0, (now - work.Started).TotalSeconds),
        };
        summary.Contributors.AddRange(clients.Select(client => state.Plan.Enrolment.Clients[client].Name));
        foreach ((string name, double value) in metrics ?? [])
        {
            summary.Metrics.Add(name, value);
        }

        return summary;
    }

    private void Fix(RoundWork work, CertificateProposal proposal)
    {
        state.Session.Fix(proposal, (fact, values) => state.Database.Commit(writer =>
        {
            writer.Add(work.Number, fact);
            foreach (SuiteValue value in values)
            {
                writer.Set(value.Name, value.Bytes.ToArray());
            }
        }));
        work.EnoughSince = null;
        work.EvictUploads();
        Log.RoundClosed(state.Log, work.Number, proposal.Entries.Count(), proposal.Hash.ToShortString());
    }

    private void Owe(ulong round, byte[]? certificate)
    {
        for (int holder = 0; certificate is not null && holder < state.Plan.Quorum.KeyHolders; holder++)
        {
            state.Session.Deaths.Add(holder, round, certificate);
        }
    }
}
