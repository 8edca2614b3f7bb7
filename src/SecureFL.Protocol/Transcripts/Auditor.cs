using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Protocol.Transcripts;

/// <summary>
/// Anyone, offline, with the signed transcript: takes its records in order and refuses the first that is not right. Not
/// thread-safe.
/// </summary>
public sealed class Auditor
{
    private readonly ICiphertextSource? _ciphertexts;
    private readonly IModelRule? _modelRule;
    private readonly List<AuditedRound> _rounds = [];
    private readonly Dictionary<ulong, (RoundSum Sum, AggregationResult? Recomputed)> _sums = [];
    private readonly SortedSet<ulong> _dead = [];
    private readonly AuditedPast _past = new();
    private AggregationPlan? _plan;
    private ModelChain? _chain;
    private ISuiteAudit? _suite;
    private RoundAudit? _open;
    private ImmutableArray<int> _closers = [];

    /// <summary>An auditor at the start of a transcript.</summary>
    /// <param name="ciphertexts">Packed chunks, to recompute the sums; null to leave them out.</param>
    /// <param name="modelRule">Recomputes models; null to leave them out.</param>
    public Auditor(ICiphertextSource? ciphertexts = null, IModelRule? modelRule = null)
    {
        _ciphertexts = ciphertexts;
        _modelRule = modelRule;
    }

    /// <summary>Records that verified.</summary>
    public long Records { get; private set; }

    /// <summary>The hash of the last of them.</summary>
    public Digest Head { get; private set; }

    /// <summary>A head that somebody kept of this transcript; null for none.</summary>
    public Digest? KnownHead { get; init; }

    /// <summary>Whether a record has the hash <see cref="KnownHead"/>.</summary>
    public bool HasKnownHead { get; private set; }

    /// <summary>Checks the next record.</summary>
    /// <exception cref="ProtocolViolationException">What is wrong with it.</exception>
    public void HandleRecord(ReadOnlySpan<byte> encoded)
    {
        TranscriptRecord record = TranscriptRecord.Parse(encoded);
        if (!_closers.IsEmpty || record.Index != (ulong)Records || record.Previous != Head)
        {
            throw new ProtocolViolationException(
                ViolationCode.BrokenTranscript,
                Party.Server,
                !_closers.IsEmpty ? "nothing after the closing record"
                    : $"record {Records} after {Head.ToShortString()}",
                $"record {record.Index} after {record.Previous.ToShortString()}");
        }

        if (_plan is null)
        {
            _plan = AggregationPlan.Parse(record.Payload.Span);
            _chain = new ModelChain(_plan);
            _suite = ISuite.Of(_plan).CreateAudit(_plan);
            record.RequireSignature(_plan.Enrolment.Server);
        }
        else
        {
            record.RequireSignature(_plan.Enrolment.Server);
            Handle(record.Payload.Span, _plan, _chain!);
        }

        Head = record.Hash;
        HasKnownHead |= Head == KnownHead;
        Records++;
    }

    /// <summary>Refuses a transcript that has no plan or ends within a round.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.BrokenTranscript"/>.</exception>
    public void Finish()
    {
        if (_plan is null || _open is not null)
        {
            throw new ProtocolViolationException(
                ViolationCode.Truncated, Party.Server, _plan is null ? "a plan" : $"the rest of round {_open!.Round}",
                "the end of the transcript");
        }
    }

    /// <summary>What was proven so far.</summary>
    public TranscriptReport CreateReport(TranscriptFault? fault) => new()
    {
        Fault = fault,
        Closers = _closers,
        Head = Head,
        HasKnownHead = HasKnownHead,
        Plan = _plan,
        Records = Records,
        Rounds = [.. _rounds],
        DeadRounds = [.. _dead],
        ModelVersions = _chain?.Versions.Count ?? 0,
    };

