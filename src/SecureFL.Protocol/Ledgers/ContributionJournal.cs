using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;

namespace SecureFL.Protocol.Ledgers;

/// <summary>What a client's journal says about its contribution to a round.</summary>
/// <param name="Round">The round.</param>
/// <param name="Model">The model that it was made on.</param>
/// <param name="Task">What the site computed.</param>
/// <param name="Statement">
/// Hash of the one statement that may be sent; null for a contribution that left chunk by chunk while it was made, of
/// which nothing can be sent again.
/// </param>
public sealed record ContributionClaim(ulong Round, Digest Model, RoundTask Task, Digest? Statement);

/// <summary>
/// A client's durable memory of what it contributed to: one contribution a round, one a base model, and one a task of
/// the plan's terms, unless the former round is proven dead or the plan permits otherwise. Recorded before the first
/// byte leaves. Keyed by the model, not its version: a version that a wholly spoiled round made has the model of the
/// one before, and two sums over one model differ by whoever is missing in one of them. Not thread-safe.
/// </summary>
internal sealed class ContributionJournal
{
    private const byte ContributionRecord = 1;
    private const byte DeathRecord = 2;
    private const byte StatementRecord = 3;
    private readonly ILedgerStorage _storage;
    private readonly AggregationPlan _plan;
    private readonly Dictionary<ulong, ContributionClaim> _rounds = [];
    private readonly HashSet<ulong> _dead = [];
    private bool _failed;

    public ContributionJournal(ILedgerStorage storage, AggregationPlan plan)
    {
        _storage = storage;
        _plan = plan;
        foreach (ReadOnlyMemory<byte> record in storage.ReadAll())
        {
            Replay(record.Span);
        }
    }

    /// <summary>The contribution to a round, null if there was none.</summary>
    public ContributionClaim? ClaimOf(ulong round) => _rounds.GetValueOrDefault(round);

    /// <summary>Refuses a second contribution in the round, on the model, or to the task.</summary>
    public void RequireFree(ulong round, Digest model, RoundTask task)
    {
        RequireUsable();
        if (_rounds.ContainsKey(round))
        {
            throw new ProtocolViolationException(ViolationCode.DuplicateContribution, Party.Server,
                "one contribution a round", $"round {round} again");
        }

        if (RoundsInTheWay(model) is [ulong former, ..])
        {
            throw new ProtocolViolationException(
                ViolationCode.SecondContributionOnBase,
                Party.Server,
                $"a new model, or {_plan.Quorum.Deaths} signed deaths of round {former}",
                $"round {round} on the model of round {former}");
        }

        // Every opened step leads to another one: whoever asks for one again wants the difference of two sums.
        if (RoundsInTheWay(model, task) is [ulong repeated, ..])
        {
            throw new ProtocolViolationException(ViolationCode.SecondContributionOnBase, Party.Server,
                $"{task} once, or {_plan.Quorum.Deaths} signed deaths of round {repeated}",
                $"{task} again, on another model, in round {round}");
        }
    }

    /// <summary>Rounds with a contribution on the model that are not proven dead.</summary>
    public IReadOnlyList<ulong> RoundsInTheWay(Digest model) => InTheWay(claim => claim.Model == model);

    /// <summary>
    /// Refuses a second contribution in the round, on the model or to the task, then records the first one durably.
    /// Without a statement its bytes leave as they are made.
    /// </summary>
    public void Claim(ulong round, Digest model, RoundTask task, Digest? statement = null)
    {
        RequireFree(round, model, task);
        CanonicalWriter writer = new();
        writer.Byte(statement is null ? ContributionRecord : StatementRecord);
        writer.Digest(_plan.Digest);
        writer.UInt64(round);
        writer.Digest(model);
        task.Write(writer);
        if (statement is Digest hash)
        {
            writer.Digest(hash);
        }

        Append(writer.Written);
        _rounds.Add(round, new ContributionClaim(round, model, task, statement));
    }

    /// <summary>Records that a round can never open.</summary>
    public void Bury(ulong round)
    {
        RequireUsable();
        if (_dead.Contains(round))
        {
            return;
        }

        CanonicalWriter writer = new();
        writer.Byte(DeathRecord);
        writer.Digest(_plan.Digest);
        writer.UInt64(round);
        Append(writer.Written);
        _dead.Add(round);
    }

    /// <summary>Rounds with a contribution on the model or to the task that are not proven dead.</summary>
    public IReadOnlyList<ulong> RoundsInTheWay(Digest model, RoundTask task) =>
        InTheWay(claim => claim.Model == model || (task.Kind != TaskKind.Sum && claim.Task == task));

    private IReadOnlyList<ulong> InTheWay(Func<ContributionClaim, bool> concerns) =>
        _plan.Settings.AllowEarlyResubmission ? []
        : [.. _rounds.Values.Where(claim => concerns(claim) && !_dead.Contains(claim.Round))
            .Select(claim => claim.Round)];

    private void Replay(ReadOnlySpan<byte> record)
    {
        try
        {
            CanonicalReader reader = new(record, "journal record", Party.Peer);
            byte type = reader.Byte("type");
            if (reader.Digest("plan") != _plan.Digest)
            {
                throw new LedgerUnavailableException("the contribution journal belongs to another plan");
            }

            ulong round = reader.UInt64("round");
            if (type is ContributionRecord or StatementRecord)
            {
                _rounds.Add(round, new ContributionClaim(round, reader.Digest("model"), RoundTask.Read(ref reader),
                    type == StatementRecord ? reader.Digest("statement") : null));
            }
            else if (type == DeathRecord)
            {
                _dead.Add(round);
            }
            else
            {
                throw reader.Refuse(ViolationCode.OutOfRange, "type", "1 to 3", type);
            }

            reader.End();
        }
        catch (Exception refusal) when (refusal is ProtocolViolationException or ArgumentException)
        {
            throw new LedgerUnavailableException($"the contribution journal is damaged: {refusal.Message}", refusal);
        }
    }

    private void Append(ReadOnlySpan<byte> record)
    {
        try
        {
            _storage.Append(record);
            _storage.Flush();
        }
        catch (Exception failure)
        {
            _failed = true;
            throw new LedgerUnavailableException(
                "a write to the contribution journal failed; the client sends nothing until it is opened anew",
                failure);
        }
    }

    private void RequireUsable()
    {
        if (_failed)
        {
            throw new LedgerUnavailableException(
                "a write to the contribution journal failed; the client sends nothing until it is opened anew");
        }
    }
}
