using SecureFL.Aggregation;
using SecureFL.Deployment.Contracts;
using SecureFL.Deployment.Plans;
using SecureFL.Deployment.Server.State;
using SecureFL.Deployment.Server.Uploads;
using SecureFL.Federated.Rounds;

namespace SecureFL.Deployment.Server.Rounds;

/// <summary>
/// The session: takes messages and requests one at a time, makes each durable before it counts, and moves the round on.
/// Thread-safe: one lock over everything small; chunks, sums and models are worked on outside it. After a failure of
/// the disk nothing has changed, and the same step is tried again.
/// </summary>
internal sealed partial class RoundEngine : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly AggregationPlan _plan;
    private readonly SigningIdentity _identity;
    private readonly TrainingRun? _training;
    private readonly ServerFolder _folder;
    private readonly StateDatabase _database;
    private readonly TranscriptFile _transcript;
    private readonly TimeProvider _clock;
    private readonly Uptime _uptime;
    private readonly RoundPolicy _policy;
    private readonly RoundParticipation _participation;
    private readonly EngineOptions _options;
    private readonly SessionFacts _session;
    private readonly HolderDesk _desk;
    private readonly JointKeyDesk? _keys;
    private readonly PartyPresence _presence = new();
    private readonly ILogger _log;
    private readonly Dictionary<int, List<(ulong Round, byte[] Certificate)>> _untakenDeaths = [];
    private ServerRound? _round;
    private StagedRound? _staged;
    private ModelStamp? _stamp;
    private bool _evaluationDue;
    private int _mayContribute;
    private TimeSpan? _decided;

    public RoundEngine(
        AggregationPlan plan,
        TrainingTerms? terms,
        SigningIdentity identity,
        ServerFolder folder,
        StateDatabase database,
        TranscriptFile transcript,
        Func<Federated.Models.ModelParameters>? initial,
        TimeProvider clock,
        EngineOptions options,
        ILogger log)
    {
        _plan = plan;
        _identity = identity;
        _folder = folder;
        _database = database;
        _transcript = transcript;
        _clock = clock;
        _uptime = new Uptime(clock);
        _options = options;
        _log = log;
        _policy = terms?.Rounds ?? RoundPolicy.Default;
        _participation = new RoundParticipation(terms, plan.Settings);
        _desk = new HolderDesk(plan);
        _session = new SessionFacts(database, plan);
        _keys = plan.Settings.Suite == Suite.JointKey ? new JointKeyDesk(plan, database, _uptime, log) : null;
        if (terms is not null)
        {
            bool begun = _session.Chain.Head is not null;
            _training = new TrainingRun(
                terms, plan, folder, begun ? TrainingRun.Read(folder.Checkpoint(_session.Checkpoint))
                    : TrainingRun.Start(terms, initial?.Invoke()));
        }

        NoteModel();
        Restore();
    }

    /// <summary>Beats at every change.</summary>
    public Pulse Changed { get; } = new();

    /// <summary>Beats when a round changes its phase.</summary>
    public Pulse PhaseChanged { get; } = new();

    /// <summary>What keeps the server from going on, for people; null if nothing does.</summary>
    public string? Trouble { get; private set; }

    private int Wanted => Math.Min(_participation.Wanted(_round?.Kind ?? RoundKind.Training), _mayContribute);

    private DateTimeOffset? Deadline =>
        _policy.DeadlineSeconds > 0 && _round is { Phase: RoundPhase.Collecting }
        ? _session.CollectingSince.AddSeconds(_policy.DeadlineSeconds) : null;

    /// <summary>Lets rounds start: 0 for as many as there are.</summary>
    public void StartRounds(uint rounds)
    {
        lock (_gate)
        {
            if (_session.Ended is not null)
            {
                throw RequestRefusedException.NotNow($"the session has ended: {_session.Ended}");
            }

            if (_session.Allowance != 0)
            {
                throw RequestRefusedException.NotNow(
                    _round is null ? "rounds are started already" : $"round {_round.Number} is under way");
            }

            _session.Allow(rounds != 0 ? rounds : _training is null ? 1 : -1);
            Log.RoundsAllowed(_log, _session.Allowance);
        }

        Wake();
    }

    /// <summary>No new round starts until <see cref="StartRounds"/>.</summary>
    public void Pause()
    {
        lock (_gate)
        {
            _session.Allow(0);
            Log.Paused(_log);
        }

        Wake();
    }

    /// <summary>Fixes the set with what is there, as soon as enough holders have checked it.</summary>
    public void CloseRound(ulong number)
    {
        lock (_gate)
        {
            ServerRound round = Require(number, RoundPhase.Collecting);
            int accepted = round.Server!.Accepted.Count();
            if (accepted < _plan.Settings.MinClients)
            {
                throw RequestRefusedException.NotNow(
                    $"round {number} has {accepted} contributions, at least {_plan.Settings.MinClients} are needed");
            }

            _database.Commit(writer => writer.AddFact(number, FactKind.CloseAsked, 0, []));
            round.CloseAsked = _uptime.Now;
        }

        Wake();
    }

    /// <summary>Asks the key holders to declare the round dead.</summary>
    public void AbortRound(ulong number, string reason)
    {
        lock (_gate)
        {
            ServerRound round = Require(number, phase: null);
            if (round.Opening || _staged is not null)
            {
                throw RequestRefusedException.NotNow($"round {number} is being opened");
            }

            Abort(round, reason);
        }

        Wake();
    }

    /// <summary>Takes the next step, if there is one.</summary>
    /// <returns>Whether anything happened; false: wait for a change or a little while.</returns>
    /// <exception cref="IOException">The disk is full or fails; nothing happened.</exception>
    public async Task<bool> StepAsync()
    {
        if (_staged is not null)
        {
            CommitStaged();
            return true;
        }

        RoundStep step;
        lock (_gate)
        {
            if (_round is null)
            {
                return TryBegin();
            }

            step = RoundDecision.Next(Situation(_round));
            switch (step)
            {
                case RoundStep.FixOpening:
                    FixOpening(_round);
                    break;
                case RoundStep.Close:
                    BeginClose(_round);
                    break;
                case RoundStep.Certify:
                    Certify(_round);
                    break;
                case RoundStep.Abort:
                    Abort(_round, "key holders did not agree in time");
                    break;
                case RoundStep.Open:
                    _round.Opening = true;
                    break;
            }
        }

        if (step == RoundStep.Close)
        {
            await Task.Run(() => Close(_round!)).ConfigureAwait(false);
        }
        else if (step == RoundStep.Open)
        {
            await Task.Run(OpenSums).ConfigureAwait(false);
        }
        else if (step == RoundStep.DeclareDead)
        {
            await BuryAsync().ConfigureAwait(false);
        }

        return step != RoundStep.Wait;
    }

    /// <summary>Says, or takes back, what keeps the server from going on.</summary>
    public void Report(string? trouble)
    {
        if (Trouble != trouble)
        {
            Trouble = trouble;
            PhaseChanged.Beat();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_round is not null)
        {
            await _round.ShutDownAsync().ConfigureAwait(false);
        }

        _keys?.Dispose();
    }

    private void Wake(bool phase = false)
    {
        Changed.Beat();
        if (phase)
        {
            PhaseChanged.Beat();
        }
    }

    // The digest is a hash over the whole model, and the run changes while a round is opened: what others see is noted
    // once a round.
    private void NoteModel()
    {
        _stamp = _training?.Stamp;
        _evaluationDue = _training?.Next == RoundKind.Evaluation;
        HashSet<string> spent = _plan.Settings.AllowEarlyResubmission ? [] : SpoiledRound.Spent(_session.Recent);
        int left = Eligible(_training?.Next ?? RoundKind.Training).Except(spent).Count();
        _mayContribute = Math.Max(left, _plan.Settings.MinClients);
    }

    private string[] Eligible(RoundKind kind) =>
        [.. _participation.Of(kind, _stamp?.Version ?? 0).Select(client => _plan.Enrolment.Clients[client].Name)];

    private void Restore()
    {
        if (_session.Chain.Head is null)
        {
            _training?.Store(null);
            _session.Found(ModelVersion.CreateFirst(_plan, _training?.Stamp.Digest ?? default, _identity), _transcript);
        }

        _training?.Publish();
        for (int holder = 0; holder < _plan.Enrolment.KeyHolders.Count; holder++)
        {
            _untakenDeaths[holder] = [.. _database.DeathsFor(holder)];
        }

        if (_session.Undecided is { } stored)
        {
            _round = CreateRound(stored);
            _round.Restore(_database.Facts(stored.Round));
            NoteDeadline(_round);
            Log.RoundRestored(_log, stored.Round, _round.Phase, _round.Server?.Accepted.Count() ?? 0);
        }

        foreach (string directory in Directory.EnumerateDirectories(_folder.RoundsDirectory, "round-*"))
        {
            if (!_options.KeepCiphertexts && (_round is null || directory != _folder.Round(_round.Number)))
            {
                Directory.Delete(directory, recursive: true);
            }
        }

        if (_options.StartRounds && _session.Allowance == 0 && _session.Ended is null && _session.NextRound == 0)
        {
            _session.Allow(-1);
        }
    }

    private bool TryBegin()
    {
        if (_session.Ended is not null)
        {
            return false;
        }

        RoundKind? kind = _training is null ? RoundKind.Sum : _training.Next;
        bool exhausted = _session.NextRound >= (ulong)_plan.Settings.Rounds;
        if (kind is null || exhausted)
        {
            _session.End(exhausted ? "the plan has no further rounds" : "training has ended",
                incomplete: _training is not null && kind is not null, _transcript)();
            Wake(phase: true);
            return true;
        }

        bool allowed = _session.Allowance != 0 || kind == RoundKind.Evaluation;
        if (!allowed || _uptime.Now - _decided < TimeSpan.FromSeconds(_policy.BetweenRoundsSeconds))
        {
            return false;
        }

        if (_keys is { IsDue: true })
        {
            return _keys.Step(_transcript, Append);
        }

        StoredRound stored = new(_session.NextRound, (int)kind.Value, 0,
            _clock.GetUtcNow().ToUnixTimeMilliseconds(), "");
        _session.Begin(stored);
        _round = CreateRound(stored);
        Log.RoundBegun(_log, stored.Round, kind.Value);
        Wake(phase: true);
        return true;
    }

    private void FixOpening(ServerRound round)
    {
        RoundInvitation invitation = round.Opener.CreateInvitation();
        _session.Open(round.Number, invitation, _clock.GetUtcNow());
        round.Open(invitation);
        NoteDeadline(round);
        Log.RoundOpened(_log, round.Number, invitation.Opening.Entries.Length, invitation.Opening.Hash.ToShortString());
        Wake(phase: true);
    }

    // The wall clock counts only for what it read before this process: within it, a jump moves no deadline.
    private void NoteDeadline(ServerRound round)
    {
        if (_policy.DeadlineSeconds > 0 && round.Phase == RoundPhase.Collecting)
        {
            double passed = Math.Max(0, (_clock.GetUtcNow() - _session.CollectingSince).TotalSeconds);
            round.DeadlineAt = _uptime.Now
                + TimeSpan.FromSeconds(_policy.DeadlineSeconds - Math.Min(passed, _policy.DeadlineSeconds));
        }
    }

    // The role fixes its set before the proposal is durable, but nobody sees it before; where the write fails, the same
    // set is written next time.
    private void BeginClose(ServerRound round)
    {
        round.Closing = true;
        if (_keys is not null)
        {
            round.Server!.JointKey.ActiveSet ??= ActiveSet(round);
        }
    }

    // Outside the lock: in the joint-key suite all listed ciphertexts are added here, which takes as long as reading
    // them. Nothing is taken meanwhile.
    private void Close(ServerRound round)
    {
        try
        {
            ClosedRound closed = round.Server!.Close();
            lock (_gate)
            {
                Fix(round, closed);
            }
        }
        finally
        {
            round.Closing = false;
        }

        Wake(phase: true);
    }

    private void Fix(ServerRound round, ClosedRound closed)
    {
        long decrypted = closed.Proposal.JointKey?.Decrypted ?? 0;
        _database.Commit(writer =>
        {
            writer.AddFact(round.Number, FactKind.Proposal, 0, closed.Proposal.Encode());
            if (_keys is not null)
            {
                JointKeyDesk.Spend(writer, decrypted);
            }
        });
        _keys?.Spent(decrypted);
        round.Close(closed);
        round.EvictUploads();
        Log.RoundClosed(_log, round.Number, closed.Proposal.Entries.Count(), closed.Proposal.Hash.ToShortString());
    }

    private void Certify(ServerRound round)
    {
        RoundCertificate certificate = round.Server!.CreateCertificate();
        _database.Commit(writer => writer.AddFact(round.Number, FactKind.Certificate, 0, certificate.Encode()));
        round.Certify(certificate);
        Log.RoundCertified(_log, round.Number, certificate.Votes.Length);
        Wake(phase: true);
    }

    private void Abort(ServerRound round, string reason)
    {
        _database.Commit(
            writer => writer.AddFact(round.Number, FactKind.Abort, 0, System.Text.Encoding.UTF8.GetBytes(reason)));
        round.Abort = reason;
        Log.RoundAborting(_log, round.Number, reason);
        Wake(phase: true);
    }

    private async Task BuryAsync()
    {
        ServerRound round;
        lock (_gate)
        {
            round = _round!;
            RoundDeathCertificate? certificate = round.Server is null
                ? null
                : RoundDeathCertificate.Create(round.Server.Round.Opening.Context, round.Deaths.Values);
            certificate?.Require(_plan);
            RoundSummary summary = Summarise(round, RoundPhase.Dead, [], null);
            summary.Reason = round.Abort ?? "";
            Action append = _session.Bury(summary, certificate, _transcript);
            if (certificate is not null)
            {
                byte[] encoded = certificate.Encode();
                foreach (List<(ulong Round, byte[] Certificate)> untaken in _untakenDeaths.Values)
                {
                    untaken.Add((round.Number, encoded));
                }
            }

            round.EvictUploads();
            _round = null;
            _decided = _uptime.Now;
            Log.RoundDead(_log, round.Number, round.Abort ?? "");
            Append(append);
        }

        Wake(phase: true);
        await LetGoAsync(round).ConfigureAwait(false);
    }

    // The transcript's bytes are in the state already: where the file cannot be written now, the next append or start
    // does it.
    private void Append(Action append)
    {
        try
        {
            append();
        }
        catch (IOException fault)
        {
            Log.TranscriptBehind(_log, fault);
        }
    }

    private async Task LetGoAsync(ServerRound round)
    {
        await round.ShutDownAsync().ConfigureAwait(false);
        string directory = _folder.Round(round.Number);
        if (!_options.KeepCiphertexts && Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private RoundSituation Situation(ServerRound round)
    {
        TimeSpan now = _uptime.Now;
        int entries = round.Server?.Round.Opening.Entries.Length ?? round.Entries.Count;
        bool enough = round.Phase switch
        {
            RoundPhase.Opening => entries >= _plan.Quorum.Votes,
            RoundPhase.Releasing => Released(round) >= _plan.Quorum.Threshold,
            _ => false,
        };
        round.EnoughSince = enough ? round.EnoughSince ?? now : null;
        bool collecting = round.Phase == RoundPhase.Collecting;
        int accepted = collecting ? round.Server!.Accepted.Count() : 0;
        TimeSpan? closeDue = round.CloseAsked ?? (collecting && round.DeadlineAt <= now ? round.DeadlineAt : null);
        if (collecting && round.DeadlineAt <= now && !round.DeadlineTold)
        {
            round.DeadlineTold = true;
            if (TooFew(round) is string few)
            {
                Log.DeadlinePassed(_log, round.Number, few);
            }
        }

        bool look = collecting && accepted >= _plan.Settings.MinClients && (accepted >= Wanted || closeDue is not null);
        return new RoundSituation
        {
            Phase = round.Opening ? RoundPhase.Opened : round.Phase,
            Aborting = round.Abort is not null,
            Deaths = round.Deaths.Count,
            DeathsNeeded = _plan.Quorum.Deaths,
            Holders = _plan.Quorum.KeyHolders,
            Quorum = _plan.Quorum.Votes,
            Threshold = _plan.Quorum.Threshold,
            Entries = _keys is not null && round.Phase == RoundPhase.Releasing ? _plan.Quorum.Threshold : entries,
            Enough = round.EnoughSince is { } since ? now - since : TimeSpan.Zero,
            Grace = TimeSpan.FromSeconds(_policy.OpeningGraceSeconds),
            Wanted = Wanted,
            Fewest = _plan.Settings.MinClients,
            Accepted = accepted,
            Confirmed = look ? round.Server!.Confirmed.Count : 0,
            Settled = look && round.IsSettled(_desk.Connected),
            CloseDue = closeDue is { } due ? now - due : null,
            Votes = Votes(round),
            AgreementExpired = round.Closed is { } closed
                && closed.Proposal.DeadlineUnixMilliseconds < _clock.GetUtcNow().ToUnixTimeMilliseconds(),
            Releases = Released(round),
            ReleasesInVain = round.ReleasesInVain,
        };
    }

    private ServerRound Require(ulong number, RoundPhase? phase)
    {
        if (_round is not { } round || round.Number != number)
        {
            throw RequestRefusedException.NotNow(
                _session.Ended is not null ? $"the session has ended: {_session.Ended}" : _round is null
                    ? "no round is under way" : $"round {_round.Number} is under way, not {number}");
        }

        if (phase == RoundPhase.Collecting && round.Closing)
        {
            throw RequestRefusedException.NotNow($"round {number} is being closed");
        }

        return phase is null || (round.Phase == phase && (phase != RoundPhase.Collecting || round.Abort is null))
            ? round
            : throw RequestRefusedException.NotNow(
                $"round {number} is {Name(round.Phase)}{(round.Abort is null ? "" : $" and being aborted ({round.Abort})")}, not {Name(phase.Value)}");
    }

    private static string Name(RoundPhase phase) => phase.ToString().ToLowerInvariant();

    private RoundSummary Summarise(ServerRound round, RoundPhase outcome, int[] clients,
        Dictionary<string, double>? metrics)
    {
        DateTimeOffset now = _clock.GetUtcNow();
        RoundSummary summary = new()
        {
            Round = round.Number,
            Outcome = outcome,
            Kind = round.Kind,
            UploadBytes = (ulong)((long)clients.Length * _plan.Parameters.UploadBytes),
            OpenedUnixMs = now.ToUnixTimeMilliseconds(),
            Seconds = Math.Max(0, (now - round.Started).TotalSeconds),
        };
        summary.Contributors.AddRange(clients.Select(client => _plan.Enrolment.Clients[client].Name));
        foreach ((string name, double value) in metrics ?? [])
        {
            summary.Metrics.Add(name, value);
        }

        return summary;
    }
}
