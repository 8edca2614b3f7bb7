using System.Globalization;
using SecureFL.Consortium.Plans;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Sessions;
using SecureFL.Server.State;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>
/// What the parts of the engine share: the session with its round, the store of facts, the clocks, and the one lock
/// over everything small. Members are used under the lock, except for pulses, clocks and the database.
/// </summary>
internal sealed class EngineState
{
    public EngineState(AggregationPlan plan, TrainingTerms? terms, StateDatabase database, TranscriptFile transcript,
        TimeProvider clock, ILogger log)
    {
        Plan = plan;
        Database = database;
        Clock = clock;
        Uptime = new Uptime(clock);
        Log = log;
        Facts = new SessionFacts(database, transcript, plan);
        Model = new ModelNote(plan, terms);
        Session = new ServerSession(plan, Facts.Chain,
            (round, fact) => database.Commit(writer => writer.Add(round, fact)));
    }

    public Lock Gate { get; } = new();

    public AggregationPlan Plan { get; }

    /// <summary>Where the server departs from the protocol.</summary>
    public ITampering Tampering { get; init; } = ITampering.None;

    public StateDatabase Database { get; }

    public TimeProvider Clock { get; }

    public Uptime Uptime { get; }

    public ILogger Log { get; }

    /// <summary>What outlives rounds.</summary>
    public SessionFacts Facts { get; }

    /// <summary>The model as others see it.</summary>
    public ModelNote Model { get; }

    /// <summary>Who is owed what.</summary>
    public ServerSession Session { get; }

    /// <summary>The round under way; null between rounds.</summary>
    public RoundWork? Work { get; private set; }

    /// <summary>Beats at every change.</summary>
    public Pulse Changed { get; } = new();

    /// <summary>Beats when a round changes its phase.</summary>
    public Pulse PhaseChanged { get; } = new();

    /// <summary>A round begins, or ends with null.</summary>
    public void Enter(RoundWork? work)
    {
        Work = work;
        if (work is not null)
        {
            // As with deadlines, the wall clock counts only for what passed before this process.
            double passed = Math.Max(0, (Clock.GetUtcNow() - work.Started).TotalSeconds);
            work.LifeEndsAt = Uptime.Now + TimeSpan.FromSeconds(Plan.Settings.RoundLifeSeconds - passed);
        }

        Session.Round = work?.Round;
        Session.IsBusy = false;
    }

    /// <summary>Wakes everyone who waits.</summary>
    public void Wake(bool phase = false)
    {
        Changed.Beat();
        if (phase)
        {
            PhaseChanged.Beat();
        }
    }

    /// <summary>A fact of the round under way: durable, then it counts.</summary>
    public void Apply(RoundWork work, RoundFact fact) =>
        work.Round.Apply(fact, () => Database.Commit(writer => writer.Add(work.Number, fact)));

    /// <summary>The round under way, if it is this one and in this phase.</summary>
    /// <exception cref="RequestRefusedException">It is not.</exception>
    public RoundWork Require(ulong number, RoundPhase? phase)
    {
        if (Work is not { } work || work.Number != number)
        {
            throw RequestRefusedException.NotNow(
                Facts.Ended is not null ? $"the session has ended: {Facts.Ended}" : Work is null
                    ? "no round is under way" : $"round {Work.Number} is under way, not {number}");
        }

        if (phase == RoundPhase.Collecting && work.Closing)
        {
            throw RequestRefusedException.NotNow($"round {number} is being closed");
        }

        string? abort = work.Round.Abort;
        if (phase is null || (work.Phase == phase && (phase != RoundPhase.Collecting || abort is null)))
        {
            return work;
        }

        string aborting = abort is null ? "" : $" and being aborted ({abort})";
        throw RequestRefusedException.NotNow(
            $"round {number} is {Name(work.Phase)}{aborting}, not {Name(phase.Value)}");
    }

    /// <summary>What the deadline alone does not close, for people; null where enough is there.</summary>
    public string? TooFew(RoundWork work)
    {
        int accepted = work.Round.Server?.Accepted.Count() ?? 0;
        int fewest = Plan.Settings.MinClients;
        return accepted >= fewest ? null
            : string.Create(CultureInfo.InvariantCulture,
                $"deadline passed, {accepted} of at least {fewest} contributions: it waits for more, an operator may "
                + $"abort it");
    }

    /// <summary>A phase in words.</summary>
    public static string Name(RoundPhase phase) => phase.ToString().ToLowerInvariant();

    /// <summary>
    /// Appends to the transcript. Its bytes are in the state already: where the file cannot be written now, the next
    /// append or start does it.
    /// </summary>
    public void Append(Action append)
    {
        try
        {
            append();
        }
        catch (IOException fault)
        {
            Server.Log.TranscriptBehind(Log, fault);
        }
    }
}