    private void Handle(ReadOnlySpan<byte> payload, AggregationPlan plan, ModelChain chain)
    {
        MessageType type = payload.IsEmpty ? default : (MessageType)payload[0];
        switch (type)
        {
            case MessageType.TranscriptClosing when _open is null:
                TranscriptClosing closing = TranscriptClosing.Parse(payload, plan.Limits);
                ClosingRules.Require(closing, chain.Head?.Hash ?? default, plan, IsAccountedFor);
                _closers = [.. closing.Statements.Select(statement => statement.Holder)];
                break;
            case MessageType.ModelVersion when _open is null:
                HandleVersion(ModelVersion.Parse(payload, plan.Limits), chain);
                break;
            case MessageType.RoundDeathCertificate when _open is null:
                HandleDeath(RoundDeathCertificate.Parse(payload, plan.Limits), plan);
                break;
            case MessageType.RoundOpening when _open is null:
                _open =
                    new RoundAudit(plan, chain, _past, _suite!, RoundOpening.Parse(payload, plan.Limits), _ciphertexts);
                RequireNew(_open.Round);
                RequireAccount(_open.Opening);
                break;
            case MessageType.ContributionStatement when _open is not null:
                _open.Handle(ContributionStatement.Parse(payload, plan.Limits));
                break;
            case MessageType.RoundCertificate when _open is not null:
                _open.Handle(RoundCertificate.Parse(payload, plan.Limits));
                break;
            case MessageType.Release when _open is not null:
                _open.Handle(Release.Parse(payload, plan.Limits));
                break;
            case MessageType.RoundSum when _open is not null:
                RoundSum sum = RoundSum.Parse(payload, plan.Limits);
                _rounds.Add(_open.Finish(sum, out AggregationResult? recomputed));
                _sums.Add(_open.Round, (sum, recomputed));
                _open = null;
                break;
            case var _ when _open is null && _suite!.Handle(type, payload):
                break;
            default:
                throw new ProtocolViolationException(
                    ViolationCode.WrongMessageType, Party.Server,
                    _open is null ? "a version, a death, an opening or the end"
                        : $"the next step of round {_open.Round}", $"{type}");
        }
    }

    private void RequireNew(ulong round)
    {
        if (_sums.ContainsKey(round) || _dead.Contains(round))
        {
            throw new ProtocolViolationException(ViolationCode.SecondOpening, Party.Server,
                $"round {round} once", "again");
        }
    }

    // An agreed set has an honest voter in every later opening, whose entry says so.
    private void RequireAccount(RoundOpening opening)
    {
        foreach (RoundOpeningEntry entry in opening.Entries)
        {
            OpeningRules.RequireAccount(entry, IsAccountedFor);
        }
    }

    private bool IsAccountedFor(ulong round) => _sums.ContainsKey(round) || _dead.Contains(round);

    private void HandleDeath(RoundDeathCertificate certificate, AggregationPlan plan)
    {
        DeathRules.Require(certificate, plan);
        if (_sums.ContainsKey(certificate.Context.Round))
        {
            throw new ProtocolViolationException(ViolationCode.RoundReleased, Party.Server, "a dead round",
                $"round {certificate.Context.Round}, opened");
        }

        _dead.Add(certificate.Context.Round);
        _past.Bury(certificate.Context.Round);
    }

    // Version v+1 is a deterministic function of version v and the opened sum of its round.
    private void HandleVersion(ModelVersion version, ModelChain chain)
    {
        ModelVersion? previous = chain.Head;
        if (!chain.Append(version) || previous is null)
        {
            return;
        }

        if (!_sums.TryGetValue(version.Context.Round, out var round))
        {
            throw new ProtocolViolationException(ViolationCode.BrokenModelChain, Party.Server,
                "a version made by a recorded sum", $"round {version.Context.Round}");
        }

        Digest sum = SumDigests.OfRound(round.Sum.Certificate,
            [.. round.Sum.Groups.Select((g, i) => new GroupResult(i, [], g.Status, g.Digest))]);
        bool opened = round.Sum.Groups.Any(group => group.Status == GroupStatus.Opened);
        Digest? model = opened ? _modelRule?.Apply(previous.Model, round.Recomputed, sum) : previous.Model;
        if (version.Sum != sum || (model is { } expected && expected != version.Model))
        {
            throw new ProtocolViolationException(
                ViolationCode.BrokenModelChain, Party.Server, "the version that the recorded sum makes",
                $"version {version.Number} {version.Hash.ToShortString()}");
        }
    }
}
