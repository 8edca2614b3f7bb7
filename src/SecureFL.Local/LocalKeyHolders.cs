using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Sessions;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Summation;
using SecureFL.Ring.Randomness;

namespace SecureFL.Local;

/// <summary>
/// All key holders of a plan in one process, with ledgers in memory, and the session that a server has with them: for
/// embedding, tests and simulation. Whoever runs this process can open any client; in production the key holders are
/// processes of different people. Not thread-safe.
/// </summary>
public sealed class LocalKeyHolders : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly LocalParties _parties;
    private readonly TimeProvider _clock;
    private readonly KeyHolder[] _holders;
    private readonly ModelChain _chain;
    private readonly LocalPump _pump;
    private ulong _nextRound;
    private Func<ulong, IContributionStore?>? _store;

    /// <summary>Starts the key holders: each has seen every other's ledger, and a joint key, if any, is made.</summary>
    /// <param name="plan">A plan for <paramref name="parties"/>.</param>
    /// <param name="parties">The identities.</param>
    /// <param name="clock">For deadlines; the system's if null.</param>
    /// <param name="exchange">Moves tasks and answers; null for no more than that.</param>
    /// <exception cref="ProtocolViolationException">A plan for other parties.</exception>
    public LocalKeyHolders(AggregationPlan plan, LocalParties parties, TimeProvider? clock = null,
        LocalExchange? exchange = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(parties);
        _plan = plan;
        _parties = parties;
        _clock = clock ?? TimeProvider.System;
        _holders =
        [
            .. parties.KeyHolders.Select(identity => new KeyHolder(
                plan, plan.Digest, identity, HolderStorage.InMemory(), _clock, SystemEntropy.Instance)),
        ];
        _chain = new ModelChain(plan);
        _pump = new LocalPump(plan, _chain, _holders, exchange ?? new LocalExchange());
        _pump.ConfirmLedgers();
        _pump.Prepare();
    }

    /// <summary>The holders, by plan index.</summary>
    public IReadOnlyList<KeyHolder> Holders => _holders;

    /// <summary>The joint key in use; null in the suite of one-time keys.</summary>
    public JointKeyEpoch? KeyEpoch => _pump.KeyEpoch;

    /// <summary>
    /// Opens the next round: every holder's nonce and key, on the newest model version; a new joint key first where
    /// another round could go beyond the lifetime of the one in use. A round that is open is given up: there is one at
    /// a time, and <see cref="Agree"/> refuses the former one by the number of the one that is open. One that holders
    /// voted in cannot be given up, but only opened, or declared dead (<see cref="KeyHolder.CreateRoundDeath"/>): no
    /// transcript could leave it out.
    /// </summary>
    /// <param name="store">
    /// Makes the store of a round's uploads; null, or a null store, sums each contribution as it comes.
    /// </param>
    /// <param name="newVersions">
    /// Versions since the last round, oldest first (<see cref="AggregationServer.Advance"/>); one that was given before
    /// is skipped.
    /// </param>
    /// <returns>The server to give contributions to; the caller disposes it.</returns>
    /// <exception cref="ProtocolViolationException">
    /// A version does not follow, or a plan without rounds left. After any exception the same call may be made again.
    /// </exception>
    public AggregationServer OpenRound(Func<ulong, IContributionStore?>? store = null,
        params ReadOnlySpan<ModelVersion> newVersions)
    {
        if (_chain.Head is null && (newVersions.IsEmpty || newVersions[0].Number != 0))
        {
            _chain.Append(ModelVersion.CreateFirst(_plan.Limits, default, _parties.Server));
        }

        foreach (ModelVersion version in newVersions)
        {
            _chain.Append(version);
        }

        _store = store;
        ServerRound round = Begin();
        _pump.Run();
        if (round.Server is null)
        {
            round.Apply(new RoundFact(FactKind.Invitation, 0, round.CreateInvitation().Encode()));
        }

        _pump.Run();
        _nextRound++;
        return round.Server!;
    }

    /// <summary>Every holder checks its shares and votes.</summary>
    /// <exception cref="ProtocolViolationException">
    /// A holder refuses: the exception says whom and why. A set of another round than the one that is open.
    /// </exception>
    public RoundCertificate Agree(ClosedRound round)
    {
        ArgumentNullException.ThrowIfNull(round);
        _pump.Session.Fix(round.Proposal, (_, _) => { });
        _pump.Run();
        return Current.Server!.CreateCertificate();
    }

    /// <summary>
    /// Every holder that voted releases its share sums; in the joint-key suite the active ones decrypt. The round's
    /// server has taken it all.
    /// </summary>
    /// <exception cref="ProtocolViolationException">A holder refuses.</exception>
    public RoundReleases Release(RoundCertificate certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Current.Apply(new RoundFact(FactKind.Certificate, 0, certificate.Encode()));
        _pump.Run();
        return new RoundReleases(certificate, [.. Current.Holders.Releases.Values]);
    }

    /// <summary>Closes the plan: the holders enter no round and vote for no set of it any more.</summary>
    /// <param name="newVersions">As in <see cref="OpenRound"/>.</param>
    /// <returns>The transcript's last record.</returns>
    /// <exception cref="ProtocolViolationException">A holder voted in a round that was neither opened nor is proven
    /// dead, or a version does not follow.</exception>
    public TranscriptClosing Close(params ReadOnlySpan<ModelVersion> newVersions)
    {
        foreach (ModelVersion version in newVersions)
        {
            _chain.Append(version);
        }

        Digest head = _chain.Head?.Hash ?? throw new InvalidOperationException("there is no model version to close on");
        _pump.Session.Round = null;
        _pump.Session.Closing = new SessionClosing(_plan, head, IsDead);
        _pump.Run();
        return _pump.Session.Closing.Create();
    }

    /// <summary>Erases all shares and keys.</summary>
    public void Dispose()
    {
        _pump.Dispose();
        foreach (KeyHolder holder in _holders)
        {
            holder.Dispose();
        }
    }

    // The holders have given their entries for a round whose opening failed: it goes on.
    private ServerRound Begin()
    {
        if (_pump.Session.Round is { } begun && begun.Number == _nextRound)
        {
            return begun;
        }

        _pump.Prepare();
        ISuiteSession suite = _pump.Session.Suite;
        return _pump.Session.Round = new ServerRound(_plan, _nextRound, _chain.Window(), default, IsDead,
            invitation => new AggregationServer(_plan, invitation, _parties.Server, _clock,
                _store?.Invoke(invitation.Opening.Context.Round), suite.CreateServerOptions(sums: null)));
    }

    private bool IsDead(ulong round) =>
        _holders.Count(holder => holder.Ledger.State.DeathOf(round) is not null) >= _plan.Quorum.Deaths;

    private ServerRound Current => _pump.Session.Round
        ?? throw new InvalidOperationException("no round is open: open one first");
}
