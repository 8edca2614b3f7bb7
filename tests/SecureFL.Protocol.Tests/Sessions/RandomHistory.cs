using SecureFL.Local;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Sessions;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Tests.Support;
using SecureFL.Ring.Randomness;

namespace SecureFL.Protocol.Tests.Sessions;

/// <summary>
/// One round of a session whose steps come in an order drawn by a seed, with a store of facts as a database has it: by
/// kind and party.
/// </summary>
internal sealed class RandomHistory : IDisposable
{
    private const int Clients = 5;
    private const int Holders = 3;
    private readonly Random _random;
    private readonly LocalParties _parties = new(Clients, Holders);
    private readonly AggregationPlan _plan;
    private readonly ModelChain _chain;
    private readonly TestClock _clock = new();
    private readonly InMemoryContributionStore _chunks = new();
    private readonly KeyHolder[] _holders;
    private readonly HolderStream[] _streams;
    private readonly Queue<SentTask>[] _sent = [new(), new(), new()];
    private readonly HashSet<int> _heard = [];
    private readonly Dictionary<(FactKind Kind, int Party), RoundFact> _facts = [];
    private readonly Dictionary<string, SuiteValue> _values = [];
    private readonly int _stepsToAbort;
    private bool _closing;

    public RandomHistory(int seed, Suite suite, int stepsToAbort = 20)
    {
        _stepsToAbort = stepsToAbort;
        _random = new Random(seed);
        _plan = _parties.CreatePlan(40, 8f, 8, 3, 2, 0, configure: Scenario.Waiving, suite: suite);
        _chain = new ModelChain(_plan);
        _chain.Append(ModelVersion.CreateFirst(_plan.Limits, default, _parties.Server));
        _holders = [.. _parties.KeyHolders.Select(identity => new KeyHolder(
            _plan, _plan.Digest, identity, HolderStorage.InMemory(), _clock, SystemEntropy.Instance))];
        _streams = [.. Enumerable.Range(0, Holders).Select(holder => new HolderStream(holder, 0))];
        Session = new ServerSession(_plan, _chain, (_, fact) => Store(fact));
        Prepare();
        Session.Round = Round = NewRound(Session);
    }

    /// <summary>The identities of all parties.</summary>
    public LocalParties Parties => _parties;

    public AggregationPlan Plan => _plan;

    public ServerSession Session { get; }

    public ServerRound Round { get; }

    /// <summary>Whether the disk takes nothing.</summary>
    public bool DiskFails { get; set; }

    /// <summary>Kinds of facts that have come up.</summary>
    public IEnumerable<FactKind> Kinds => _facts.Keys.Select(key => key.Kind);

    /// <summary>The same session in a process that starts now: from what was stored alone.</summary>
    public (ServerSession Session, ServerRound Round) Restart()
    {
        ServerSession session = new(_plan, _chain, (_, _) => { });
        session.Suite.Apply([.. _values.Values]);
        ServerRound round = NewRound(session);
        round.Apply(_facts.Values.OrderBy(_ => _random.Next()));
        session.Round = round;
        return (session, round);
    }

    /// <summary>
    /// What each holder would be sent on a new stream, key and bytes; the ledger exchange is not the round's.
    /// </summary>
    public static IEnumerable<(HolderTaskKey Key, string Bytes)> Due(ServerSession session) =>
        Enumerable.Range(0, Holders).SelectMany(holder => session.Due(new HolderStream(holder, 0), TimeSpan.Zero))
            .Where(task => task.Key.Kind is not (MessageType.LedgerHeadRequest or MessageType.LedgerHead))
            .Select(task => (task.Key, Convert.ToHexString(task.Create())));

    /// <summary>Everything that the round says of itself.</summary>
    public static string Describe(ServerRound round) => string.Join('\n',
        round.Stage,
        string.Join(' ', round.Roots.OrderBy(pair => pair.Key)),
        string.Join(' ', round.Withdrawn.Order()),
        string.Join(' ', round.Holders.Entries.Values.Select(entry => entry.Hash)),
        string.Join(' ', round.Holders.Votes.Values.Select(vote => vote.Hash)),
        string.Join(' ', round.Holders.Releases.Values.Select(release => release.Hash)),
        string.Join(' ', round.Holders.Deaths.Values.Select(death => death.Hash)),
        string.Join(' ', round.Server?.Accepted.Select(statement => statement.Hash) ?? []),
        round.Server?.Round.Opening.Hash,
        round.Closed?.Proposal.Hash,
        round.Certificate is { } certificate ? Convert.ToHexString(certificate.Encode()) : "",
        round.Abort,
        round.CloseAsked);

