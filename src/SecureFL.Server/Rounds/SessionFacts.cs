using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Sessions;
using SecureFL.Server.State;
using SecureFL.Transport.Contracts;

namespace SecureFL.Server.Rounds;

/// <summary>The part of the session's state that outlives rounds, as it is in the database. Not thread-safe.</summary>
internal sealed class SessionFacts
{
    private const string AllowanceKey = "allowance";
    private const string EndedKey = "ended";
    private const string IncompleteKey = "incomplete";
    private const string ClosedKey = "closed";
    private const string CheckpointKey = "checkpoint";
    private const string CollectingKey = "collecting";
    private const int RecentRounds = 20;
    private readonly StateDatabase _database;
    private readonly TranscriptFile _transcript;
    private readonly ModelChain _chain;
    private readonly Queue<RoundSummary> _recent = new();

    public SessionFacts(StateDatabase database, TranscriptFile transcript, AggregationPlan plan)
    {
        _database = database;
        _transcript = transcript;
        _chain = new ModelChain(plan);
        foreach (byte[] version in database.Versions())
        {
            _chain.Append(ModelVersion.Parse(version, plan.Limits));
        }

        foreach (StoredRound round in database.Rounds(RecentRounds + 1))
        {
            if (round.Phase == 0)
            {
                Undecided = round;
            }
            else
            {
                Note(RoundSummary.Parser.ParseJson(round.Summary));
            }

            NextRound = round.Round + 1;
        }

        Allowance = database.Number(AllowanceKey, 0);
        Ended = database.Text(EndedKey);
        Incomplete = database.Number(IncompleteKey, 0) != 0;
        Closed = database.Number(ClosedKey, 0) != 0;
        long checkpoint = database.Number(CheckpointKey, -1);
        Checkpoint = checkpoint < 0 ? null : (ulong)checkpoint;
        CollectingSince = DateTimeOffset.FromUnixTimeMilliseconds(database.Number(CollectingKey, 0));
        RoundsOpened = (ulong)database.Number("opened", 0);
    }

    public ModelChain Chain => _chain;

    /// <summary>The round that an earlier process was at.</summary>
    public StoredRound? Undecided { get; }

    public ulong NextRound { get; private set; }

    /// <summary>Rounds that an operator allowed: -1 for as many as there are, 0 for none.</summary>
    public long Allowance { get; private set; }

    /// <summary>Why no further round comes, or null.</summary>
    public string? Ended { get; private set; }

    /// <summary>Whether the session ended before it was done.</summary>
    public bool Incomplete { get; private set; }

    /// <summary>Whether the key holders have closed the plan, and the transcript is complete.</summary>
    public bool Closed { get; private set; }

    /// <summary>The round after which the training's state was stored; null for before the first.</summary>
    public ulong? Checkpoint { get; private set; }

    public DateTimeOffset CollectingSince { get; private set; }

    public ulong RoundsOpened { get; private set; }

    public IReadOnlyCollection<RoundSummary> Recent => _recent;

    public RoundSummary? Last => _recent.LastOrDefault();

    public void Begin(StoredRound round)
    {
        _database.Commit(writer => writer.AddRound(round));
        NextRound = round.Round + 1;
    }

    public void Allow(long rounds)
    {
        _database.Commit(writer => writer.Set(AllowanceKey, rounds));
        Allowance = rounds;
    }

    /// <summary>The opening is fixed: clients may contribute from now on.</summary>
    public void Open(ulong round, RoundFact invitation, DateTimeOffset now)
    {
        _database.Commit(writer =>
        {
            writer.Add(round, invitation);
            writer.Set(CollectingKey, now.ToUnixTimeMilliseconds());
        });
        CollectingSince = now;
    }

    /// <summary>What the suite does between rounds.</summary>
    public Action Take(SuiteStep step)
    {
        Action append = () => { };
        _database.Commit(writer =>
        {
            foreach (SuiteValue value in step.Values)
            {
                writer.Set(value.Name, value.Bytes.ToArray());
            }

            if (!step.Records.IsEmpty)
            {
                append = _transcript.Stage(writer, step.Records);
            }
        });
        return append;
    }

    /// <summary>The version before the first round, and the transcript's beginning.</summary>
    public void Found(ModelVersion first)
    {
        Action append = () => { };
        _database.Commit(writer =>
        {
            writer.AddVersion(first);
            append = _transcript.Stage(writer, [first]);
        });
        _chain.Append(first);
        append();
    }

    /// <summary>A round is opened: version, state, transcript and summary in one transaction.</summary>
    public Action Decide(RoundSummary summary, ModelVersion version, IReadOnlyList<ProtocolMessage> records,
        ulong? checkpoint, string? ended, bool incomplete)
    {
        long allowance = Allowance > 0 && summary.Kind is not (RoundKind.Evaluation or RoundKind.Preparation)
            ? Allowance - 1 : Allowance;
        Action append = () => { };
        _database.Commit(writer =>
        {
            writer.EndRound(summary.Round, (int)summary.Outcome, Google.Protobuf.JsonFormatter.Default.Format(summary));
            writer.ForgetFacts(summary.Round);
            writer.AddVersion(version);
            writer.Set(AllowanceKey, allowance);
            writer.Set("opened", (long)RoundsOpened + 1);
            if (checkpoint is ulong round)
            {
                writer.Set(CheckpointKey, (long)round);
            }

            if (ended is not null)
            {
                writer.Set(EndedKey, ended);
                writer.Set(IncompleteKey, incomplete ? 1 : 0);
            }

            append = _transcript.Stage(writer, [.. records, version]);
        });
        _chain.Append(version);
        (Allowance, Checkpoint, Ended, Incomplete) = (allowance, checkpoint ?? Checkpoint, ended, incomplete);
        RoundsOpened++;
        Note(summary);
        return append;
    }

    /// <summary>A round is dead, with its proof where there is one.</summary>
    public Action Bury(RoundSummary summary, RoundDeathCertificate? certificate)
    {
        Action append = () => { };
        _database.Commit(writer =>
        {
            writer.EndRound(summary.Round, (int)summary.Outcome, Google.Protobuf.JsonFormatter.Default.Format(summary));
            writer.ForgetFacts(summary.Round);
            if (certificate is not null)
            {
                writer.Add(summary.Round, new RoundFact(FactKind.DeathCertificate, 0, certificate.Encode()));
                append = _transcript.Stage(writer, [certificate]);
            }
        });
        Note(summary);
        return append;
    }

    /// <summary>No further round comes.</summary>
    public void End(string reason, bool incomplete)
    {
        _database.Commit(writer =>
        {
            writer.Set(EndedKey, reason);
            writer.Set(IncompleteKey, incomplete ? 1 : 0);
        });
        (Ended, Incomplete) = (reason, incomplete);
    }

    /// <summary>Enough key holders have closed the plan.</summary>
    public Action Close(TranscriptClosing closing)
    {
        Action append = () => { };
        _database.Commit(writer =>
        {
            writer.Set(ClosedKey, 1);
            append = _transcript.Stage(writer, [closing]);
        });
        Closed = true;
        return append;
    }

    /// <summary>Whether a round is proven dead in the transcript.</summary>
    public bool IsDead(ulong round) => _database.Fact(round, FactKind.DeathCertificate) is not null;

    private void Note(RoundSummary summary)
    {
        _recent.Enqueue(summary);
        while (_recent.Count > RecentRounds)
        {
            _recent.Dequeue();
        }
    }
}
