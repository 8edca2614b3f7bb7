using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;

namespace SecureFL.Protocol.Sessions;

/// <summary>How far a round has come that is not decided yet.</summary>
public enum RoundStage
{
    /// <summary>Key holders give entries.</summary>
    Opening,

    /// <summary>Clients contribute.</summary>
    Collecting,

    /// <summary>The set is fixed, key holders vote.</summary>
    Agreeing,

    /// <summary>The set is agreed, key holders release.</summary>
    Releasing,
}

/// <summary>
/// A round as its server knows it: the reduction of its facts. <see cref="Apply(RoundFact, Action)"/> is the only way
/// in, for what has just come as for what an earlier process stored; every fact is checked both times. Besides facts it
/// has what is lost with the process: receipts, and uploads under way. Not thread-safe.
/// </summary>
public sealed class ServerRound : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly RoundOpener _opener;
    private readonly Func<RoundInvitation, AggregationServer> _open;
    private readonly Dictionary<int, Digest> _roots = [];
    private readonly HashSet<int> _withdrawn = [];

    /// <summary>A round without facts.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="number">The round.</param>
    /// <param name="window">1 to K versions of the model chain, the head last.</param>
    /// <param name="task">What it computes.</param>
    /// <param name="isDead">Whether a round is proven dead (<see cref="RoundOpener"/>).</param>
    /// <param name="open">Makes the role of an opened round, on a store that has what clients uploaded before.</param>
    public ServerRound(AggregationPlan plan, ulong number, IReadOnlyList<ModelVersion> window, RoundTask task,
        Func<ulong, bool> isDead, Func<RoundInvitation, AggregationServer> open)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(open);
        _plan = plan;
        _open = open;
        _opener = new RoundOpener(plan, number, window, task, isDead);
        Task = task;
        Number = number;
    }

    /// <summary>The protocol's number.</summary>
    public ulong Number { get; }

    /// <summary>What it computes.</summary>
    public RoundTask Task { get; }

    /// <summary>The front of every message about this round.</summary>
    public RoundContext Context => _plan.Limits.Context(Number);

    /// <summary>What key holders have said.</summary>
    public HolderMessages Holders { get; } = new();

    /// <summary>The role, with the contributions; null before the opening is fixed.</summary>
    public AggregationServer? Server { get; private set; }

    /// <summary>Roots of the contributions that clients have begun to upload.</summary>
    public IReadOnlyDictionary<int, Digest> Roots => _roots;

    /// <summary>Clients that withdrew.</summary>
    public IReadOnlySet<int> Withdrawn => _withdrawn;

    /// <summary>The set; null before it is fixed.</summary>
    public ClosedRound? Closed { get; private set; }

    /// <summary>The agreed set; null before.</summary>
    public RoundCertificate? Certificate { get; private set; }

    /// <summary>Why the round is to die; null where it is not.</summary>
    public string? Abort { get; private set; }

    /// <summary>Whether an operator asked for the closing.</summary>
    public bool CloseAsked { get; private set; }

    /// <summary>How far it has come.</summary>
    public RoundStage Stage => Server is null ? RoundStage.Opening : Closed is null ? RoundStage.Collecting
        : Certificate is null ? RoundStage.Agreeing : RoundStage.Releasing;

    /// <summary>What the entries so far open: the next fact, once it is durable.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.OpeningBelowQuorum"/>.</exception>
    public RoundInvitation CreateInvitation() => _opener.CreateInvitation();

    /// <summary>The statement of a client's accepted contribution; null if there is none.</summary>
    public ContributionStatement? Accepted(int client) => Server?.StatementOf(client);

    /// <summary>Whether each of these holders, enough of them, has answered for each accepted contribution.</summary>
    public bool IsSettled(IReadOnlyCollection<int> connected)
    {
        AggregationServer server = RequireServer();
        int[] asked = [.. connected.Where(holder => server.Round.Opening.PositionOf(holder) >= 0)];
        return asked.Length >= _plan.Quorum.Votes
            && server.Accepted.All(statement => asked.All(holder => Holders.HasAnswered(holder, statement.Client)));
    }

    /// <summary>Takes up what an earlier process made durable, in any order.</summary>
    /// <exception cref="ProtocolViolationException">A stored message is not what it should be: the state was tampered
    /// with.</exception>
    public void Apply(IEnumerable<RoundFact> facts)
    {
        foreach (RoundFact fact in RoundFact.InOrder(facts))
        {
            Apply(fact);
        }
    }

    /// <summary>
    /// Takes a fact: checks it, makes it durable, then lets it count. The header of a contribution that was uploaded to
    /// this process is checked against its chunks before (<see cref="AggregationServer.CheckContribution"/>).
    /// </summary>
    /// <param name="fact">The fact; of a kind that says nothing about an undecided round, nothing happens.</param>
    /// <param name="commit">Makes it durable; where it throws, nothing has changed. Null for a fact that is.</param>
    /// <exception cref="ProtocolViolationException">The fact breaks the protocol; nothing has changed.</exception>
    public void Apply(RoundFact fact, Action? commit = null)
    {
        Action durable = commit ?? (static () => { });
        ReadOnlySpan<byte> bytes = fact.Bytes.Span;
        MessageLimits limits = _plan.Limits;
        switch (fact.Kind)
        {
            case FactKind.Entry:
                Take(RoundOpeningEntry.Parse(bytes, limits), fact.Party, durable);
                break;
            case FactKind.Invitation:
                Take(RoundInvitation.Parse(bytes, limits), durable);
                break;
            case FactKind.UploadRoot:
                Begin(fact.Party, fact.IsTakenBack ? null : new Digest(bytes), durable);
                break;
            case FactKind.Withdrawn:
                Withdraw(fact.Party, durable);
                break;
            case FactKind.Header:
                Take(ContributionHeader.Parse(bytes, limits), fact.Party, durable);
                break;
            case FactKind.CloseAsked:
                durable();
                CloseAsked = true;
                break;
            case FactKind.Proposal:
                Take(CertificateProposal.Parse(bytes, limits), durable);
                break;
            case FactKind.Vote:
                Take(Vote.Parse(bytes, limits), fact.Party, durable);
                break;
            case FactKind.Certificate:
                Take(RoundCertificate.Parse(bytes, limits), durable);
                break;
            case FactKind.Release:
                Take(Release.Parse(bytes, limits), fact.Party, durable);
                break;
            case FactKind.Abort:
                string reason = System.Text.Encoding.UTF8.GetString(bytes);
                durable();
                Abort = reason;
                break;
            case FactKind.Death:
                Take(RoundDeath.Parse(bytes, limits), fact.Party, durable);
                break;
        }
    }

    /// <summary>Forgets uploads under way and the running sum.</summary>
    public void Dispose() => Server?.Dispose();

    private void Take(RoundOpeningEntry entry, int holder, Action commit)
    {
        LedgerExchange.RequireHolder(entry.Holder, holder);
        _opener.Require(entry);
        commit();
        _opener.HandleEntry(entry);
        Holders.Add(entry);
    }

    private void Take(RoundInvitation invitation, Action commit)
    {
        Context.Require(invitation.Opening.Context, Party.Server);
        AggregationServer server = _open(invitation);
        try
        {
            commit();
        }
        catch
        {
            server.Dispose();
            throw;
        }

        Server = server;
    }

    private void Begin(int client, Digest? root, Action commit)
    {
        if (root is { } begun)
        {
            commit();
            _roots[client] = begun;
            return;
        }

        // The chunks go once nobody is told any more that they are there.
        RequireNotAccepted(client);
        commit();
        _roots.Remove(client);
        Server?.Forget(client);
    }

    private void Withdraw(int client, Action commit)
    {
        if (Closed is not null)
        {
            throw new ProtocolViolationException(ViolationCode.RoundClosed, Party.Client(client),
                "a round that is open", $"round {Number}, closed");
        }

        Server?.RequireForgettable(client);
        commit();
        _withdrawn.Add(client);
        _roots.Remove(client);
        Server?.Forget(client);
    }

    private void Take(ContributionHeader header, int client, Action commit)
    {
        AggregationServer server = RequireServer();
        if (header.Statement.Client != client)
        {
            throw new ProtocolViolationException(ViolationCode.NotEnrolled, Party.Client(client),
                $"a contribution of {Party.Client(client)}", $"one of {header.Statement.Signer}");
        }

        RequireNotAccepted(client);
        server.Require(header);
        commit();
        server.Take(header);
    }

    // The role takes the set to check it, sums included; it is open again where the set is refused or not written.
    private void Take(CertificateProposal proposal, Action commit)
    {
        AggregationServer server = RequireServer();
        if (Closed is not null)
        {
            throw new ProtocolViolationException(ViolationCode.RoundClosed, Party.Server, "one set a round",
                proposal.Hash.ToShortString());
        }

        try
        {
            ClosedRound closed = server.RestoreProposal(proposal);
            commit();
            Closed = closed;
        }
        catch
        {
            server.Reopen();
            throw;
        }
    }

    private void RequireNotAccepted(int client)
    {
        if (Accepted(client) is { } accepted)
        {
            throw new ProtocolViolationException(ViolationCode.DuplicateContribution, accepted.Signer,
                "one contribution a round", "an upload after the header");
        }
    }

    private void Take(Vote vote, int holder, Action commit)
    {
        LedgerExchange.RequireHolder(vote.Holder, holder);
        CertificateRules.RequireVote(vote, RequireClosed().Proposal, _plan);
        commit();
        RequireServer().HandleVote(vote);
        Holders.Add(vote);
    }

    // The votes that it quotes are those that were taken one by one.
    private void Take(RoundCertificate certificate, Action commit)
    {
        AggregationServer server = RequireServer();
        Digest proposal = RequireClosed().Proposal.Hash;
        if (certificate.Proposal.Hash != proposal)
        {
            throw new ProtocolViolationException(ViolationCode.WrongCertificate, Party.Server,
                proposal.ToShortString(), certificate.Proposal.Hash.ToShortString());
        }

        CertificateRules.RequireQuorum(certificate, _plan);
        commit();
        foreach (Vote vote in certificate.Votes)
        {
            server.HandleVote(vote);
            Holders.Add(vote);
        }

        Certificate = server.CreateCertificate();
    }

    private void Take(Release release, int holder, Action commit)
    {
        LedgerExchange.RequireHolder(release.Holder, holder);
        AggregationServer server = RequireServer();
        server.Require(release);
        commit();
        server.HandleRelease(release);
        Holders.Add(release);
    }

    private void Take(RoundDeath death, int holder, Action commit)
    {
        LedgerExchange.RequireHolder(death.Holder, holder);
        if (death.Context.Round != Number)
        {
            throw new ProtocolViolationException(ViolationCode.WrongRound, death.Signer, $"round {Number}",
                $"round {death.Context.Round}");
        }

        DeathRules.Require(death, _plan);
        commit();
        Holders.Add(death);
    }

    private AggregationServer RequireServer() => Server ?? throw Early("the opening");

    private ClosedRound RequireClosed() => Closed ?? throw Early("the proposal");

    private ProtocolViolationException Early(string missing) =>
        new(ViolationCode.WrongOpening, Party.Server, $"{missing} of round {Number} first", "none");
}
