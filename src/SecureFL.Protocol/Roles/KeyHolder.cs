using SecureFL.Messages.Identity;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Ledgers;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites;
using SecureFL.Ring.Randomness;

namespace SecureFL.Protocol.Roles;

/// <summary>
/// A key holder: opens rounds, checks shares, votes once a round, releases once a round, or declares a round dead.
/// Whatever it signs is durable in its ledger before it is returned, and a replay returns the same bytes. Thread-safe.
/// </summary>
public sealed partial class KeyHolder : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly SigningIdentity _identity;
    private readonly DecryptionLedger _ledger;
    private readonly TimeProvider _clock;
    private readonly IEntropySource _entropy;
    private readonly LedgerFreshness _freshness;
    private readonly RoundLives _lives;
    private readonly Dictionary<ulong, HolderRound> _rounds = [];
    private readonly Lock _lock = new();

    /// <summary>
    /// A key holder on its ledger. It signs no entry, vote, release or death before its peers have confirmed the
    /// ledger.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="approvedPlan">The digest that the holder's people approved.</param>
    /// <param name="identity">An enrolled key holder's identity.</param>
    /// <param name="storage">Everything that it keeps, owned by this holder alone.</param>
    /// <param name="clock">For deadlines.</param>
    /// <param name="entropy">Secret randomness.</param>
    /// <exception cref="ProtocolViolationException">Another plan than the approved one, or an identity that it does not
    /// list.</exception>
    /// <exception cref="LedgerUnavailableException">A damaged ledger, or another plan's or holder's.</exception>
    public KeyHolder(
        AggregationPlan plan,
        Digest approvedPlan,
        SigningIdentity identity,
        HolderStorage storage,
        TimeProvider clock,
        IEntropySource entropy)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(identity);
        ArgumentNullException.ThrowIfNull(storage);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(entropy);
        PlanApproval.Require(plan, approvedPlan);
        Index = PlanApproval.IndexOf(identity, plan.Enrolment.KeyHolders, PartyRole.KeyHolder);
        _plan = plan;
        _identity = identity;
        _ledger = new DecryptionLedger(storage.Ledger, plan, Index);
        _clock = clock;
        _entropy = entropy;
        _lives = new RoundLives(plan, clock, _ledger);
        _freshness = new LedgerFreshness(plan, Index, identity, entropy);
        Suite = ISuite.Of(plan).CreateKeyHolder(new SuiteKeyHolderSettings(
            plan, Index, identity, _ledger, storage, entropy, _freshness.Require, Round));
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

    /// <summary>Rounds whose opening the holder took and whose shares it keeps in memory.</summary>
    internal int RoundsInMemory => _rounds.Count;

    /// <summary>What the holder does in its plan's suite alone.</summary>
    internal ISuiteKeyHolder Suite { get; }

    /// <summary>Whether a task needs the peers' word first that the ledger is not behind.</summary>
    /// <param name="task">A message for a key holder.</param>
    public static bool NeedsConfirmedLedger(ReadOnlySpan<byte> task) => HolderTasks.NeedConfirmedLedger(task);

    /// <summary>
    /// Answers a task: one canonical message from the server, parsed within the plan's limits before anything is done
    /// with it. A repeated task gets the same bytes, because the ledger answers it.
    /// </summary>
    /// <param name="task">The message.</param>
    /// <returns>The answer's canonical message; empty for "done".</returns>
    /// <exception cref="ProtocolViolationException">The task breaks the protocol: it is refused with the code.
    /// </exception>
    /// <exception cref="StaleLedgerException">The ledger is not confirmed.</exception>
    /// <exception cref="LedgerUnavailableException">A write failed, or a secret is gone.</exception>
    public byte[] Handle(ReadOnlyMemory<byte> task)
    {
        lock (_lock)
        {
            return HolderTasks.Handle(this, _plan, task);
        }
    }

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
    /// <param name="task">What the round is to compute, as the server says: on one head never another one.</param>
    /// <param name="versions">Versions that may be new to the holder, oldest first; known ones are skipped.</param>
    /// <exception cref="ProtocolViolationException">A broken chain, a dead or decided round, a task that the plan
    /// has no place for, an entry for another head, or another task on this head.</exception>
    /// <exception cref="StaleLedgerException">The ledger is not confirmed.</exception>
    public RoundOpeningEntry CreateOpeningEntry(ulong round, RoundTask task, IReadOnlyList<ModelVersion> versions)
    {
        ArgumentNullException.ThrowIfNull(versions);
        lock (_lock)
        {
            _freshness.Require();
            RoundContext context = RoundRules.Context(_plan, round);
            RequireAlive(round);
            TaskRules.Require(task, _plan);
            Digest head = Extend(versions);
            Digest digest = task.DigestOn(context, head);
            return _ledger.State.EntryOf(round) is { } entry ? ReplayEntry(entry, head, digest)
                : SignEntry(context, head, digest);
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
            RequireAlive(round);
            if (_rounds.TryGetValue(round, out HolderRound? known))
            {
                known.RequireSame(opening);
                return;
            }

            RoundRules.RequireOpening(opening, _ledger.State, _plan, Index);
            _rounds.Add(round, new HolderRound(_plan, Index, opening, Suite.OpenRound(opening)));
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
            RequireAlive(delivery.Statement.Context.Round);
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

            RequireAlive(number);
            RoundRules.RequireNotClosed(state, number);
            RoundRules.RequireNewest(state, number);
            HolderRound round = Round(number);
            IReadOnlyList<VotedContribution> contributions =
                VotingRules.Require(proposal, round, state, _plan, _clock.GetUtcNow());
            Suite.RequireVote(proposal, round.Opening);
            Vote vote = Vote.Create(proposal, Index, _identity);
            _ledger.Record(round.Opening, proposal, contributions, vote);
            return vote;
        }
    }

    /// <summary>
    /// Releases the share sums of a certified round, once: durable before it is returned; a replay returns the same
    /// bytes. In the joint-key suite the release signs the digests of the partial decryptions, which are given out
    /// afterwards.
    /// </summary>
    /// <exception cref="ProtocolViolationException">
    /// Too few votes, another certificate than the one voted for, not signed by the server, a dead round, or shares
    /// that the holder no longer has and must be sent again.
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
                Forget(number, RoundEnd.Released);
                return former;
            }

            RequireAlive(number);
            certificate.Proposal.RequireSignature(_plan.Enrolment.Server);
            CertificateRules.RequireQuorum(certificate, _plan);
            Release release = Suite.CreateRelease(certificate.Proposal);
            _ledger.Record(certificate, release);
            Forget(number, RoundEnd.Released);
            return release;
        }
    }

    /// <summary>Erases the shares and keys in memory. Stored keys of rounds that are not over stay.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (HolderRound round in _rounds.Values)
            {
                round.Dispose();
            }

            _rounds.Clear();
            Suite.Dispose();
        }
    }

    private HolderRound Round(ulong round) => _rounds.TryGetValue(round, out HolderRound? known)
        ? known
        : throw new ProtocolViolationException(ViolationCode.WrongOpening, Party.Server,
            $"the opening of round {round} first", "none");

    // The versions that came with the question may have shown that the round is over.
    private RoundOpeningEntry SignEntry(RoundContext context, Digest head, Digest task)
    {
        RequireAlive(context.Round);
        RoundRules.RequireNotClosed(_ledger.State, context.Round);
        RoundRules.RequireAfterAll(_ledger.State, context.Round);
        if (_ledger.State.TaskOn(head) is { } former)
        {
            TaskRules.RequireSame(former, task, Party.Server);
        }

        byte[] published = Suite.CreateEntryKey(context.Round);
        Span<byte> nonce = stackalloc byte[RoundOpeningEntry.NonceSize];
        _entropy.Fill(nonce);
        RoundOpeningEntry entry = RoundOpeningEntry.Create(context, head, task, Index, nonce, published,
            _ledger.State.VotedSinceHead, _identity);
        _ledger.Record(entry, _lives.Begin(context.Round));
        return entry;
    }

    private RoundOpeningEntry ReplayEntry(RoundOpeningEntry entry, Digest head, Digest task)
    {
        if (entry.Head != head)
        {
            throw new ProtocolViolationException(
                ViolationCode.SecondOpening, Party.Server,
                $"round {entry.Context.Round} on head {entry.Head.ToShortString()}", head.ToShortString());
        }

        TaskRules.RequireSame(entry.Task, task, Party.Server);
        Suite.RequireEntryKey(entry.Context.Round);
        return entry;
    }

    private void Forget(ulong round, RoundEnd end)
    {
        if (_rounds.Remove(round, out HolderRound? known))
        {
            known.Dispose();
        }

        Suite.End(round, end);
    }
}
