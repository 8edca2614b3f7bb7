using SecureFL.Aggregation;
using SecureFL.Ring.Randomness;

namespace SecureFL.Local;

/// <summary>
/// All key holders of a plan in one process, with ledgers in memory: for embedding, tests and simulation. Whoever runs
/// this process can open any client; in production the key holders are processes of different people. Not thread-safe.
/// </summary>
public sealed class LocalKeyHolders : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly LocalParties _parties;
    private readonly KeyHolder[] _holders;
    private readonly ModelChain _chain;
    private ulong _nextRound;
    private int _announced;
    private long _decrypted;

    /// <summary>Starts the key holders: each has seen every other's ledger, and a joint key, if any, is made.</summary>
    /// <param name="plan">A plan for <paramref name="parties"/>.</param>
    /// <param name="parties">The identities.</param>
    /// <param name="clock">For deadlines; the system's if null.</param>
    /// <exception cref="ProtocolViolationException">A plan for other parties.</exception>
    public LocalKeyHolders(AggregationPlan plan, LocalParties parties, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(parties);
        _plan = plan;
        _parties = parties;
        _holders =
        [
            .. parties.KeyHolders.Select(identity => new KeyHolder(
                plan,
                plan.Digest,
                identity,
                new InMemoryLedgerStorage(),
                new InMemoryRoundKeyStore(),
                clock ?? TimeProvider.System,
                SystemEntropy.Instance,
                plan.IsJointKey ? new InMemoryKeyShareStore() : null)),
        ];
        _chain = new ModelChain(plan);
        foreach (KeyHolder holder in _holders)
        {
            LedgerHeadRequest request = holder.CreateLedgerHeadRequest();
            foreach (KeyHolder peer in _holders.Where(peer => peer != holder))
            {
                holder.HandleLedgerHead(peer.HandleLedgerHeadRequest(request));
            }
        }

        RenewKey();
    }

    /// <summary>The holders, by plan index.</summary>
    public IReadOnlyList<KeyHolder> Holders => _holders;

    /// <summary>The joint key in use; null in the suite of one-time keys.</summary>
    public JointKeyEpoch? KeyEpoch { get; private set; }

    /// <summary>What the server needs for its next round; null without a joint key.</summary>
    public JointKeyServerOptions? ServerOptions =>
        KeyEpoch is null ? null : new JointKeyServerOptions { Epoch = KeyEpoch, DecryptedBefore = _decrypted };

    /// <summary>Opens the next round: every holder's nonce and key, on the newest model version.</summary>
    /// <param name="newVersions">
    /// Versions since the last round, oldest first (<see cref="AggregationServer.Advance"/>).
    /// </param>
    /// <exception cref="ProtocolViolationException">
    /// A version does not follow, or a plan without rounds left.
    /// </exception>
    public RoundInvitation OpenRound(params ReadOnlySpan<ModelVersion> newVersions)
    {
        if (_chain.Head is null && (newVersions.IsEmpty || newVersions[0].Number != 0))
        {
            _chain.Append(ModelVersion.CreateFirst(_plan, default, _parties.Server));
        }

        foreach (ModelVersion version in newVersions)
        {
            _chain.Append(version);
        }

        RenewKey();
        RoundOpener opener = new(_plan, _nextRound, _chain.Window());
        IReadOnlyList<ModelVersion> unknown = [.. _chain.Versions.Skip(_announced)];
        foreach (KeyHolder holder in _holders)
        {
            opener.HandleEntry(holder.CreateOpeningEntry(_nextRound, unknown));
        }

        _announced = _chain.Versions.Count;

        RoundInvitation invitation = opener.CreateInvitation();
        foreach (KeyHolder holder in _holders)
        {
            holder.HandleOpening(invitation.Opening);
        }

        _nextRound++;
        return invitation;
    }

    /// <summary>Every holder checks its shares and votes.</summary>
    /// <exception cref="ProtocolViolationException">
    /// A holder refuses: the exception says whom and why.
    /// </exception>
    public RoundCertificate Agree(ClosedRound round)
    {
        ArgumentNullException.ThrowIfNull(round);
        List<Vote> votes = [];
        foreach (KeyHolder holder in _holders)
        {
            foreach (ShareDelivery delivery in round.DeliveriesFor(holder.Index))
            {
                holder.HandleShare(delivery);
            }

            if (round.Proposal.JointKey?.ActiveSet.Contains(holder.Index) == true)
            {
                round.ShowSum(holder.JointKey);
            }

            votes.Add(holder.HandleProposal(round.Proposal));
        }

        CountDecryptions(round.Proposal);
        return RoundCertificate.Create(round.Proposal, votes);
    }

    /// <summary>
    /// Every holder that voted releases its share sums; in the joint-key suite the active ones decrypt.
    /// </summary>
    /// <exception cref="ProtocolViolationException">A holder refuses.</exception>
    public RoundReleases Release(RoundCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (certificate.Proposal.JointKey is not { } terms)
        {
            return new RoundReleases(certificate,
                [.. _holders.Select(holder => holder.HandleCertificate(certificate))]);
        }

        return new RoundReleases(
            certificate, [.. terms.ActiveSet.Select(holder => _holders[holder].HandleCertificate(certificate))])
        {
            Partials = terms.ActiveSet.SelectMany(holder => Partials(certificate.Proposal, _holders[holder].JointKey)),
        };
    }

    /// <summary>Erases all shares and keys.</summary>
    public void Dispose()
    {
        foreach (KeyHolder holder in _holders)
        {
            holder.Dispose();
        }
    }

    /// <summary>Notes what a round that the holders voted for uses of the joint key's lifetime.</summary>
    internal void CountDecryptions(CertificateProposal proposal) =>
        _decrypted = proposal.JointKey?.Decrypted ?? _decrypted;

    private IEnumerable<PartialDecryptionChunk> Partials(CertificateProposal proposal, JointKeyHolder holder)
    {
        for (int group = 0; group < proposal.Groups.Length; group++)
        {
            for (long chunk = 0; chunk < _plan.JointKey.ChunkCount; chunk++)
            {
                yield return holder.CreatePartialDecryption(proposal.Context.Round, group, chunk);
            }
        }
    }

    // The first key, and a new one as soon as another round could go beyond the lifetime of the one in use.
    private void RenewKey()
    {
        if (!_plan.IsJointKey)
        {
            return;
        }

        int groups = _plan.Settings.GroupSize == 0 ? 1 : _plan.Enrolment.Clients.Count / _plan.Settings.GroupSize;
        long cost = checked(groups * _plan.JointKey.CoefficientsPerGroup);
        if (KeyEpoch is null || _decrypted + cost > _plan.MaxCoefficientsPerKey)
        {
            ulong epoch = KeyEpoch is { } former ? former.Record.Context.Round + 1 : 0;
            KeyEpoch = LocalKeyGeneration.Run(_plan, _holders, epoch);
            _decrypted = 0;
        }
    }
}
