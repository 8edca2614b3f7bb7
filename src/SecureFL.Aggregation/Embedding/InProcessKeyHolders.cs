using SecureFL.Ring.Randomness;

namespace SecureFL.Aggregation;

/// <summary>A certificate and the releases that open it.</summary>
/// <param name="Certificate">The agreed set.</param>
/// <param name="Releases">At least t releases.</param>
public sealed record RoundReleases(RoundCertificate Certificate, IReadOnlyList<Release> Releases);

/// <summary>
/// All key holders of a plan in one process, with ledgers in memory: for embedding, tests and simulation. Whoever runs this process can open any
/// client; in production the key holders are processes of different people. Not thread-safe.
/// </summary>
public sealed class InProcessKeyHolders : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly KeyHolder[] _holders;
    private readonly ModelChain _chain;
    private ulong _nextRound;
    private int _announced;

    private InProcessKeyHolders(AggregationPlan plan, KeyHolder[] holders)
    {
        _plan = plan;
        _holders = holders;
        _chain = new ModelChain(plan);
    }

    /// <summary>The holders, by plan index.</summary>
    public IReadOnlyList<KeyHolder> Holders => _holders;

    /// <summary>Creates the holders of a plan whose parties all live in this process.</summary>
    /// <param name="plan">A plan of <see cref="AggregationPlan.Create"/>.</param>
    /// <param name="clock">For deadlines; the system's if null.</param>
    /// <exception cref="ArgumentException">A plan with parties of its own.</exception>
    public static InProcessKeyHolders Create(AggregationPlan plan, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        EmbeddedIdentities identities = plan.Embedded
            ?? throw new ArgumentException("this plan's parties have identities of their own", nameof(plan));
        KeyHolder[] holders =
        [
            .. identities.KeyHolders.Select(identity => new KeyHolder(
                plan, plan.Digest, identity, new InMemoryLedgerStorage(), new InMemoryRoundKeyStore(), clock ?? TimeProvider.System, SystemEntropy.Instance)),
        ];
        foreach (KeyHolder holder in holders)
        {
            LedgerHeadRequest request = holder.CreateLedgerHeadRequest();
            foreach (KeyHolder peer in holders.Where(peer => peer != holder))
            {
                holder.HandleLedgerHead(peer.HandleLedgerHeadRequest(request));
            }
        }

        return new InProcessKeyHolders(plan, holders);
    }

    /// <summary>Opens the next round: every holder's nonce and key, on the newest model version.</summary>
    /// <param name="newVersions">Versions since the last round, oldest first (<see cref="AggregationServer.Advance"/>).</param>
    /// <exception cref="ProtocolViolationException">A version does not follow, or a plan without rounds left.</exception>
    public RoundInvitation OpenRound(params ReadOnlySpan<ModelVersion> newVersions)
    {
        if (_chain.Head is null && (newVersions.IsEmpty || newVersions[0].Number != 0))
        {
            _chain.Append(ModelVersion.CreateFirst(_plan, default, _plan.Embedded!.Server));
        }

        foreach (ModelVersion version in newVersions)
        {
            _chain.Append(version);
        }

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
    /// <exception cref="ProtocolViolationException">A holder refuses: the exception says whom and why.</exception>
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

            votes.Add(holder.HandleProposal(round.Proposal));
        }

        return RoundCertificate.Create(round.Proposal, votes);
    }

    /// <summary>Every holder that voted releases its share sums.</summary>
    /// <exception cref="ProtocolViolationException">A holder refuses.</exception>
    public RoundReleases Release(RoundCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        return new RoundReleases(certificate, [.. _holders.Select(holder => holder.HandleCertificate(certificate))]);
    }

    /// <summary>Erases all shares and keys.</summary>
    public void Dispose()
    {
        foreach (KeyHolder holder in _holders)
        {
            holder.Dispose();
        }
    }
}
