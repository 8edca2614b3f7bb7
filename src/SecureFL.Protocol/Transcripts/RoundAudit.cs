using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.OneTimeKey;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Transcripts;

namespace SecureFL.Protocol.Transcripts;

/// <summary>
/// The audit of one round, step by step: opening, statements, certificate, releases, sum. Not thread-safe.
/// </summary>
internal sealed class RoundAudit
{
    private readonly AggregationPlan _plan;
    private readonly ModelChain _chain;
    private readonly AuditedPast _past;
    private readonly ISuiteAudit _suite;
    private readonly RoundOpening _opening;
    private readonly ICiphertextSource? _ciphertexts;
    private readonly Dictionary<int, ContributionStatement> _statements = [];
    private readonly SortedDictionary<int, Release> _releases = [];
    private readonly HashSet<Digest> _roots = [];
    private RoundCertificate? _certificate;

    public RoundAudit(AggregationPlan plan, ModelChain chain, AuditedPast past, ISuiteAudit suite,
        RoundOpening opening, ICiphertextSource? ciphertexts)
    {
        OpeningRules.Require(opening, plan);
        if (chain.Head?.Hash != opening.Head)
        {
            throw new ProtocolViolationException(ViolationCode.WrongHead, Party.Server,
                "an opening on the newest recorded version", opening.Head.ToShortString());
        }

        suite.Require(opening);
        _plan = plan;
        _chain = chain;
        _past = past;
        _suite = suite;
        _opening = opening;
        _ciphertexts = ciphertexts;
    }

    public ulong Round => _opening.Context.Round;

    public RoundOpening Opening => _opening;

    public void Handle(ContributionStatement statement)
    {
        RequireStep(_certificate is null, "no statement after the certificate");
        StatementRules.Require(statement, _opening, _plan);
        ModelVersion version = _chain.RequireBase(statement.BaseVersion, _opening.Head, statement.Signer);
        if (!_statements.TryAdd(statement.Client, statement))
        {
            throw new ProtocolViolationException(ViolationCode.DuplicateContribution, statement.Signer,
                "one statement a client", "another");
        }

        if (!_roots.Add(statement.Root))
        {
            throw new ProtocolViolationException(ViolationCode.DuplicateCiphertext, statement.Signer,
                "a ciphertext of its own", "another client's");
        }

        _past.RequireFresh(statement, version.Model, _plan);
    }

    public void Handle(RoundCertificate certificate)
    {
        RequireStep(_certificate is null, "one certificate");
        CertificateRules.Require(certificate.Proposal, _opening, _plan);
        CertificateRules.RequireQuorum(certificate, _plan);
        bool exact = certificate.Proposal.Entries.Count() == _statements.Count
            && certificate.Proposal.Entries
            .All(e => _statements.TryGetValue(e.Client, out ContributionStatement? s) && s.Hash == e.Contribution);
        if (!exact)
        {
            throw new ProtocolViolationException(
                ViolationCode.UncheckedContribution, Party.Server,
                "a certificate that lists exactly the recorded statements", "another list");
        }

        _suite.Handle(certificate.Proposal);
        _certificate = certificate;
    }

    public void Handle(Release release)
    {
        RequireStep(_certificate is not null, "the certificate before a release");
        ReleaseRules.Require(release, _certificate!.Proposal, _plan);
        _suite.Require(release, _certificate.Proposal);
        if (!_releases.TryAdd(release.Holder, release))
        {
            throw new ProtocolViolationException(ViolationCode.DuplicateHolder, release.Signer,
                "one release a holder", "another");
        }
    }

    public AuditedRound Finish(RoundSum sum, out AggregationResult? recomputed)
    {
        RequireStep(_certificate is not null, "the certificate before the sum");
        CertificateProposal proposal = _certificate!.Proposal;
        _opening.Context.Require(sum.Context, Party.Server);
        sum.RequireSignature(_plan.Enrolment.Server);
        ISuiteAuditedRound round = _suite.Reconstruct(proposal, _releases.Values);
        RequireConsistent(sum, proposal, round);
        recomputed = _ciphertexts is null ? null : Recompute(sum, round);
        return new AuditedRound(
            Round,
            _statements.Count,
            proposal.Groups.Length,
            sum.Groups.Count(group => group.Status == GroupStatus.Opened),
            _certificate.Votes.Length,
            _releases.Count,
            round.Liars,
            recomputed is not null);
    }

    private static void RequireConsistent(RoundSum sum, CertificateProposal proposal, ISuiteAuditedRound round)
    {
        bool consistent = sum.Certificate == proposal.Hash
            && sum.Groups.Length == proposal.Groups.Length
            && Enumerable.Range(0, sum.Groups.Length).All(group => round.Allows(group, sum.Groups[group].Status));
        if (!consistent)
        {
            throw new ProtocolViolationException(ViolationCode.WrongSum, Party.Server,
                "the groups that certificate and releases give", "others");
        }
    }

    private AggregationResult Recompute(RoundSum sum, ISuiteAuditedRound round)
    {
        AuditedStore store = new(_plan, Round, _ciphertexts!);
        foreach (ContributionStatement statement in _statements.Values)
        {
            store.RequireRoot(statement);
        }

        InMemorySumSink sink = new(_plan.Parameters.VectorLength);
        AggregationResult result = round.Recompute(_opening, store, _ciphertexts!, sink) with { Sums = sink.Sums };
        foreach (GroupResult group in result.Groups)
        {
            if (sum.Groups[group.Group] != (group.Status, group.Digest))
            {
                throw new ProtocolViolationException(
                    ViolationCode.WrongSum, Party.Server,
                    $"group {group.Group}: {group.Status} {group.Digest.ToShortString()}",
                    $"{sum.Groups[group.Group].Status} {sum.Groups[group.Group].Digest.ToShortString()}");
            }
        }

        return result;
    }

    private void RequireStep(bool holds, string expected)
    {
        if (!holds)
        {
            throw new ProtocolViolationException(ViolationCode.WrongMessageType, Party.Server,
                $"round {Round}: {expected}", "another record");
        }
    }
}
