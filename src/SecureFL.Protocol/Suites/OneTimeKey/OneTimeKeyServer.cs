using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.Digests;

namespace SecureFL.Protocol.Suites.OneTimeKey;

/// <summary>
/// The server's half of a round of the one-time-key suite: adds the listed contributions of each group and opens the
/// sum. Either every contribution is added once it is accepted and its chunks are forgotten (one group, nothing can be
/// taken back), or the chunks wait in the store and each group is added when it is opened. Not thread-safe.
/// </summary>
internal sealed class OneTimeKeyServer : ISuiteServer
{
    private readonly AggregationPlan _plan;
    private readonly RoundOpening _opening;
    private readonly IContributionStore _store;
    private readonly ContributionAccumulator? _running;
    private readonly byte[] _packed;
    private CertificateProposal? _proposal;

    public OneTimeKeyServer(SuiteServerSettings settings)
        : this(settings.Plan, settings.Opening, settings.Store,
            !settings.KeepsChunks && settings.Plan.Settings.GroupSize == 0)
    {
    }

    private OneTimeKeyServer(AggregationPlan plan, RoundOpening opening, IContributionStore store,
        bool sumOnAcceptance)
    {
        _plan = plan;
        _opening = opening;
        _store = store;
        _packed = new byte[plan.Parameters.ChunkBytes];
        _running = sumOnAcceptance ? new ContributionAccumulator(plan.Parameters) : null;
    }

    public bool SumsOnAcceptance => _running is not null;

    public void Accept(int client)
    {
        if (_running is not null)
        {
            Add(_running, client);
            _store.Remove(client);
        }
    }

    public JointKeyTerms? CreateTerms(ImmutableArray<ImmutableArray<CertificateEntry>> groups) => null;

    public void Close(CertificateProposal proposal) => _proposal = proposal;

    public void Reopen() => _proposal = null;

    public void Restore(CertificateProposal proposal) => _proposal = proposal;

    public void Handle(Release release)
    {
    }

    public AggregationResult Open(IReadOnlyCollection<Release> releases, ISumSink sink,
        ISummedCiphertextSink? ciphertexts) =>
        Open(_proposal!, GroupKeys.Reconstruct(_proposal!, releases, _plan), sink,
            new Check(releases.First().DigestSums, ciphertexts));

    public void Dispose() => _running?.Dispose();

    /// <summary>Opens recorded contributions again.</summary>
    internal static AggregationResult OpenRecorded(AggregationPlan plan, RoundOpening opening,
        IContributionStore store, CertificateProposal proposal, ImmutableArray<GroupKey> keys, ISumSink sink)
    {
        using OneTimeKeyServer server = new(plan, opening, store, sumOnAcceptance: false);
        return server.Open(proposal, keys, sink, check: null);
    }

    private AggregationResult Open(CertificateProposal proposal, ImmutableArray<GroupKey> keys, ISumSink sink,
        Check? check)
    {
        GroupResult[] groups = new GroupResult[keys.Length];
        for (int g = 0; g < groups.Length; g++)
        {
            groups[g] = OpenGroup(proposal.Groups[g], keys[g], sink, check);
        }

        ImmutableArray<int> liars = [.. keys.SelectMany(key => key.Liars).Distinct().Order()];
        return new AggregationResult(_plan, proposal.Context, proposal.Hash, [.. groups], liars);
    }

    private GroupResult OpenGroup(ImmutableArray<CertificateEntry> entries, GroupKey key, ISumSink sink, Check? check)
    {
        ImmutableArray<int> clients = [.. entries.Select(entry => entry.Client)];
        if (key.IsSpoiled)
        {
            return new GroupResult(key.Group, clients, GroupStatus.KeyOutOfBound, default);
        }

        ContributionAccumulator sum = _running ?? Accumulate(clients);
        try
        {
            if (check is not null)
            {
                RequireCertified(sum, entries, check.DigestSums[key.Group]);
            }

            using GroupOpening opening = new(_plan, _opening, key, clients.Length, sink);
            for (long chunk = 0; chunk < _plan.Parameters.ChunkCount && !opening.IsSpoiled; chunk++)
            {
                opening.Take(chunk, sum.Sums(chunk));
            }

            HandOn(sum, clients.Length, check?.Ciphertexts);
            (GroupStatus status, Digest digest) = opening.Finish();
            return new GroupResult(key.Group, clients, status, digest);
        }
        finally
        {
            if (_running is null)
            {
                sum.Dispose();
            }
        }
    }

    // What was stored is what was certified, or everybody would refuse the sum and blame this server.
    private void RequireCertified(ContributionAccumulator sum, ImmutableArray<CertificateEntry> entries, Digest agreed)
    {
        using LinearDigestBuilder digest =
            LinearDigestBuilder.OfSum(_plan.DigestKey!, _plan.Parameters, entries.Length);
        for (long chunk = 0; chunk < _plan.Parameters.ChunkCount; chunk++)
        {
            digest.Append(chunk, sum.Sums(chunk));
        }

        if (LinearDigestHash.Of(digest.Complete().ToBytes()) != agreed)
        {
            throw new DamagedContributionException(_opening.Context.Round, client: null);
        }
    }

    // Of a spoiled group as well: clients see for themselves that it is.
    private void HandOn(ContributionAccumulator sum, int clients, ISummedCiphertextSink? ciphertexts)
    {
        if (ciphertexts is null)
        {
            return;
        }

        byte[] packed = new byte[SummedChunkPacking.Bytes(_plan.Parameters, clients)];
        for (long chunk = 0; chunk < _plan.Parameters.ChunkCount; chunk++)
        {
            SummedChunkPacking.Pack(_plan.Parameters, clients, sum.Sums(chunk), packed);
            ciphertexts.Accept(packed);
        }
    }

    private ContributionAccumulator Accumulate(ImmutableArray<int> clients)
    {
        ContributionAccumulator sum = new(_plan.Parameters);
        foreach (int client in clients)
        {
            Add(sum, client);
        }

        return sum;
    }

    private void Add(ContributionAccumulator sum, int client)
    {
        for (long chunk = 0; chunk < _plan.Parameters.ChunkCount; chunk++)
        {
            _store.Read(client, chunk, _packed);
            sum.Add(chunk, _packed);
        }
    }

    /// <summary>What a sum must be before it is handed out, and to whom; an audit has checked every root.</summary>
    /// <param name="DigestSums">Of each group, as the key holders signed it.</param>
    /// <param name="Ciphertexts">Gets the summed chunks; null for nobody.</param>
    private sealed record Check(ImmutableArray<Digest> DigestSums, ISummedCiphertextSink? Ciphertexts);
}
