using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;

namespace SecureFL.Protocol.Ledgers;

/// <summary>
/// A key holder's durable memory. Every method that records returns only after the record is flushed: so an entry,
/// vote, release or death is durable before its first byte leaves. Records are hash-chained. After a failed write the
/// ledger refuses everything until it is opened anew, because the medium may or may not hold the record. Not
/// thread-safe.
/// </summary>
public sealed class DecryptionLedger
{
    // The end of the year 9999: what a calendar holds.
    private const long LatestTime = 253_402_300_799_999;

    private readonly ILedgerStorage _storage;
    private readonly AggregationPlan _plan;
    private readonly LedgerState _state;
    private Exception? _failure;

    /// <summary>
    /// Opens the ledger of one holder, replaying what the storage holds; an empty storage is bound to plan and holder.
    /// </summary>
    /// <exception cref="LedgerUnavailableException">Damaged records, or a ledger of another plan or holder.</exception>
    public DecryptionLedger(ILedgerStorage storage, AggregationPlan plan, int holder)
    {
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(plan);
        _storage = storage;
        _plan = plan;
        _state = new LedgerState(plan);
        Holder = holder;
        IReadOnlyList<ReadOnlyMemory<byte>> records = storage.ReadAll();
        if (records.Count == 0)
        {
            Append(LedgerRecordType.Binding, BindingBody());
            return;
        }

        foreach (ReadOnlyMemory<byte> record in records)
        {
            Replay(record.Span);
        }
    }

    /// <summary>The holder's plan index.</summary>
    public int Holder { get; }

    /// <summary>Records so far.</summary>
    public long Count { get; private set; }

    /// <summary>Whether all writes succeeded so far; after one that failed, the ledger must be opened anew.</summary>
    public bool IsUsable => _failure is null;

    /// <summary>Hash of the newest record.</summary>
    public Digest Head { get; private set; }

    internal LedgerState State => _failure is null ? _state : throw Unavailable();

    internal void Record(ModelVersion version)
    {
        if (State.Chain.Append(version))
        {
            Append(LedgerRecordType.Version, version.Encode());
        }
    }

    /// <param name="entry">The holder's entry.</param>
    /// <param name="time">Milliseconds since 1970 by the holder's clock: the round's life is counted from it.</param>
    internal void Record(RoundOpeningEntry entry, long time)
    {
        CanonicalWriter writer = new();
        writer.Int64(time);
        writer.Fixed(entry.Encode());
        Append(LedgerRecordType.Entry, writer.Written);
        _state.Apply(entry, time);
    }

    internal void Record(RoundOpening opening, CertificateProposal proposal,
        IReadOnlyList<VotedContribution> contributions, Vote vote)
    {
        CanonicalWriter writer = new();
        writer.Counted(opening.Encode());
        writer.Counted(proposal.Encode());
        foreach (VotedContribution contribution in contributions)
        {
            writer.Digest(contribution.BaseModel);
        }

        writer.Fixed(vote.Encode());
        Append(LedgerRecordType.Vote, writer.Written);
        _state.Apply(opening, proposal, contributions, vote);
    }

    internal void Record(RoundCertificate certificate, Release release)
    {
        CanonicalWriter writer = new();
        writer.Counted(certificate.Encode());
        writer.Fixed(release.Encode());
        Append(LedgerRecordType.Release, writer.Written);
        _state.Apply(certificate, release);
    }

    internal void Record(RoundDeath death)
    {
        Append(LedgerRecordType.Death, death.Encode());
        _state.Apply(death);
    }

    internal void Record(ClosingStatement statement)
    {
        Append(LedgerRecordType.Closing, statement.Encode());
        _state.Apply(statement);
    }

    internal void Record(RoundDeathCertificate certificate)
    {
        Append(LedgerRecordType.DeathCertificate, certificate.Encode());
        _state.Apply(certificate);
    }

    /// <summary>Records what only the plan's suite reads.</summary>
    internal void Record(byte type, ReadOnlySpan<byte> body)
    {
        Append((LedgerRecordType)type, body);
        _state.Suite!.Apply(type, body, _plan);
    }

