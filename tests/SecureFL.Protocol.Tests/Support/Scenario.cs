using SecureFL.Messages.Counters;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Ring.Randomness;

namespace SecureFL.Protocol.Tests.Support;

/// <summary>A plan with all its parties in reach of the test, which plays whoever is malicious.</summary>
internal sealed class Scenario : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public Scenario(
        int clients = 4,
        int minClients = 3,
        int keyHolders = 3,
        int threshold = 2,
        int colluding = 0,
        int vectorLength = 40,
        int colludingClients = 1,
        CounterLayout? counters = null,
        Func<PlanSettings, PlanSettings>? configure = null)
    {
        Identities = new LocalParties(clients, keyHolders);
        Plan = Identities.CreatePlan(
            vectorLength, 8f, 8, minClients, threshold, colluding, colludingClients, counters,
            settings => Waiving(configure is null ? settings : configure(settings)));
        Ledgers = [.. Enumerable.Range(0, keyHolders).Select(_ => new InMemoryLedgerStorage())];
        Keys = [.. Enumerable.Range(0, keyHolders).Select(_ => new InMemorySecretStore())];
        Holders = [.. Enumerable.Range(0, keyHolders).Select(i => StartHolder(i, Ledgers[i], Keys[i]))];
        foreach (KeyHolder holder in Holders)
        {
            Confirm(holder);
        }

        Clients = [.. Enumerable.Range(0, clients).Select(i => StartClient(i, new InMemoryLedgerStorage()))];
        Versions = [ModelVersion.CreateFirst(Plan.Limits, default, Identities.Server)];
    }

    public AggregationPlan Plan { get; }

    public LocalParties Identities { get; }

    public TestClock Clock { get; } = new();

    public InMemoryLedgerStorage[] Ledgers { get; }

    public InMemorySecretStore[] Keys { get; }

    public KeyHolder[] Holders { get; }

    public AggregationClient[] Clients { get; }

    public List<ModelVersion> Versions { get; }

    /// <summary>A scenario with f = 0, where a smaller quorum shows more, has an insecure plan.</summary>
    public static PlanSettings Waiving(PlanSettings settings) =>
        settings with { Insecure = settings.Insecure || settings.ColludingKeyHolders == 0 };

    public KeyHolder StartHolder(int index, ILedgerStorage ledger, ISecretStore keys) =>
        Own(new KeyHolder(Plan, Plan.Digest, Identities.KeyHolders[index],
            HolderStorage.InMemory(ledger) with { RoundKeys = keys }, Clock, SystemEntropy.Instance));

    public AggregationClient StartClient(int index, ILedgerStorage journal) =>
        new(Plan, Plan.Digest, Identities.Clients[index], journal, SystemEntropy.Instance);

    public void Confirm(KeyHolder holder)
    {
        LedgerHeadRequest request = holder.CreateLedgerHeadRequest();
        foreach (KeyHolder peer in Holders.Where(peer => peer is not null && peer.Index != holder.Index))
        {
            holder.HandleLedgerHead(peer.HandleLedgerHeadRequest(request));
        }
    }

    /// <summary>
    /// A second instance of a key holder on copies of its ledger and round keys: how a colluder shows two faces.
    /// </summary>
    public KeyHolder Copy(int holder, RoundOpening opening)
    {
        InMemorySecretStore keys = new();
        foreach (ulong round in Keys[holder].Numbers)
        {
            byte[] key = new byte[32];
            Keys[holder].TryLoad(round, key);
            keys.Save(round, key);
        }

        KeyHolder copy = StartHolder(holder, new InMemoryLedgerStorage(Ledgers[holder].ReadAll()), keys);
        Confirm(copy);
        copy.HandleOpening(opening);
        return copy;
    }

    /// <summary>Opens a round with the entries of the given holders (all by default).</summary>
    public RoundInvitation OpenRound(ulong round = 0, int[]? holders = null)
    {
        RoundInvitation invitation = Invite(round, holders);
        foreach (RoundOpeningEntry entry in invitation.Opening.Entries)
        {
            Holders[entry.Holder].HandleOpening(invitation.Opening);
        }

        return invitation;
    }

    public RoundInvitation Invite(ulong round = 0, int[]? holders = null)
    {
        int window = Plan.Settings.BaseVersionWindow;
        RoundOpener opener = new(Plan, round, Versions[Math.Max(0, Versions.Count - window)..], default,
            _ => true);
        foreach (int holder in holders ?? [.. Enumerable.Range(0, Holders.Length)])
        {
            opener.HandleEntry(Holders[holder].CreateOpeningEntry(round, default, Versions));
        }

        return opener.CreateInvitation();
    }

    /// <summary>The end of the plan, by the given holders (all by default).</summary>
    public TranscriptClosing Close(params int[] holders) => TranscriptClosing.Create(Plan.Context(0),
        (holders.Length > 0 ? holders : [.. Enumerable.Range(0, Holders.Length)])
            .Select(holder => Holders[holder].CreateClosingStatement(Versions)));

    /// <summary>A server that keeps chunks, so that contributions can be left out.</summary>
    public AggregationServer StartServer(RoundInvitation invitation) =>
        Own(new AggregationServer(Plan, invitation, Identities.Server, Clock, new InMemoryContributionStore()));

    public float[] Vector(int client) =>
        [.. Enumerable.Range(0, (int)Plan.Parameters.FloatLength)
            .Select(i => (((client + 1) * (i + 3)) % 101 / 16f) - 3)];

    public Contribution Contribute(RoundInvitation invitation, int client) =>
        Clients[client].Encrypt(invitation, Vector(client));

    /// <summary>A server with the contributions of the given clients (all by default).</summary>
    public AggregationServer Gather(RoundInvitation invitation, params int[] clients)
    {
        AggregationServer server = StartServer(invitation);
        foreach (int client in clients.Length > 0 ? clients : [.. Enumerable.Range(0, Clients.Length)])
        {
            server.Accept(Contribute(invitation, client));
        }

        return server;
    }

    public void Deliver(AggregationServer server, int holder, IEnumerable<CertificateEntry> entries)
    {
        foreach (CertificateEntry entry in entries)
        {
            Holders[holder].HandleShare(server.CreateShareDelivery(entry.Client, holder));
        }
    }

    public RoundCertificate Agree(AggregationServer server, params int[] holders)
    {
        CertificateProposal proposal = server.Close().Proposal;
        foreach (int holder in holders.Length > 0 ? holders : [.. server.Round.Opening.Entries.Select(e => e.Holder)])
        {
            Deliver(server, holder, proposal.Entries);
            server.HandleVote(Holders[holder].HandleProposal(proposal));
        }

        return server.CreateCertificate();
    }

    public AggregationResult Open(AggregationServer server, RoundCertificate certificate, params int[] holders)
    {
        foreach (int holder in holders.Length > 0 ? holders : [.. certificate.Votes.Select(v => v.Holder)])
        {
            server.HandleRelease(Holders[holder].HandleCertificate(certificate));
        }

        return server.Open();
    }

    /// <summary>A proposal that the server signs over whatever the test wants.</summary>
    public CertificateProposal Propose(RoundInvitation invitation,
        params IEnumerable<ContributionStatement>[] groups) => CertificateProposal.Create(
        invitation.Opening.Context,
        invitation.Opening.Hash,
        invitation.Opening.Head,
        (Clock.GetUtcNow() + TimeSpan.FromMinutes(10)).ToUnixTimeMilliseconds(),
        [
            .. groups.Select(group => group.Select(s => new CertificateEntry(s.Client, s.Hash)).OrderBy(e => e.Client)
                .ToImmutableArray())],
        Identities.Server);

    /// <summary>The exact integer sums that an opened group must have.</summary>
    public double[] PlainSum(params int[] clients)
    {
        float[][] vectors = [.. clients.Select(Vector)];
        return [.. Enumerable.Range(0, vectors[0].Length).Select(i => vectors.Sum(v => (double)v[i]))];
    }

    public void AssertSum(AggregationResult result, params int[] clients)
    {
        double[] plain = PlainSum(clients);
        double[] sum = result.Sum;
        Assert.Equal(clients.Length, result.Contributors);
        for (int i = 0; i < plain.Length; i++)
        {
            Assert.Equal(plain[i], sum[i], result.MaxQuantisationError);
        }
    }

    public void Dispose()
    {
        foreach (IDisposable owned in _owned)
        {
            owned.Dispose();
        }
    }

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
