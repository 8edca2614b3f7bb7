using System.Collections.Immutable;

namespace SecureFL.Aggregation;

/// <summary>
/// The audit of one round, step by step: opening, statements, certificate, releases, sum. Not thread-safe.
/// </summary>
internal sealed class RoundAudit : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly ModelChain _chain;
    private readonly AuditedPast _past;
    private readonly RoundOpening _opening;
    private readonly ICiphertextSource? _ciphertexts;
    private readonly Dictionary<int, ContributionStatement> _statements = [];
    private readonly SortedDictionary<int, Release> _releases = [];
    private readonly HashSet<Digest> _roots = [];
    private RoundCertificate? _certificate;
    private RoundSummation? _summation;

    public RoundAudit(AggregationPlan plan, ModelChain chain, AuditedPast past, RoundOpening opening,
        ICiphertextSource? ciphertexts)
    {
        OpeningRules.Require(opening, plan);
        if (chain.Head?.Hash != opening.Head)
        {
            throw new ProtocolViolationException(ViolationCode.WrongHead, Party.Server,
                "an opening on the newest recorded version", opening.Head.ToShortString());
        }

        if (plan.IsJointKey)
        {
            JointKeyAudit.RequireKey(opening, past.Key);
        }

        _plan = plan;
        _chain = chain;
        _past = past;
        _opening = opening;
        _ciphertexts = ciphertexts;
    }

    public ulong Round => _opening.Context.Round;

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

        if (_plan.IsJointKey)
        {
            _past.Spend(certificate.Proposal, _plan);
        }

        _certificate = certificate;
    }

    public void Handle(Release release)
    {
        RequireStep(_certificate is not null, "the certificate before a release");
        ReleaseRules.Require(release, _certificate!.Proposal, _plan);
        if (_plan.IsJointKey)
        {
            JointKeyAudit.RequireActive(release, _certificate.Proposal);
        }

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
        ImmutableArray<GroupKey> keys = [];
        if (_plan.IsJointKey)
        {
            JointKeyAudit.RequireAll(_releases.Values, proposal);
        }
        else
        {
            keys = GroupKeys.Reconstruct(proposal, _releases.Values, _plan);
        }

        RequireConsistent(sum, proposal, keys);
        recomputed = _ciphertexts is null ? null : Recompute(sum, proposal, keys);
        return new AuditedRound(
            Round,
            _statements.Count,
            proposal.Groups.Length,
            sum.Groups.Count(group => group.Status == GroupStatus.Opened),
            _certificate.Votes.Length,
            _releases.Count,
            [.. keys.SelectMany(key => key.Liars).Distinct().Order()],
            recomputed is not null);
    }

    public void Dispose() => _summation?.Dispose();

    private static void RequireConsistent(RoundSum sum, CertificateProposal proposal, ImmutableArray<GroupKey> keys)
    {
        bool consistent = sum.Certificate == proposal.Hash
            && sum.Groups.Length == proposal.Groups.Length
            && keys.All(key => key.IsSpoiled == (sum.Groups[key.Group].Status == GroupStatus.KeyOutOfBound));
        if (!consistent)
        {
            throw new ProtocolViolationException(ViolationCode.WrongSum, Party.Server,
                "the groups that certificate and releases give", "others");
        }
    }

    private AggregationResult Recompute(RoundSum sum, CertificateProposal proposal, ImmutableArray<GroupKey> keys)
    {
        AuditedStore store = new(_plan, Round, _ciphertexts!);
        foreach (ContributionStatement statement in _statements.Values)
        {
            store.RequireRoot(statement);
        }

        InMemorySumSink sink = new(_plan.Parameters.VectorLength);
        AggregationResult result = OpenAgain(proposal, keys, store, sink) with { Sums = sink.Sums };
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

    private AggregationResult OpenAgain(CertificateProposal proposal, ImmutableArray<GroupKey> keys, AuditedStore store,
        InMemorySumSink sink)
    {
        if (_plan.IsJointKey)
        {
            return JointKeyAudit.Recompute(_plan, proposal, _releases.Values, store, _ciphertexts!, sink);
        }

        _summation = new RoundSummation(_plan, _opening, store, sumOnAcceptance: false);
        return _summation.Open(proposal, keys, sink);
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
