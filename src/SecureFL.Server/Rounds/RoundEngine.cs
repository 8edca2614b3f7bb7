using SecureFL.Consortium.Courses;
using SecureFL.Consortium.Plans;
using SecureFL.Learning.Models;
using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Sessions;
using SecureFL.Server.State;
using SecureFL.Storage.Rounds;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>
/// Runs the session (<see cref="ServerSession"/>): takes messages and requests one at a time, makes each durable before
/// it counts, and moves the round on. Thread-safe: one lock over everything small; chunks, sums and models are worked
/// on outside it. After a failure of the disk nothing has changed, and the same step is tried again.
/// </summary>
internal sealed class RoundEngine : IAsyncDisposable
{
    private readonly EngineState _state;
    private readonly SigningIdentity _identity;
    private readonly ServerFolder _folder;
    private readonly EngineOptions _options;
    private readonly TrainingRun? _training;
    private readonly RoundClock _clock;
    private readonly RoundSteps _steps;
    private readonly SumOpening _opening;
    private readonly SessionStatus _status;
    private readonly BetweenRounds _between;

    public RoundEngine(
        AggregationPlan plan,
        TrainingTerms? terms,
        SigningIdentity identity,
        ServerFolder folder,
        StateDatabase database,
        TranscriptFile transcript,
        Func<ModelParameters>? initial,
        TimeProvider clock,
        EngineOptions options,
        ILogger log)
    {
        RoundPolicy policy = terms?.Rounds ?? RoundPolicy.Default;
        _identity = identity;
        _folder = folder;
        _options = options;
        _state = new EngineState(plan, terms, database, transcript, clock, log) { Tampering = options.Tampering };
        if (terms is not null)
        {
            bool begun = _state.Facts.Chain.Head is not null;
            TrainingCourse course = new(
                terms, plan, begun ? TrainingRun.Read(folder.Checkpoint(_state.Facts.Checkpoint))
                    : options.Tampering.Start(TrainingCourse.Start(terms, initial?.Invoke())));
            _training = new TrainingRun(course, folder);
        }

        _clock = new RoundClock(_state, policy);
        _steps = new RoundSteps(_state, _clock, folder, options.KeepCiphertexts);
        _opening = new SumOpening(_state, _steps, _training, folder, new SumFiles(plan, folder, options.Sums));
        _between = new BetweenRounds(
            _state, _training?.Course, TimeSpan.FromSeconds(policy.BetweenRoundsSeconds), Create);
        _status = new SessionStatus(_state, policy);
        Contributions = new ContributionDesk(_state);
        Holders = new HolderDesk(_state, _status.Presence);
        _state.Model.Take(_training?.Course, _state.Facts.Recent);
        Restore();
    }

    /// <summary>What clients do.</summary>
    public ContributionDesk Contributions { get; }

    /// <summary>What key holders do.</summary>
    public HolderDesk Holders { get; }

    /// <summary>Beats at every change.</summary>
    public Pulse Changed => _state.Changed;

    /// <summary>Beats when a round changes its phase.</summary>
    public Pulse PhaseChanged => _state.PhaseChanged;

    /// <summary>Whether a round has begun and is not decided.</summary>
    public bool IsRoundUnderWay
    {
        get
        {
            lock (_state.Gate)
            {
                return _state.Work is not null;
            }
        }
    }

    /// <summary>The newest round as a client sees it; -1 for others.</summary>
    public RoundState StateFor(int client) =>
        client < 0 ? _status.For(client) : _options.Tampering.Tell(client, _status.For(client));

    /// <summary>The invitation to a round as a client fetches it.</summary>
    public RoundInvitation InvitationFor(int client, ulong round) =>
        _options.Tampering.Invite(client, Contributions.Invitation(round));

    /// <summary>What a party is sent, as it leaves.</summary>
    public T Say<T>(Party party, T message)
        where T : class, Google.Protobuf.IMessage<T> => _options.Tampering.Say(party, message);

    /// <summary>Values that a client is to get instead of those under a digest; null for these.</summary>
    public float[]? ModelFor(int client, Digest model) => _options.Tampering.Model(client, model);

    /// <summary>What a lying server hands one client for the sum that made a version; null for the truth.</summary>
    public byte[]? SumFor(int client, ulong version, string file) => _options.Tampering.Sum(client, version, file);

    /// <summary>Everything for operators.</summary>
    public StatusReply Status(long bytesInFlight) => _status.Tell(bytesInFlight);

    public void CountReceived(long bytes) => _status.CountReceived(bytes);

    public void CountSent(long bytes) => _status.CountSent(bytes);

    /// <summary>The party has called.</summary>
    public void Saw(Party party) => _status.Presence.Saw(party, _state.Clock.GetUtcNow());

    /// <summary>A stream of the party is open until the result is disposed.</summary>
    public IDisposable Stay(Party party)
    {
        Saw(party);
        return _status.Presence.Stay(party);
    }

    /// <summary>Lets rounds start: 0 for as many as there are.</summary>
    public void StartRounds(uint rounds)
    {
        lock (_state.Gate)
        {
            _between.Allow(rounds);
        }

        _state.Wake();
    }

    /// <summary>No new round starts until <see cref="StartRounds"/>.</summary>
    public void Pause()
    {
        lock (_state.Gate)
        {
            _state.Facts.Allow(0);
            Log.Paused(_state.Log);
        }

        _state.Wake();
    }

