using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;

namespace SecureFL.Protocol.Tests.Support;

/// <summary>
/// One of every message, from one honest round, and the checks that its receiver makes before it acts.
/// </summary>
internal sealed class MessageZoo : IDisposable
{
    private readonly Scenario _scenario = new();
    private readonly Dictionary<MessageType, byte[]> _encoded = [];
    private readonly RoundInvitation _round;
    private readonly AggregationServer _server;
    private readonly CertificateProposal _proposal;
    private readonly KeyHolder _checker;
    private readonly Contribution _contribution;

    public MessageZoo()
    {
        _round = _scenario.OpenRound();
        _server = _scenario.StartServer(_round);
        _contribution = _scenario.Contribute(_round, 0);
        _server.Accept(_contribution);
        foreach (int client in new[] { 1, 2, 3 })
        {
            _server.Accept(_scenario.Contribute(_round, client));
        }

        _checker = _scenario.Copy(0, _round.Opening);
        RoundCertificate certificate = _scenario.Agree(_server);
        _proposal = certificate.Proposal;
        KeyHolder first = _scenario.Holders[0];
        AggregationResult result = _scenario.Open(_server, certificate);
        RoundDeath[] deaths = [.. _scenario.Holders.Select(holder => holder.CreateRoundDeath(7))];
        LedgerHeadRequest request = _checker.CreateLedgerHeadRequest();
        Add(_scenario.Versions[0], _round.Opening.Entries[0], _round.Opening, _round, _contribution.Chunks[0],
            _contribution.Header.Statement, _contribution.Header);
        Add(_server.CreateShareDelivery(0, 0),
            Receipt.Create(_contribution.Header.Statement, 0, _scenario.Identities.KeyHolders[0]));
        Add(_proposal, certificate.Votes[0], certificate, first.HandleCertificate(certificate), deaths[0],
            RoundDeathCertificate.Create(deaths[0].Context, deaths));
        Add(request, _scenario.Holders[1].HandleLedgerHeadRequest(request));
        Add(RoundSum.Create(result.Context, _proposal.Hash,
            result.Groups.Select(group => (group.Status, group.Digest)), _scenario.Identities.Server));
        Add(TranscriptRecord.Create(0, default, [1, 2, 3], _scenario.Identities.Server));
        TranscriptClosing closing = _scenario.Close();
        Add(closing, closing.Statements[0]);
        Add(HolderRequest.ForEntry(_proposal.Context, default, _scenario.Versions));
        _encoded.Add(MessageType.Plan, _scenario.Plan.Encode());
    }

    public static MessageType[] AllTypes =>
        [.. Enum.GetValues<MessageType>().Where(type => type is <= MessageType.RoundSum
            or MessageType.HolderRequest or MessageType.ClosingStatement or MessageType.TranscriptClosing)];

    public static MessageType[] SignedTypes =>
    [
        MessageType.Plan, MessageType.ModelVersion, MessageType.RoundOpeningEntry, MessageType.ContributionStatement,
        MessageType.Receipt, MessageType.CertificateProposal,
        MessageType.Vote, MessageType.Release, MessageType.RoundDeath, MessageType.LedgerHeadRequest,
        MessageType.LedgerHead, MessageType.RoundSum,
        MessageType.TranscriptRecord, MessageType.ClosingStatement,
    ];

    public AggregationPlan Plan => _scenario.Plan;

    public byte[] Encode(MessageType type) => [.. _encoded[type]];

    /// <summary>Parses the bytes and encodes what was read.</summary>
    public byte[] Recode(MessageType type, byte[] encoded) => type switch
    {
        MessageType.Plan => AggregationPlan.Parse(encoded).Encode(),
        MessageType.HolderRequest => HolderRequest.Parse(encoded, Plan.Limits).Encode(),
        MessageType.ModelVersion => ModelVersion.Parse(encoded, Plan.Limits).Encode(),
        MessageType.RoundOpeningEntry => RoundOpeningEntry.Parse(encoded, Plan.Limits).Encode(),
        MessageType.RoundOpening => RoundOpening.Parse(encoded, Plan.Limits).Encode(),
        MessageType.RoundInvitation => RoundInvitation.Parse(encoded, Plan.Limits).Encode(),
        MessageType.ContributionChunk => ContributionChunk.Parse(encoded, Plan.Limits).Encode(),
        MessageType.ContributionStatement => ContributionStatement.Parse(encoded, Plan.Limits).Encode(),
        MessageType.ContributionHeader => ContributionHeader.Parse(encoded, Plan.Limits).Encode(),
        MessageType.ShareDelivery => ShareDelivery.Parse(encoded, Plan.Limits).Encode(),
        MessageType.Receipt => Receipt.Parse(encoded, Plan.Limits).Encode(),
        MessageType.CertificateProposal => CertificateProposal.Parse(encoded, Plan.Limits).Encode(),
        MessageType.Vote => Vote.Parse(encoded, Plan.Limits).Encode(),
        MessageType.RoundCertificate => RoundCertificate.Parse(encoded, Plan.Limits).Encode(),
        MessageType.Release => Release.Parse(encoded, Plan.Limits).Encode(),
        MessageType.RoundDeath => RoundDeath.Parse(encoded, Plan.Limits).Encode(),
        MessageType.RoundDeathCertificate => RoundDeathCertificate.Parse(encoded, Plan.Limits).Encode(),
        MessageType.LedgerHeadRequest => LedgerHeadRequest.Parse(encoded, Plan.Limits).Encode(),
        MessageType.LedgerHead => LedgerHead.Parse(encoded, Plan.Limits).Encode(),
        MessageType.RoundSum => RoundSum.Parse(encoded, Plan.Limits).Encode(),
        MessageType.TranscriptRecord => TranscriptRecord.Parse(encoded).Encode(),
        MessageType.ClosingStatement => ClosingStatement.Parse(encoded, Plan.Limits).Encode(),
        MessageType.TranscriptClosing => TranscriptClosing.Parse(encoded, Plan.Limits).Encode(),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such message"),
    };

