using SecureFL.Ring.Randomness;
using SecureFL.Threshold;

namespace SecureFL.Aggregation;

/// <summary>
/// A key holder: opens rounds, checks shares, votes once a round, releases once a round, or declares a round dead.
/// Whatever it signs is durable in its ledger before it is returned, and a replay returns the same bytes. Thread-safe.
/// </summary>
public sealed class KeyHolder : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly SigningIdentity _identity;
    private readonly DecryptionLedger _ledger;
    private readonly IRoundKeyStore _keys;
    private readonly TimeProvider _clock;
    private readonly IEntropySource _entropy;
    private readonly LedgerFreshness _freshness;
    private readonly JointKeyHolder? _jointKey;
    private readonly Dictionary<ulong, HolderRound> _rounds = [];
    private readonly Lock _lock = new();

    /// <summary>
    /// A key holder on its ledger. It signs no entry, vote, release or death before its peers have confirmed the
    /// ledger.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="approvedPlan">The digest that the holder's people approved.</param>
    /// <param name="identity">An enrolled key holder's identity.</param>
    /// <param name="ledger">The ledger's storage, owned by this holder alone.</param>
    /// <param name="keys">Round keys, apart from ledger and backups.</param>
    /// <param name="clock">For deadlines.</param>
    /// <param name="entropy">Secret randomness.</param>
    /// <param name="keyShares">Shares of joint keys, apart from ledger and backups; needed exactly in the joint-key
    /// suite.</param>
    /// <param name="sums">Summed ciphertexts of undecided rounds in the joint-key suite; in memory if null.</param>
    /// <exception cref="ArgumentException">A joint-key plan without a store of key shares.</exception>
    /// <exception cref="ProtocolViolationException">Another plan than the approved one, or an identity that it does not
    /// list.</exception>
    /// <exception cref="LedgerUnavailableException">A damaged ledger, or another plan's or holder's.</exception>
    public KeyHolder(
        AggregationPlan plan,
        Digest approvedPlan,
        SigningIdentity identity,
        ILedgerStorage ledger,
        IRoundKeyStore keys,
        TimeProvider clock,
        IEntropySource entropy,
        IKeyShareStore? keyShares = null,
        ISumStore? sums = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(entropy);
        PlanApproval.Require(plan, approvedPlan);
        Index = PlanApproval.IndexOf(identity, plan.Enrolment.KeyHolders, PartyRole.KeyHolder);
        _plan = plan;
        _identity = identity;
        _ledger = new DecryptionLedger(ledger, plan, Index);
        _keys = keys;
        _clock = clock;
        _entropy = entropy;
        _freshness = new LedgerFreshness(plan, Index, identity, entropy);
        EraseDecidedKeys();
        if (plan.IsJointKey)
        {
            _jointKey = new JointKeyHolder(
                plan,
                Index,
                identity,
                _ledger,
                keyShares ?? throw new ArgumentException("the joint-key suite needs a store of key shares",
                    nameof(keyShares)),
                sums ?? new InMemorySumStore(),
                entropy,
                _freshness.Require,
                Round,
                _lock);
        }
    }

    /// <summary>The holder's plan index.</summary>
    public int Index { get; }

    /// <summary>Whether enough peers have confirmed that the ledger is not behind.</summary>
    public bool IsConfirmed => _freshness.IsConfirmed;

    /// <summary>Model versions that the ledger holds, counted from version 0.</summary>
    /// <exception cref="LedgerUnavailableException">A write to the ledger failed before.</exception>
    public int KnownVersions
    {
        get
        {
            lock (_lock)
            {
                return _ledger.State.Chain.Versions.Count;
            }
        }
    }

    /// <summary>The ledger, for inspection.</summary>
    public DecryptionLedger Ledger => _ledger;

    /// <summary>Key generation and decryption of the joint-key suite.</summary>
    /// <exception cref="InvalidOperationException">A plan of another suite.</exception>
    public JointKeyHolder JointKey =>
        _jointKey ?? throw new InvalidOperationException("the plan's suite has no joint key");

    /// <summary>Asks the peers what they know of this holder's past. Each call makes a new nonce.</summary>
    public LedgerHeadRequest CreateLedgerHeadRequest()
    {
        lock (_lock)
        {
            return _freshness.CreateRequest();
        }
    }

    /// <summary>Tells a starting peer the newest vote and entry that this holder was shown of it.</summary>
    /// <exception cref="ProtocolViolationException">Not signed by the asking holder.</exception>
    public LedgerHead HandleLedgerHeadRequest(LedgerHeadRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        lock (_lock)
        {
            return LedgerFreshness.Answer(request, _ledger.State, _plan, Index, _identity);
        }
    }

    /// <summary>Takes a peer's answer.</summary>
    /// <exception cref="StaleLedgerException">The peer shows a signature of this holder that its ledger does not
    /// know.</exception>
    /// <exception cref="ProtocolViolationException">Forged, or an answer to another request.</exception>
    public void HandleLedgerHead(LedgerHead head)
    {
        ArgumentNullException.ThrowIfNull(head);
        lock (_lock)
        {
            _freshness.Handle(head, _ledger.State);
        }
    }

    /// <summary>
    /// Extends the known model chain and signs the one entry for a round on its head: a nonce and a fresh HPKE key. A
    /// replay returns the same entry.
    /// </summary>
    /// <param name="round">The round.</param>
    /// <param name="versions">Versions that may be new to the holder, oldest first; known ones are skipped.</param>
    /// <exception cref="ProtocolViolationException">A broken chain, a dead or decided round, or an entry for another
    /// head exists.</exception>
    /// <exception cref="StaleLedgerException">The ledger is not confirmed.</exception>
    public RoundOpeningEntry CreateOpeningEntry(ulong round, IReadOnlyList<ModelVersion> versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        lock (_lock)
        {
            _freshness.Require();
            RoundContext context = RoundRules.Context(_plan, round);
            RoundRules.RequireAlive(_ledger.State, round);
            foreach (ModelVersion version in versions)
            {
                _ledger.Record(version);
                if (version.Number > 0)
                {
                    _jointKey?.Forget(version.Context.Round);
                }
            }

            Digest head = _ledger.State.Chain.Head?.Hash
                ?? throw new ProtocolViolationException(ViolationCode.BrokenModelChain, Party.Server,
                    "a model version", "none");
            return _ledger.State.EntryOf(round) is { } entry ? ReplayEntry(entry, head) : SignEntry(context, head);
        }
    }

    /// <summary>Takes the opening of a round, once.</summary>
    /// <exception cref="ProtocolViolationException">Forged or too few entries, an unknown head, another opening, or
    /// this holder's entry is missing.</exception>
    public void HandleOpening(RoundOpening opening)
    {
        ArgumentNullException.ThrowIfNull(opening);
        lock (_lock)
        {
            ulong round = opening.Context.Round;
            RoundRules.RequireAlive(_ledger.State, round);
            if (_rounds.TryGetValue(round, out HolderRound? known))
            {
                known.RequireSame(opening);
                return;
            }

            RoundRules.RequireOpening(opening, _ledger.State, _plan, Index);
            _ledger.State.KeyEpochs?.RequireActive(opening);
            _rounds.Add(round, new HolderRound(_plan, Index, opening, _jointKey is null ? LoadKey(round) : null));
        }
    }

    /// <summary>
    /// Opens and checks one share; the receipt tells the server that this holder could vote for the contribution.
    /// </summary>
    /// <exception cref="ProtocolViolationException">The statement, the signature, the share or its consistency is not
    /// right.</exception>
    public Receipt HandleShare(ShareDelivery delivery)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        lock (_lock)
        {
            RoundRules.RequireAlive(_ledger.State, delivery.Statement.Context.Round);
            HolderRound round = Round(delivery.Statement.Context.Round);
            _ledger.State.Chain.RequireBase(delivery.Statement.BaseVersion, round.Opening.Head,
                delivery.Statement.Signer);
            round.Take(delivery);
            return Receipt.Create(delivery.Statement, Index, _identity);
        }
    }

    /// <summary>
    /// Votes for the set of a round: durable before it is returned, once a round; a replay returns the same vote.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Any rule of the certificate is broken, or another certificate was
    /// voted for.</exception>
    /// <exception cref="StaleLedgerException">The ledger is not confirmed.</exception>
    public Vote HandleProposal(CertificateProposal proposal)
    {
        ArgumentNullException.ThrowIfNull(proposal);
        lock (_lock)
        {
            _freshness.Require();
            LedgerState state = _ledger.State;
            ulong number = proposal.Context.Round;
            if (state.VoteOf(number) is { } former)
            {
                return former.Certificate == proposal.Hash ? former
                    : throw VotingRules.SecondCertificate(former, proposal.Hash);
            }

            RoundRules.RequireAlive(state, number);
            HolderRound round = Round(number);
            IReadOnlyList<VotedContribution> contributions =
                VotingRules.Require(proposal, round, state, _plan, _clock.GetUtcNow());
            _jointKey?.RequireVote(proposal, round.Opening);
            Vote vote = Vote.Create(proposal, Index, _identity);
            _ledger.Record(round.Opening, proposal, contributions, vote);
            return vote;
        }
    }

    /// <summary>
    /// Releases the share sums of a certified round, once: durable before it is returned; a replay returns the same
    /// bytes. In the joint-key suite the release signs the roots of the partial decryptions, which
    /// <see cref="JointKeyHolder.CreatePartialDecryption"/> gives out afterwards.
    /// </summary>
    /// <exception cref="ProtocolViolationException">
    /// Too few votes, another certificate than the one voted for, a dead round, or shares that the holder no longer has
    /// and must be sent again.
    /// </exception>
    /// <exception cref="StaleLedgerException">The ledger is not confirmed.</exception>
    public Release HandleCertificate(RoundCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        lock (_lock)
        {
            _freshness.Require();
            LedgerState state = _ledger.State;
            ulong number = certificate.Proposal.Context.Round;
            Vote vote = state.VoteOf(number)
                ?? throw new ProtocolViolationException(ViolationCode.NotVoted, Party.Server,
                    $"a certificate that {Party.KeyHolder(Index)} voted for", $"round {number}");
            if (vote.Certificate != certificate.Proposal.Hash)
            {
                throw VotingRules.SecondCertificate(vote, certificate.Proposal.Hash);
            }

            if (state.ReleaseOf(number) is { } former)
            {
                return former;
            }

            RoundRules.RequireAlive(state, number);
            CertificateRules.RequireQuorum(certificate, _plan);
            Release release = _jointKey?.CreateRelease(certificate.Proposal)
                ?? Round(number).CreateRelease(certificate.Proposal, _identity);
            _ledger.Record(certificate, release);
            Forget(number);
            return release;
        }
    }

    /// <summary>
    /// Promises that this holder never released the round and never will; durable before it is returned. Refused after
    /// a release, and while a vote's deadline runs.
    /// </summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.RoundReleased"/>,
    /// <see cref="ViolationCode.WrongDeadline"/>.</exception>
    /// <exception cref="StaleLedgerException">The ledger is not confirmed.</exception>
    public RoundDeath CreateRoundDeath(ulong round)
    {
        lock (_lock)
        {
            _freshness.Require();
            RoundContext context = RoundRules.Context(_plan, round);
            if (_ledger.State.DeathOf(round) is { } former)
            {
                return former;
            }

            RoundRules.RequireMayDie(_ledger.State, round, _clock.GetUtcNow());
            RoundDeath death = RoundDeath.Create(context, Index, _identity);
            _ledger.Record(death);
            Forget(round);
            _jointKey?.Forget(round);
            return death;
        }
    }

    /// <summary>
    /// Takes the proof that a round can never open: its contributors may be listed again on the same base model.
    /// </summary>
    /// <exception cref="ProtocolViolationException">Too few deaths, or a forged one.</exception>
    public void HandleRoundDeath(RoundDeathCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        lock (_lock)
        {
            certificate.Require(_plan);
            if (!_ledger.State.IsProvenDead(certificate.Context.Round))
            {
                _ledger.Record(certificate);
            }
        }
    }

    /// <summary>Erases the shares and keys in memory. Stored round keys of undecided rounds stay.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (HolderRound round in _rounds.Values)
            {
                round.Dispose();
            }

            _rounds.Clear();
            _jointKey?.Dispose();
        }
    }

    private HolderRound Round(ulong round) => _rounds.TryGetValue(round, out HolderRound? known)
        ? known
        : throw new ProtocolViolationException(ViolationCode.WrongOpening, Party.Server,
            $"the opening of round {round} first", "none");

    // The key is durable before the entry that publishes it; the entry before it leaves. A key without an entry was
    // never published.
    private RoundOpeningEntry SignEntry(RoundContext context, Digest head)
    {
        byte[] published = _jointKey is null ? StoreRoundKey(context.Round)
            : _jointKey.RequireActiveKey().Hash.ToArray();
        Span<byte> nonce = stackalloc byte[RoundOpeningEntry.NonceSize];
        _entropy.Fill(nonce);
        RoundOpeningEntry entry = RoundOpeningEntry.Create(context, head, Index, nonce, published, _identity);
        _ledger.Record(entry);
        return entry;
    }

    private byte[] StoreRoundKey(ulong round)
    {
        using HpkePrivateKey key = HpkePrivateKey.Generate(_entropy, exportable: true);
        using SecretBuffer<byte> exported = new(HpkePrivateKey.Size);
        key.Export(exported.Span);
        _keys.Save(round, exported.Span);
        return key.PublicKey.Encoded.ToArray();
    }

    private RoundOpeningEntry ReplayEntry(RoundOpeningEntry entry, Digest head)
    {
        if (entry.Head != head)
        {
            throw new ProtocolViolationException(
                ViolationCode.SecondOpening, Party.Server,
                $"round {entry.Context.Round} on head {entry.Head.ToShortString()}", head.ToShortString());
        }

        if (_jointKey is null)
        {
            LoadKey(entry.Context.Round).Dispose();
        }

        return entry;
    }

    private HpkePrivateKey LoadKey(ulong round)
    {
        using SecretBuffer<byte> exported = new(HpkePrivateKey.Size);
        return _keys.TryLoad(round, exported.Span)
            ? HpkePrivateKey.Import(exported.Span)
            : throw new LedgerUnavailableException($"the key of round {round} is gone; this holder sits the round out");
    }

    private void Forget(ulong round)
    {
        if (_rounds.Remove(round, out HolderRound? known))
        {
            known.Dispose();
        }

        _keys.Erase(round);
    }

    private void EraseDecidedKeys()
    {
        foreach (ulong round in _keys.Rounds)
        {
            if (_ledger.State.IsDecided(round) || _ledger.State.EntryOf(round) is null)
            {
                _keys.Erase(round);
            }
        }
    }
}
