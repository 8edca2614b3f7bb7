using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Rules;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Rounds;
using SecureFL.Protocol.Summation;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.Contributions;
using SecureFL.Rlwe.JointKey;
using SecureFL.Testing.Rounds;

namespace SecureFL.Protocol.Tests.Support;

/// <summary>A joint-key plan with all its parties in reach of the test, which plays whoever is malicious.</summary>
internal sealed class JointKeyScenario : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public JointKeyScenario(
        int clients = 4,
        int minClients = 3,
        int keyHolders = 3,
        int threshold = 2,
        int colluding = 0,
        int vectorLength = 40,
        int roundsPerKey = 1000,
        Func<PlanSettings, PlanSettings>? configure = null,
        bool generateKey = true,
        WireMode wire = WireMode.Packed)
    {
        Identities = new LocalParties(clients, keyHolders);
        Plan = Identities.CreatePlan(
            vectorLength, 8f, 8, minClients, threshold, colluding,
            configure: settings => Scenario.Waiving(configure is null ? settings : configure(settings)),
            suite: Suite.JointKey, roundsPerKey: roundsPerKey, wire: wire);
        Ledgers = [.. Enumerable.Range(0, keyHolders).Select(_ => new InMemoryLedgerStorage())];
        Shares = [.. Enumerable.Range(0, keyHolders).Select(_ => new InMemorySecretStore())];
        Holders = [.. Enumerable.Range(0, keyHolders).Select(i => StartHolder(i, Ledgers[i], Shares[i]))];
        foreach (KeyHolder holder in Holders)
        {
            Confirm(holder);
        }

        Clients = [.. Enumerable.Range(0, clients).Select(i => new AggregationClient(
            Plan, Plan.Digest, Identities.Clients[i], new InMemoryLedgerStorage(), SystemEntropy.Instance))];
        Versions = [ModelVersion.CreateFirst(Plan.Limits, default, Identities.Server)];
        if (generateKey)
        {
            GenerateKey(0);
        }
    }

    public AggregationPlan Plan { get; }

    public LocalParties Identities { get; }

    public TestClock Clock { get; } = new();

    public InMemoryLedgerStorage[] Ledgers { get; }

    public InMemorySecretStore[] Shares { get; }

    public KeyHolder[] Holders { get; }

    public AggregationClient[] Clients { get; }

    public List<ModelVersion> Versions { get; }

    public JointKeyEpoch Epoch { get; private set; } = null!;

    /// <summary>The lifetime count that an honest server would go on from.</summary>
    public long Decrypted { get; set; }

    public void GenerateKey(ulong epoch)
    {
        Epoch = LocalKeyGeneration.Run(Plan, Holders, epoch);
        Decrypted = 0;
        foreach (AggregationClient client in Clients)
        {
            client.HandleKeyEpoch(Epoch.Record, Epoch.PublicKey);
        }
    }

    public KeyHolder StartHolder(int index, ILedgerStorage ledger, ISecretStore shares) => Own(new KeyHolder(
        Plan, Plan.Digest, Identities.KeyHolders[index], HolderStorage.InMemory(ledger) with { KeyShares = shares },
            Clock,
        SystemEntropy.Instance));

    public void Confirm(KeyHolder holder)
    {
        LedgerHeadRequest request = holder.CreateLedgerHeadRequest();
        foreach (KeyHolder peer in Holders.Where(peer => peer is not null && peer.Index != holder.Index))
        {
            holder.HandleLedgerHead(peer.HandleLedgerHeadRequest(request));
        }
    }

    /// <summary>
    /// The key holder's process ends and starts again on its ledger and key share store; in a round it is shown the
    /// opening and the contributions again.
    /// </summary>
    public KeyHolder Restart(int index, AggregationServer? round = null)
    {
        Holders[index].Dispose();
        Holders[index] = StartHolder(index, Ledgers[index], Shares[index]);
        Confirm(Holders[index]);
        if (round is not null)
        {
            Holders[index].HandleOpening(round.Round.Opening);
            Show(round, index);
        }

        return Holders[index];
    }

    public RoundInvitation OpenRound(ulong round = 0, params int[] holders)
    {
        int[] present = holders.Length > 0 ? holders : [.. Enumerable.Range(0, Holders.Length)];
        RoundOpener opener = new(Plan, round, [Versions[^1]], default, _ => true);
        foreach (int holder in present)
        {
            opener.HandleEntry(Holders[holder].CreateOpeningEntry(round, default, Versions));
        }

        RoundInvitation invitation = opener.CreateInvitation();
        foreach (int holder in present)
        {
            Holders[holder].HandleOpening(invitation.Opening);
        }

        return invitation;
    }

    public AggregationServer StartServer(RoundInvitation invitation) => Own(new AggregationServer(
        Plan, invitation, Identities.Server, Clock, new InMemoryContributionStore(),
        new JointKeyServerOptions { Epoch = Epoch, DecryptedBefore = Decrypted }));

    public float[] Vector(int client) =>
        [.. Enumerable.Range(0, (int)Plan.Parameters.FloatLength)
            .Select(i => (((client + 1) * (i + 3)) % 101 / 16f) - 3)];

    public AggregationServer Gather(RoundInvitation invitation, params int[] clients)
    {
        AggregationServer server = StartServer(invitation);
        foreach (int client in clients.Length > 0 ? clients : [.. Enumerable.Range(0, Clients.Length)])
        {
            server.Accept(Clients[client].Encrypt(invitation, Vector(client)));
        }

        return server;
    }

    /// <summary>Statements and digests to a holder.</summary>
    public void Show(AggregationServer server, int holder)
    {
        foreach (ShareDelivery delivery in server.DeliveriesFor(holder))
        {
            Holders[holder].HandleShare(delivery);
        }
    }

    public RoundCertificate Agree(AggregationServer server, params int[] holders)
    {
        CertificateProposal proposal = server.Close().Proposal;
        foreach (int holder in holders.Length > 0 ? holders : [.. server.Round.Opening.Entries.Select(e => e.Holder)])
        {
            Show(server, holder);
            server.HandleVote(Holders[holder].HandleProposal(proposal));
            if (proposal.JointKey!.ActiveSet.Contains(holder))
            {
                server.ShowSum(Holders[holder].JointKey);
            }
        }

        Decrypted = proposal.JointKey!.Decrypted;
        return server.CreateCertificate();
    }

    /// <summary>A holder's release and all of its partial decryptions.</summary>
    public (Release Release, PartialDecryptionChunk[] Partials) Release(RoundCertificate certificate, int holder)
    {
        Release release = Holders[holder].HandleCertificate(certificate);
        return (release, Partials(certificate.Proposal, holder));
    }

    public PartialDecryptionChunk[] Partials(CertificateProposal proposal, int holder) =>
    [
        .. Enumerable.Range(0, proposal.Groups.Length)
            .SelectMany(group => Enumerable.Range(0, (int)Plan.Parameters.ChunkCount).Select(
            chunk => Holders[holder].JointKey.CreatePartialDecryption(proposal.Context.Round, group, chunk))),
    ];

    public void Answer(AggregationServer server, RoundCertificate certificate, int holder)
    {
        (Release release, PartialDecryptionChunk[] partials) = Release(certificate, holder);
        server.HandleRelease(release);
        foreach (PartialDecryptionChunk partial in partials)
        {
            server.JointKey.HandlePartialDecryption(partial);
        }
    }

    public AggregationResult Open(AggregationServer server, RoundCertificate certificate)
    {
        foreach (int holder in certificate.Proposal.JointKey!.ActiveSet)
        {
            Answer(server, certificate, holder);
        }

        return server.Open();
    }

    /// <summary>What a server could give a holder in the place of the sum of c1: c1 of these clients alone.</summary>
    public SummedCiphertext SumOf(AggregationServer server, CertificateProposal proposal, params int[] clients)
    {
        using UnreducedSum sum = new(Plan.Parameters);
        foreach (int client in clients)
        {
            sum.Add(Second(server, client));
        }

        return Sum(proposal, sum.Words);
    }

    /// <summary>The first chunk of a sum of such words.</summary>
    public SummedCiphertext Sum(CertificateProposal proposal, ReadOnlySpan<ulong> words)
    {
        int clients = proposal.Groups[0].Length;
        byte[] packed = new byte[SummedChunkPacking.Bytes(Plan.Parameters, clients)];
        SummedChunkPacking.Pack(Plan.Parameters, clients, words, packed);
        return new SummedCiphertext(proposal.Context, proposal.Hash, 0, 0, packed);
    }

    /// <summary>The words of the first chunk of a sum.</summary>
    public ulong[] Words(SummedCiphertext summed, int clients)
    {
        ulong[] words = new ulong[SummedChunkPacking.Words(Plan.Parameters)];
        SummedChunkPacking.Unpack(Plan.Parameters, clients, summed.Packed.Span, words);
        return words;
    }

    /// <summary>c1 of a client's first chunk.</summary>
    public byte[] Second(AggregationServer server, int client)
    {
        byte[] packed = new byte[Plan.Parameters.ChunkBytes];
        server.JointKey.ReadContribution(client, 0, packed);
        return packed[Plan.Parameters.PolynomialBytes..];
    }

    /// <summary>A proposal that the server signs over whatever the test wants.</summary>
    public CertificateProposal Propose(CertificateProposal like, JointKeyTerms terms,
        ImmutableArray<ImmutableArray<CertificateEntry>>? groups = null) => CertificateProposal.Create(
        like.Context, like.Opening, like.Head, like.DeadlineUnixMilliseconds, groups ?? like.Groups,
        Identities.Server, terms);

    /// <summary>A certificate with the votes of whoever's keys the test has.</summary>
    public RoundCertificate Certify(CertificateProposal proposal, params int[] voters) =>
        RoundCertificate.Create(proposal, [.. voters.Select(h => Vote.Create(proposal, h, Identities.KeyHolders[h]))]);

    public void AssertSum(AggregationResult result, params int[] clients)
    {
        double[] sum = result.Sum;
        Assert.Equal(clients.Length, result.Contributors);
        for (int i = 0; i < sum.Length; i++)
        {
            Assert.Equal(clients.Sum(c => (double)Vector(c)[i]), sum[i], result.MaxQuantisationError);
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