    /// <summary>
    /// Parses the bytes and makes every check that the receiver makes. Throws a violation unless the message is right.
    /// </summary>
    public void Consume(MessageType type, byte[] encoded)
    {
        Enrolment enrolment = Plan.Enrolment;
        switch (type)
        {
            case MessageType.Plan:
                if (AggregationPlan.Parse(encoded).Digest != Plan.Digest)
                {
                    throw new ProtocolViolationException(ViolationCode.WrongPlan, Party.Authority,
                        "the approved plan", "another");
                }

                break;
            case MessageType.HolderRequest:
                HolderRequest.Parse(encoded, Plan.Limits);
                break;
            case MessageType.ModelVersion:
                new ModelChain(Plan).Append(ModelVersion.Parse(encoded, Plan.Limits));
                break;
            case MessageType.RoundOpeningEntry:
                OpeningRules.RequireEntry(RoundOpeningEntry.Parse(encoded, Plan.Limits), _round.Opening.Context,
                    _round.Opening.Head, default, Plan);
                break;
            case MessageType.RoundOpening:
                OpeningRules.Require(RoundOpening.Parse(encoded, Plan.Limits), Plan);
                break;
            case MessageType.RoundInvitation:
                _scenario.Clients[0].HandleInvitation(RoundInvitation.Parse(encoded, Plan.Limits));
                break;
            case MessageType.ContributionChunk:
                Upload(ContributionChunk.Parse(encoded, Plan.Limits));
                break;
            case MessageType.ContributionStatement:
                StatementRules.Require(ContributionStatement.Parse(encoded, Plan.Limits), _round.Opening, Plan);
                break;
            case MessageType.ContributionHeader:
                Upload(ContributionHeader.Parse(encoded, Plan.Limits));
                break;
            case MessageType.ShareDelivery:
                _checker.HandleShare(ShareDelivery.Parse(encoded, Plan.Limits));
                break;
            case MessageType.Receipt:
                _server.HandleReceipt(Receipt.Parse(encoded, Plan.Limits));
                break;
            case MessageType.CertificateProposal:
                CertificateRules.Require(CertificateProposal.Parse(encoded, Plan.Limits), _round.Opening, Plan);
                break;
            case MessageType.Vote:
                _server.HandleVote(Vote.Parse(encoded, Plan.Limits));
                break;
            case MessageType.RoundCertificate:
                RoundCertificate certificate = RoundCertificate.Parse(encoded, Plan.Limits);
                CertificateRules.Require(certificate.Proposal, _round.Opening, Plan);
                CertificateRules.RequireQuorum(certificate, Plan);
                break;
            case MessageType.Release:
                _server.HandleRelease(Release.Parse(encoded, Plan.Limits));
                break;
            case MessageType.RoundDeath:
                RoundDeath death = RoundDeath.Parse(encoded, Plan.Limits);
                death.RequireSignature(enrolment.KeyHolders[death.Holder].Key);
                break;
            case MessageType.RoundDeathCertificate:
                DeathRules.Require(RoundDeathCertificate.Parse(encoded, Plan.Limits), Plan);
                break;
            case MessageType.LedgerHeadRequest:
                _scenario.Holders[1].HandleLedgerHeadRequest(LedgerHeadRequest.Parse(encoded, Plan.Limits));
                break;
            case MessageType.LedgerHead:
                RequireHead(LedgerHead.Parse(encoded, Plan.Limits));
                break;
            case MessageType.RoundSum:
                RoundSum.Parse(encoded, Plan.Limits).RequireSignature(enrolment.Server);
                break;
            case MessageType.TranscriptRecord:
                TranscriptRecord.Parse(encoded).RequireSignature(enrolment.Server);
                break;
            case MessageType.ClosingStatement:
                ClosingRules.Require(ClosingStatement.Parse(encoded, Plan.Limits), _scenario.Versions[^1].Hash, Plan,
                    round => round == 0);
                break;
            case MessageType.TranscriptClosing:
                ClosingRules.Require(TranscriptClosing.Parse(encoded, Plan.Limits), _scenario.Versions[^1].Hash, Plan,
                    round => round == 0);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(type), type, "no such message");
        }
    }

    public void Dispose() => _scenario.Dispose();

    // The checker is a copy from before the vote, so the peer's answer shows it that it is behind: the answer itself is
    // right.
    private void RequireHead(LedgerHead head)
    {
        try
        {
            _checker.HandleLedgerHead(head);
        }
        catch (StaleLedgerException)
        {
        }
    }

    private void Upload(ContributionChunk chunk)
    {
        using AggregationServer server =
            new(Plan, _round, _scenario.Identities.Server, _scenario.Clock, new InMemoryContributionStore());
        server.HandleChunk(chunk);
        foreach (ContributionChunk next in _contribution.Chunks.Skip(1))
        {
            server.HandleChunk(next);
        }

        server.HandleContribution(_contribution.Header);
    }

    private void Upload(ContributionHeader header)
    {
        using AggregationServer server =
            new(Plan, _round, _scenario.Identities.Server, _scenario.Clock, new InMemoryContributionStore());
        foreach (ContributionChunk chunk in _contribution.Chunks)
        {
            server.HandleChunk(chunk);
        }

        server.HandleContribution(header);
    }

    private void Add(params ProtocolMessage[] messages)
    {
        foreach (ProtocolMessage message in messages)
        {
            _encoded.Add(message.Type, message.Encode());
        }
    }
}