    // A record: hash of the record before (32 bytes, zero at first), type (1 byte), body.
    private void Append(LedgerRecordType type, ReadOnlySpan<byte> body)
    {
        if (_failure is not null)
        {
            throw Unavailable();
        }

        CanonicalWriter writer = new();
        writer.Digest(Head);
        writer.Byte((byte)type);
        writer.Fixed(body);
        try
        {
            _storage.Append(writer.Written);
            _storage.Flush();
        }
        catch (Exception failure)
        {
            _failure = failure;
            throw Unavailable();
        }

        Advance(writer.Written);
    }

    private void Advance(ReadOnlySpan<byte> record)
    {
        Head = DomainHash.Of("ledger-record", record);
        Count++;
    }

    private void Replay(ReadOnlySpan<byte> record)
    {
        try
        {
            CanonicalReader reader = new(record, $"ledger record {Count}", Party.KeyHolder(Holder));
            if (reader.Digest("previous") != Head)
            {
                throw reader.Refuse(ViolationCode.NonCanonical, "previous", Head.ToString(), "another hash");
            }

            LedgerRecordType type = (LedgerRecordType)reader.Byte("type");
            Apply(type, record[reader.Position..]);
        }
        catch (Exception refusal) when (refusal is ProtocolViolationException or ArgumentException)
        {
            throw new LedgerUnavailableException(
                $"ledger record {Count} is damaged or of another plan: {refusal.Message}", refusal);
        }

        Advance(record);
    }

    private void Apply(LedgerRecordType type, ReadOnlySpan<byte> body)
    {
        switch (type)
        {
            case LedgerRecordType.Binding when Count == 0 && body.SequenceEqual(BindingBody()):
                break;
            case LedgerRecordType.Version when Count > 0:
                _state.Chain.Append(ModelVersion.Parse(body, _plan.Limits));
                break;
            case LedgerRecordType.Entry when Count > 0:
                CanonicalReader timed = new(body, "entry record", Party.KeyHolder(Holder));
                long time = timed.Int64(0, LatestTime, "time");
                _state.Apply(RoundOpeningEntry.Parse(body[timed.Position..], _plan.Limits), time);
                break;
            case LedgerRecordType.Vote when Count > 0:
                ApplyVote(body);
                break;
            case LedgerRecordType.Release when Count > 0:
                CanonicalReader reader = new(body, "release record", Party.KeyHolder(Holder));
                RoundCertificate certificate =
                    RoundCertificate.Parse(reader.Counted(ILedgerStorage.MaxRecordBytes, "certificate"), _plan.Limits);
                _state.Apply(certificate, Release.Parse(body[reader.Position..], _plan.Limits));
                break;
            case LedgerRecordType.Death when Count > 0:
                _state.Apply(RoundDeath.Parse(body, _plan.Limits));
                break;
            case LedgerRecordType.DeathCertificate when Count > 0:
                _state.Apply(RoundDeathCertificate.Parse(body, _plan.Limits));
                break;
            case LedgerRecordType.Closing when Count > 0:
                _state.Apply(ClosingStatement.Parse(body, _plan.Limits));
                break;
            case >= LedgerRecordType.FirstOfSuite when Count > 0 && _state.Suite?.Apply((byte)type, body,
                _plan) == true:
                break;
            default:
                throw new ArgumentException(
                    $"a record of type {type} cannot stand here, or the ledger is another plan's or holder's");
        }
    }

    private void ApplyVote(ReadOnlySpan<byte> body)
    {
        CanonicalReader reader = new(body, "vote record", Party.KeyHolder(Holder));
        RoundOpening opening = RoundOpening.Parse(reader.Counted(ILedgerStorage.MaxRecordBytes, "opening"), _plan.Limits);
        CertificateProposal proposal =
            CertificateProposal.Parse(reader.Counted(ILedgerStorage.MaxRecordBytes, "proposal"), _plan.Limits);
        List<VotedContribution> contributions = [];
        foreach (CertificateEntry entry in proposal.Entries)
        {
            contributions.Add(new VotedContribution(entry, reader.Digest("baseModel")));
        }

        _state.Apply(opening, proposal, contributions, Vote.Parse(body[reader.Position..], _plan.Limits));
    }

    private byte[] BindingBody()
    {
        CanonicalWriter writer = new();
        writer.Byte(ProtocolLimits.Version);
        writer.Digest(_plan.Digest);
        writer.Count(Holder);
        return writer.ToArray();
    }

    private LedgerUnavailableException Unavailable() =>
        new("a write to the ledger failed; the holder signs nothing until the ledger is opened anew", _failure);
}