    /// <summary>Fixes the set with what is there, as soon as enough holders have checked it.</summary>
    public void CloseRound(ulong number)
    {
        lock (_state.Gate)
        {
            RoundWork work = _state.Require(number, RoundPhase.Collecting);
            int accepted = work.Round.Server!.Accepted.Count();
            int fewest = _state.Plan.Settings.MinClients;
            if (accepted < fewest)
            {
                throw RequestRefusedException.NotNow(
                    $"round {number} has {accepted} contributions, at least {fewest} are needed");
            }

            _state.Apply(work, new RoundFact(FactKind.CloseAsked, 0, default));
            work.CloseAsked = _state.Uptime.Now;
        }

        _state.Wake();
    }

    /// <summary>Asks the key holders to declare the round dead.</summary>
    public void AbortRound(ulong number, string reason)
    {
        lock (_state.Gate)
        {
            RoundWork work = _state.Require(number, phase: null);
            if (work.Opening || _opening.IsStaged)
            {
                throw RequestRefusedException.NotNow($"round {number} is being opened");
            }

            _steps.Abort(work, reason);
        }

        _state.Wake();
    }

    /// <summary>Takes the next step, if there is one.</summary>
    /// <returns>Whether anything happened; false: wait for a change or a little while.</returns>
    /// <exception cref="IOException">The disk is full or fails; nothing happened.</exception>
    public async Task<bool> StepAsync()
    {
        if (_opening.IsStaged)
        {
            _opening.Commit();
            _between.RoundDecided();
            return true;
        }

        RoundStep step;
        lock (_state.Gate)
        {
            if (_state.Work is not { } work)
            {
                return _between.Step();
            }

            step = RoundDecision.Next(_clock.Look(work));
            TakeUnderLock(step, work);
        }

        switch (step)
        {
            case RoundStep.Close:
                await Task.Run(() => _steps.Close(_state.Work!)).ConfigureAwait(false);
                break;
            case RoundStep.Open:
                await Task.Run(_opening.Open).ConfigureAwait(false);
                break;
            case RoundStep.DeclareDead:
                await _steps.BuryAsync().ConfigureAwait(false);
                break;
        }

        if (step is RoundStep.Open or RoundStep.DeclareDead && _state.Work is null)
        {
            _between.RoundDecided();
        }

        return step != RoundStep.Wait;
    }

    /// <summary>Says, or takes back, what keeps the server from going on.</summary>
    public void Report(string? trouble)
    {
        if (_status.Trouble != trouble)
        {
            _status.Trouble = trouble;
            _state.PhaseChanged.Beat();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_state.Work is { } work)
        {
            await work.ShutDownAsync().ConfigureAwait(false);
        }

        _state.Session.Dispose();
    }

    private void TakeUnderLock(RoundStep step, RoundWork work)
    {
        switch (step)
        {
            case RoundStep.FixOpening:
                _steps.FixOpening(work);
                break;
            case RoundStep.Close:
                _steps.BeginClose(work);
                break;
            case RoundStep.Certify:
                _steps.Certify(work);
                break;
            case RoundStep.Abort:
                _steps.Abort(work, RoundClock.HoldersAreGone(work.Round, _state.Plan.Quorum)
                    ? "too few key holders are left: the round is dead to the others"
                    : work.LifeEndsAt < _state.Uptime.Now
                    ? $"its life of {_state.Plan.Settings.RoundLifeSeconds} seconds is over"
                    : "key holders did not agree in time");
                break;
            case RoundStep.Open:
                work.Opening = _state.Session.IsBusy = true;
                break;
        }
    }

    private RoundWork Create(StoredRound stored) => new(stored, (number, keep) => new ServerRound(
        _state.Plan, number, _state.Facts.Chain.Window(), _training?.Course.NextTask ?? default,
        _state.Facts.IsDead, invitation =>
        {
            Uploads.UploadStore store = _options.OpenStore(_folder)(number);
            keep(store);
            return new AggregationServer(_state.Plan, invitation, _identity, _state.Clock, store,
                _state.Session.Suite.CreateServerOptions(() => new FileSumStore(_folder.OpenSums)));
        }));

    private void Restore()
    {
        ISuiteSession suite = _state.Session.Suite;
        suite.Apply([.. suite.ValueNames.Select(name => (Name: name, Value: _state.Database.Value(name)))
            .Where(known => known.Value is not null).Select(known => new SuiteValue(known.Name, known.Value))]);
        if (_state.Facts.Chain.Head is null)
        {
            _training?.Store(null);
            _state.Facts.Found(
                ModelVersion.CreateFirst(_state.Plan.Limits, _training?.Course.Stamp.Digest ?? default, _identity));
        }

        _training?.Publish();
        for (int holder = 0; holder < _state.Plan.Enrolment.KeyHolders.Count; holder++)
        {
            foreach ((ulong round, byte[] certificate) in _state.Database.DeathsFor(holder))
            {
                _state.Session.Deaths.Add(holder, round, certificate);
            }
        }

        _folder.RemoveOpenSums();
        if (_state.Facts.Undecided is { } stored)
        {
            Restore(Create(stored));
        }

        _steps.Tidy();

        if (_options.StartRounds)
        {
            _between.AllowFirst();
        }
    }

    private void Restore(RoundWork work)
    {
        work.Round.Apply(_state.Database.Facts(work.Number));
        work.RestoreUploads(_state.Plan);
        work.CloseAsked = work.Round.CloseAsked ? TimeSpan.Zero : null;
        _state.Enter(work);
        _clock.NoteDeadline(work);
        Log.RoundRestored(_state.Log, work.Number, work.Phase, work.Round.Server?.Accepted.Count() ?? 0);
    }
}