    /// <summary>Something happens, or nothing.</summary>
    public void Step()
    {
        switch (_random.Next(8))
        {
            case 0 when Round.Stage == RoundStage.Opening && Round.Holders.Entries.Count >= _plan.Quorum.Votes:
                Apply(new RoundFact(FactKind.Invitation, 0, Round.CreateInvitation().Encode()));
                break;
            case 1 or 2 when Round.Stage == RoundStage.Collecting && Round.Abort is null && !_closing:
                Contribute(_random.Next(Clients));
                break;
            case 3 when Round.Stage == RoundStage.Collecting && Round.Server!.Confirmed.Count >= 3:
                _closing = true;
                Session.Suite.PrepareClose(Round, [0, 1, 2]);
                Session.Fix(Round.Server!.Close().Proposal, Store);
                break;
            case 4 when Round.Stage == RoundStage.Agreeing && Round.Holders.Votes.Count >= _plan.Quorum.Votes
                && Session.Suite.CanBeOpened(Round):
                Apply(new RoundFact(FactKind.Certificate, 0, Round.Server!.CreateCertificate().Encode()));
                break;
            case 5 when _random.Next(_stepsToAbort) == 0 && Round.Abort is null:
                Apply(new RoundFact(FactKind.Abort, 0, "an operator said so"u8.ToArray()));
                break;
            case 5 when _random.Next(5) == 0 && Round.Stage == RoundStage.Collecting:
                Apply(new RoundFact(FactKind.CloseAsked, 0, default));
                break;
            case 6 when _random.Next(4) == 0:
                // A new stream is sent again what the old one lost.
                int holder = _random.Next(Holders);
                _streams[holder] = new HolderStream(holder, 0);
                _sent[holder].Clear();
                Session.Ledgers.Attend(_streams[holder]);
                break;
            default:
                Answer(_random.Next(Holders), most: _random.Next(1, 4));
                break;
        }
    }

    public void Dispose()
    {
        Round.Dispose();
        Session.Dispose();
        foreach (KeyHolder holder in _holders)
        {
            holder.Dispose();
        }
    }

    /// <summary>A holder answers a few of its tasks.</summary>
    private void Answer(int holder, int most)
    {
        foreach (SentTask task in Session.Take(_streams[holder], TimeSpan.Zero))
        {
            _sent[holder].Enqueue(task);
        }

        for (int answered = 0; answered < most && _sent[holder].TryDequeue(out SentTask task); answered++)
        {
            byte[] answer;
            try
            {
                answer = _holders[holder].Handle(task.Message);
            }
            catch (Messages.Violations.ProtocolViolationException refusal)
            {
                // A vote before the shares, a death while the deadline runs: as in production it comes again later.
                Session.Refuse(_streams[holder], task.Id, (uint)refusal.Code, TimeSpan.Zero, out _);
                continue;
            }

            Session.Handle(_streams[holder], task.Id, answer);
        }
    }

    private ServerRound NewRound(ServerSession session) => new(_plan, 0, _chain.Window(), default, _ => false,
        invitation => new AggregationServer(_plan, invitation, _parties.Server, _clock, _chunks,
            session.Suite.CreateServerOptions(null)));

    private void Apply(RoundFact fact) => Round.Apply(fact, () => Store(fact));

    private void Store(RoundFact fact) => Store(fact, []);

    private void Store(RoundFact fact, IReadOnlyList<SuiteValue> values)
    {
        if (DiskFails)
        {
            throw new IOException("the disk is full");
        }

        foreach (FactKind kind in fact.TakesBack)
        {
            _facts.Remove((kind, fact.Party));
        }

        if (!fact.IsTakenBack)
        {
            _facts[(fact.Kind, fact.Party)] = fact;
        }

        foreach (SuiteValue value in values)
        {
            _values[value.Name] = value;
        }
    }

    private void Contribute(int client)
    {
        if (Round.Withdrawn.Contains(client))
        {
            return;
        }

        if (!_heard.Add(client))
        {
            if (_random.Next(4) == 0)
            {
                Apply(new RoundFact(FactKind.Withdrawn, client, default));
            }

            return;
        }

        AggregationServer server = Round.Server!;
        AggregationClient role = new(_plan, _plan.Digest, _parties.Clients[client], new InMemoryLedgerStorage(),
            SystemEntropy.Instance);
        if (Session.Suite.Key is { } key)
        {
            Suites.JointKey.JointKeyRoles.HandleKeyEpoch(role, (Messages.JointKey.KeyEpochRecord)key.Record,
                (Messages.JointKey.JointPublicKeyMessage)key.PublicKey);
        }

        Contribution contribution = role.Encrypt(server.Round, new float[40]);
        Apply(new RoundFact(FactKind.UploadRoot, client, contribution.Header.Statement.Root.ToArray()));
        foreach (ContributionChunk chunk in contribution.Chunks)
        {
            server.HandleChunk(chunk);
        }

        if (_random.Next(6) == 0)
        {
            // It broke off, and was told to begin again.
            server.Forget(client);
            Apply(new RoundFact(FactKind.UploadRoot, client, default));
            return;
        }

        Assert.True(server.CheckContribution(contribution.Header));
        Apply(new RoundFact(FactKind.Header, client, contribution.Header.Encode()));
    }

    // Ledgers are confirmed and keys made before the round.
    private void Prepare()
    {
        for (int holder = 0; holder < Holders; holder++)
        {
            Session.Ledgers.Attend(_streams[holder]);
            Session.Ledgers.HandleRequest(_streams[holder], _holders[holder].CreateLedgerHeadRequest().Encode());
        }

        AnswerAll();
        while (!Session.Suite.IsReady)
        {
            if (Session.Suite.Next(TimeSpan.Zero) is { } step)
            {
                foreach (SuiteValue value in step.Values)
                {
                    _values[value.Name] = value;
                }

                Session.Suite.Apply(step.Values);
            }

            AnswerAll();
        }
    }

    private void AnswerAll()
    {
        for (int turn = 0; turn < 2 * Holders; turn++)
        {
            Answer(turn % Holders, int.MaxValue);
        }
    }
}
