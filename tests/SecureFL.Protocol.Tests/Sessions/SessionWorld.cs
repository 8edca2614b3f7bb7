using SecureFL.Local;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Models;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Sessions;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Tests.Support;
using SecureFL.Ring.Randomness;

namespace SecureFL.Protocol.Tests.Sessions;

/// <summary>
/// A session of four clients and three key holders with a round that collects: every contribution is there, and every
/// holder has given its receipts.
/// </summary>
internal sealed class SessionWorld : IDisposable
{
    private readonly InMemoryContributionStore _chunks = new();

    public SessionWorld(Suite suite = Suite.OneTimeKey, int contributions = 4)
    {
        Plan = Parties.CreatePlan(40, 8f, 8, 3, 2, 0, configure: Scenario.Waiving, suite: suite);
        Chain = new ModelChain(Plan);
        Chain.Append(ModelVersion.CreateFirst(Plan.Limits, default, Parties.Server));
        Holders = [.. Parties.KeyHolders.Select(identity => new KeyHolder(Plan, Plan.Digest, identity,
            HolderStorage.InMemory(), Clock, SystemEntropy.Instance))];
        Streams = [.. Enumerable.Range(0, 3).Select(holder => new HolderStream(holder, 0))];
        Session = new ServerSession(Plan, Chain, (_, fact) => Facts.Add(fact));
        for (int holder = 0; holder < 3; holder++)
        {
            Session.Ledgers.Attend(Streams[holder]);
            Session.Ledgers.HandleRequest(Streams[holder], Holders[holder].CreateLedgerHeadRequest().Encode());
        }

        Pump();
        while (!Session.Suite.IsReady)
        {
            if (Session.Suite.Next(TimeSpan.Zero) is { } step)
            {
                Session.Suite.Apply(step.Values);
            }

            Pump();
        }

        Session.Round = Round = NewRound();
        Pump();
        Apply(new RoundFact(FactKind.Invitation, 0, Round.CreateInvitation().Encode()));
        for (int client = 0; client < contributions; client++)
        {
            Contribution contribution = Upload(client);
            Assert.True(Round.Server!.CheckContribution(contribution.Header));
            Apply(new RoundFact(FactKind.Header, client, contribution.Header.Encode()));
        }

        Pump();
    }

    public LocalParties Parties { get; } = new(4, 3);

    public AggregationPlan Plan { get; }

    public ModelChain Chain { get; }

    public TestClock Clock { get; } = new();

    public KeyHolder[] Holders { get; }

    public HolderStream[] Streams { get; }

    public ServerSession Session { get; }

    public ServerRound Round { get; }

    /// <summary>What is durable, in the order that it came.</summary>
    public List<RoundFact> Facts { get; } = [];

    /// <summary>The round under way without any facts.</summary>
    public ServerRound NewRound() => new(Plan, 0, Chain.Window(), default, _ => false,
        invitation => new AggregationServer(
            Plan, invitation, Parties.Server, Clock, _chunks, Session.Suite.CreateServerOptions(sums: null)));

    public void Apply(RoundFact fact) => Round.Apply(fact, () => Facts.Add(fact));

    /// <summary>The set as the role fixes it now.</summary>
    public CertificateProposal Close() => Round.Server!.Close().Proposal;

    public void Fix() => Session.Fix(Close(), (fact, _) => Facts.Add(fact));

    /// <summary>A contribution of a client that remembers no other.</summary>
    public Contribution Make(int client)
    {
        AggregationClient role = new(Plan, Plan.Digest, Parties.Clients[client], new InMemoryLedgerStorage(),
            SystemEntropy.Instance);
        if (Session.Suite.Key is { } key)
        {
            JointKeyRoles.HandleKeyEpoch(role, (KeyEpochRecord)key.Record, (JointPublicKeyMessage)key.PublicKey);
        }

        return role.Encrypt(Round.Server!.Round, new float[40]);
    }

    /// <summary>A client uploads all chunks; its header is still to come.</summary>
    public Contribution Upload(int client)
    {
        Contribution contribution = Make(client);
        Apply(new RoundFact(FactKind.UploadRoot, client, contribution.Header.Statement.Root.ToArray()));
        foreach (ContributionChunk chunk in contribution.Chunks)
        {
            Round.Server!.HandleChunk(chunk);
        }

        return contribution;
    }

    /// <summary>What is due goes to its holder, and the answer back.</summary>
    /// <returns>How many tasks there were.</returns>
    public int Pump(TimeSpan now = default, params int[] only)
    {
        int tasks = 0;
        for (int turn = 0; turn < 6; turn++)
        {
            foreach (int holder in only.Length > 0 ? only : [0, 1, 2])
            {
                foreach (SentTask task in Session.Take(Streams[holder], now))
                {
                    tasks++;
                    Answer(holder, task, now);
                }
            }
        }

        return tasks;
    }

    public void Dispose()
    {
        Round.Dispose();
        Session.Dispose();
        foreach (KeyHolder holder in Holders)
        {
            holder.Dispose();
        }
    }

    private void Answer(int holder, SentTask task, TimeSpan now)
    {
        byte[] answer;
        try
        {
            answer = Holders[holder].Handle(task.Message);
        }
        catch (ProtocolViolationException refusal)
        {
            Session.Refuse(Streams[holder], task.Id, (uint)refusal.Code, now, out _);
            return;
        }

        Session.Handle(Streams[holder], task.Id, answer);
    }
}
