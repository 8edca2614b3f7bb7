namespace SecureFL.Aggregation;

/// <summary>
/// A client's durable memory of what it contributed to: one contribution a round, and one a base model, unless the former round is proven dead
/// or the plan permits otherwise. Recorded before the first byte leaves. Keyed by the model, not its version: a version that a wholly spoiled round
/// made has the model of the one before, and two sums over one model differ by whoever is missing in one of them. Not thread-safe.
/// </summary>
internal sealed class ContributionJournal
{
    private const byte ContributionRecord = 1;
    private const byte DeathRecord = 2;
    private readonly ILedgerStorage _storage;
    private readonly AggregationPlan _plan;
    private readonly Dictionary<ulong, Digest> _rounds = [];
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

    /// <summary>Refuses a second contribution in the round or on the model, then records the first one durably.</summary>
    public void Claim(ulong round, Digest model)
    {
        RequireUsable();
        if (_rounds.ContainsKey(round))
        {
            throw new ProtocolViolationException(ViolationCode.DuplicateContribution, Party.Server, "one contribution a round", $"round {round} again");
        }

        foreach ((ulong former, Digest used) in _rounds)
        {
            if (used == model && !_dead.Contains(former) && !_plan.Settings.AllowEarlyResubmission)
            {
                throw new ProtocolViolationException(
                    ViolationCode.SecondContributionOnBase,
                    Party.Server,
                    $"a new model, or {_plan.Quorum.Deaths} signed deaths of round {former}",
                    $"round {round} on the model of round {former}");
            }
        }

        CanonicalWriter writer = new();
        writer.Byte(ContributionRecord);
        writer.Digest(_plan.Digest);
        writer.UInt64(round);
        writer.Digest(model);
        Append(writer.Written);
        _rounds.Add(round, model);
    }

    /// <summary>Records that a round can never open.</summary>
    public void Bury(ulong round)
    {
        RequireUsable();
        CanonicalWriter writer = new();
        writer.Byte(DeathRecord);
        writer.Digest(_plan.Digest);
        writer.UInt64(round);
        Append(writer.Written);
        _dead.Add(round);
    }

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
            if (type == ContributionRecord)
            {
                _rounds.Add(round, reader.Digest("model"));
            }
            else if (type == DeathRecord)
            {
                _dead.Add(round);
            }
            else
            {
                throw reader.Refuse(ViolationCode.OutOfRange, "type", "1 or 2", type);
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
            throw new LedgerUnavailableException("a write to the contribution journal failed; the client sends nothing until it is opened anew", failure);
        }
    }

    private void RequireUsable()
    {
        if (_failed)
        {
            throw new LedgerUnavailableException("a write to the contribution journal failed; the client sends nothing until it is opened anew");
        }
    }
}
