using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;

namespace SecureFL.Protocol.Sessions;

/// <summary>
/// The server's side of a session without IO: what each key holder is owed now (<see cref="Due"/>), and what its answer
/// amounts to (<see cref="Handle(HolderStream, ulong, byte[])"/>). Who runs it moves the bytes, makes facts durable,
/// and decides when a round begins and when its next step is taken. Time comes in as uptime. Not thread-safe.
/// </summary>
public sealed class ServerSession : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly ModelChain _chain;
    private readonly Action<ulong, RoundFact> _commit;

    /// <summary>A session without a round.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="chain">The model chain, which its owner extends.</param>
    /// <param name="commit">
    /// Makes a fact of a round durable that an answer amounts to; where it throws, nothing has changed.
    /// </param>
    public ServerSession(AggregationPlan plan, ModelChain chain, Action<ulong, RoundFact> commit)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentNullException.ThrowIfNull(commit);
        _plan = plan;
        _chain = chain;
        _commit = commit;
        Suite = ISessionSuite.Of(plan);
        Ledgers = new LedgerExchange(plan);
    }

    /// <summary>The suite's half.</summary>
    public ISuiteSession Suite { get; }

    /// <summary>Who is connected, and what they ask of each other.</summary>
    public LedgerExchange Ledgers { get; }

    /// <summary>Proofs of deaths that holders have not taken.</summary>
    public OwedDeaths Deaths { get; } = new();

    /// <summary>The round under way; null between rounds. Streams forget what they were sent before it.</summary>
    public ServerRound? Round
    {
        get;
        set
        {
            field = value;
            Ledgers.Forget(value?.Number ?? 0);
        }
    }

    /// <summary>The end of the session; null before it.</summary>
    public SessionClosing? Closing { get; set; }

    /// <summary>
    /// Whether the round's role is at work, fixing the set or opening the sum: nothing is due that reads its sums or
    /// whose answer would change it. Such an answer that was on its way is asked for again afterwards.
    /// </summary>
    public bool IsBusy { get; set; }

    /// <summary>What a holder is owed now, in order; the same until it is answered.</summary>
    public IEnumerable<DueTask> Due(HolderStream stream, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(stream);
        foreach (DueTask task in Ledgers.Due(stream.Holder))
        {
            yield return task;
        }

        foreach ((ulong number, byte[] certificate) in Deaths.Of(stream.Holder))
        {
            yield return new DueTask(new HolderTaskKey(MessageType.RoundDeathCertificate, number), () => certificate);
        }

        if (Closing?.HasAnswered(stream.Holder) == false)
        {
            int known = (int)Math.Min(stream.Known, (ulong)_chain.Versions.Count);
            yield return DueTask.AskClosing(_plan.Context(0), _chain.Versions.Skip(known));
        }

        foreach (DueTask task in Suite.Due(stream))
        {
            yield return task;
        }

        if (Round is not { } round)
        {
            yield break;
        }

        foreach (DueTask task in DueTasks.Of(round, stream, _chain.Versions))
        {
            if (!IsBusy || !DueTasks.ChangesRole(task.Key))
            {
                yield return task;
            }
        }

        bool takesPart = !IsBusy && DueTasks.TakesPart(round, stream.Holder)
            && !round.Holders.Deaths.ContainsKey(stream.Holder);
        foreach (DueTask task in takesPart ? Suite.Due(round, stream, now) : [])
        {
            yield return task;
        }
    }

    /// <summary>What is due and was not sent on the stream yet, a few at a time; noted as sent.</summary>
    public IReadOnlyList<SentTask> Take(HolderStream stream, TimeSpan now)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.Take(Due(stream, now), now, Suite.TasksAtOnce);
    }

    /// <summary>Takes an answer: checks it, makes the fact durable that it amounts to, and lets it count.</summary>
    /// <param name="stream">The holder's stream.</param>
    /// <param name="id">The task.</param>
    /// <param name="answer">The canonical answer, empty for "done".</param>
    /// <returns>The task.</returns>
    /// <exception cref="ProtocolViolationException">
    /// It is not what the task asks for, or no task of this number waits for an answer.
    /// </exception>
    public HolderTaskKey Handle(HolderStream stream, ulong id, byte[] answer)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(answer);
        HolderTaskKey task = stream.Answered(id);
        ServerRound? round = Round is { } current && current.Number == task.Round ? current : null;
        if (IsBusy && round is not null && DueTasks.ChangesRole(task))
        {
            stream.SendAgain(task);
        }
        else if (!Suite.Handle(stream, task, answer, round))
        {
            Handle(stream, task, answer, round);
        }

        return task;
    }

    /// <summary>A holder refuses a task: it comes again later.</summary>
    /// <param name="stream">The holder's stream.</param>
    /// <param name="id">The task.</param>
    /// <param name="code">Why (<see cref="ViolationCode"/>); 0 where the holder is not able to.</param>
    /// <param name="now">The time.</param>
    /// <param name="note">What follows from it, for people; null for nothing.</param>
    /// <returns>The task.</returns>
    /// <exception cref="ProtocolViolationException">No task of this number waits for an answer.</exception>
    public HolderTaskKey Refuse(HolderStream stream, ulong id, uint code, TimeSpan now, out string? note)
    {
        ArgumentNullException.ThrowIfNull(stream);
        HolderTaskKey task = stream.Refused(id, now);
        note = Suite.Refused(stream, task, code, now);
        if (Round is not { } round || round.Number != task.Round)
        {
            return task;
        }

        if (code is (uint)ViolationCode.RoundDead)
        {
            round.Holders.NoteGone(stream.Holder);
        }

        if (task.Kind == MessageType.ShareDelivery && code is not (uint)ViolationCode.WrongOpening)
        {
            round.Holders.Note(stream.Holder, task.Subject, receipt: false);
        }

        return task;
    }

    /// <summary>The set of the round under way is fixed, with what that changes of the suite's values.</summary>
    /// <param name="proposal">The set, by the round's role.</param>
    /// <param name="commit">Makes both durable; where it throws, nothing has changed.</param>
    /// <exception cref="ProtocolViolationException">A set of another round.</exception>
    public void Fix(CertificateProposal proposal, Action<RoundFact, IReadOnlyList<SuiteValue>> commit)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        ServerRound round = Round ?? throw new InvalidOperationException("no round is under way");
        round.Context.Require(proposal.Context, Party.Server);
        RoundFact fact = new(FactKind.Proposal, 0, proposal.Encode());
        IReadOnlyList<SuiteValue> values = Suite.ValuesOf(proposal);
        round.Apply(fact, () => commit(fact, values));
        Suite.Apply(values);
    }

    /// <summary>What a holder is waited for, for people; empty for nothing.</summary>
    public string WaitingFor(int holder)
    {
        if (Round is not { } round)
        {
            return Closing?.HasAnswered(holder) == false ? "its signature that the plan is closed"
                : Suite.WaitingFor(holder, null) ?? "";
        }

        HolderMessages said = round.Holders;
        if (round.Abort is not null && !said.Deaths.ContainsKey(holder) && !said.Releases.ContainsKey(holder))
        {
            return "its signature that the round is dead";
        }

        return round.Stage switch
        {
            RoundStage.Opening => said.Entries.ContainsKey(holder) ? "" : "its entry for the round",
            RoundStage.Agreeing => said.Votes.ContainsKey(holder) ? "" : "its vote",
            RoundStage.Releasing => Suite.WaitingFor(holder, round)
                ?? (said.Releases.ContainsKey(holder) ? "" : "its release"),
            _ when round.Server!.Round.Opening.PositionOf(holder) < 0 => "the next round: it has no part in this one",
            _ => round.Server.Accepted.Any(statement => !said.HasAnswered(holder, statement.Client))
                ? "receipts of contributions" : "",
        };
    }

    /// <inheritdoc/>
    public void Dispose() => Suite.Dispose();

    private void Handle(HolderStream stream, HolderTaskKey task, byte[] answer, ServerRound? round)
    {
        int holder = stream.Holder;
        switch (task.Kind)
        {
            case MessageType.LedgerHeadRequest:
                Ledgers.HandleHead(holder, task, answer);
                break;
            case MessageType.RoundDeathCertificate:
                _commit(task.Round, new RoundFact(FactKind.DeathTaken, holder, default));
                Deaths.Remove(holder, task.Round);
                break;
            case MessageType.ClosingStatement when Closing is not null:
                ClosingStatement statement = ClosingStatement.Parse(answer, _plan.Limits);
                LedgerExchange.RequireHolder(statement.Holder, holder);
                Closing.Handle(statement);
                break;
            case MessageType.RoundOpeningEntry when round is { Stage: RoundStage.Opening }:
                Suite.Require(RoundOpeningEntry.Parse(answer, _plan.Limits));
                Apply(round, new RoundFact(FactKind.Entry, holder, answer));
                stream.Known = (ulong)_chain.Versions.Count;
                break;
            case MessageType.ShareDelivery when round is { Server: not null, Certificate: null }:
                HandleReceipt(round, holder, task.Subject, Receipt.Parse(answer, _plan.Limits));
                break;
            case MessageType.CertificateProposal when round is { Stage: RoundStage.Agreeing }:
                Apply(round, new RoundFact(FactKind.Vote, holder, answer));
                break;
            case MessageType.RoundCertificate when round is { Stage: RoundStage.Releasing }:
                Apply(round, new RoundFact(FactKind.Release, holder, answer));
                break;
            case MessageType.RoundDeath when round is not null:
                Apply(round, new RoundFact(FactKind.Death, holder, answer));
                break;
        }
    }

    private void Apply(ServerRound round, RoundFact fact) => round.Apply(fact, () => _commit(round.Number, fact));

    private static void HandleReceipt(ServerRound round, int holder, int client, Receipt receipt)
    {
        LedgerExchange.RequireHolder(receipt.Holder, holder);
        if (receipt.Client == client && round.Accepted(client) is not null)
        {
            round.Server!.HandleReceipt(receipt);
            round.Holders.Note(holder, client, receipt: true);
        }
    }
}
