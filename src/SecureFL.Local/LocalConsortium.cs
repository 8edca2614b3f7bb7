using SecureFL.Messages.Counters;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Summation;
using SecureFL.Protocol.Transcripts;
using SecureFL.Ring.Randomness;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Local;

/// <summary>
/// A consortium in one process: the identities and the state of every party, and all rounds of one plan through the
/// very roles that run apart in production. For embedding, simulation, benchmarks and tests. Keeps the model chain and
/// hands out the transcript. Whoever runs the process can open any client. A client's journal is that of this plan:
/// what its rows answered under another one, only deployed clients remember. Not thread-safe.
/// </summary>
public sealed class LocalConsortium : IDisposable
{
    private readonly LocalParties _parties;
    private readonly LocalKeyHolders _holders;
    private readonly Transcript _transcript;
    private readonly Action<ReadOnlyMemory<byte>> _append;
    private readonly Func<ulong, IContributionStore>? _store;
    private readonly List<ModelVersion> _newVersions = [];
    private (AggregationServer Server, AggregationResult Result)? _opened;
    private Digest _recordedKey;

    /// <summary>Starts a consortium: the transcript's first records are handed out at once.</summary>
    /// <param name="plan">A plan for <paramref name="parties"/> (<see cref="LocalParties.CreatePlan"/>).</param>
    /// <param name="parties">The identities.</param>
    /// <param name="transcript">Receives the transcript's bytes to append; null to keep none.</param>
    /// <param name="store">
    /// Makes the store of a round's uploads; null to sum each contribution as it comes and keep none.
    /// </param>
    /// <param name="firstModel">Digest of the initial model.</param>
    /// <exception cref="ProtocolViolationException">A plan for other parties.</exception>
    public LocalConsortium(
        AggregationPlan plan,
        LocalParties parties,
        Action<ReadOnlyMemory<byte>>? transcript = null,
        Func<ulong, IContributionStore>? store = null,
        Digest firstModel = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(parties);
        _parties = parties;
        _holders = new LocalKeyHolders(plan, parties);
        _append = transcript ?? (_ => { });
        _store = store;
        _transcript = new Transcript(plan, parties.Server);
        Plan = plan;
        Clients =
        [
            .. parties.Clients.Select(identity => new AggregationClient(
                plan, plan.Digest, identity, new InMemoryLedgerStorage(), SystemEntropy.Instance)),
        ];
        _append(_transcript.Begin());
        AnnounceKey();
        AddVersion(ModelVersion.CreateFirst(plan.Limits, firstModel, parties.Server));
    }

    /// <summary>The plan: a document without secrets.</summary>
    public AggregationPlan Plan { get; }

    /// <summary>
    /// The joint key in use, for a SEAL program (<see cref="SealExchange"/>); null in the suite of one-time keys.
    /// </summary>
    public JointKeyEpoch? KeyEpoch => _holders.KeyEpoch;

    /// <summary>All enrolled clients, by plan index.</summary>
    public IReadOnlyList<AggregationClient> Clients { get; }

    /// <summary>Fresh parties, a plan for them, and the consortium of both.</summary>
    /// <param name="vectorLength">Values in each vector, 1 to 10^9.</param>
    /// <param name="clip">Values are clipped to [-clip, clip].</param>
    /// <param name="bits">Bits of a quantised value [b in the spec], 4 to 24.</param>
    /// <param name="maxClients">Clients to enrol, the most that a sum has [n_max].</param>
    /// <param name="minClients">Fewest clients in a sum [n_min].</param>
    /// <param name="keyHolders">Key holders [H].</param>
    /// <param name="threshold">Key holders needed to open [t].</param>
    /// <param name="colludingKeyHolders">Key holders assumed to collude with the server [f], from 1 to t - 1.</param>
    /// <param name="colludingClients">Clients assumed to collude with who sees the sum [f_c].</param>
    /// <param name="counters">Whole numbers summed besides the vector; null for none.</param>
    /// <param name="configure">Changes any further field of the plan.</param>
    /// <param name="suite">How contributions are encrypted and opened.</param>
    /// <param name="roundsPerKey">Joint-key suite: sums that one joint key may open in its life.</param>
    /// <param name="wire">Joint-key suite: how ciphertexts travel.</param>
    /// <exception cref="PlanRefusedException">A rule is broken: the message names it and what would do.</exception>
    public static LocalConsortium Create(
        long vectorLength,
        float clip,
        int bits,
        int maxClients,
        int minClients,
        int keyHolders,
        int threshold,
        int colludingKeyHolders,
        int colludingClients = 1,
        CounterLayout? counters = null,
        Func<PlanSettings, PlanSettings>? configure = null,
        Suite suite = Suite.OneTimeKey,
        long roundsPerKey = 1000,
        WireMode wire = WireMode.Packed)
    {
        LocalParties parties = new(maxClients, keyHolders);
        AggregationPlan plan = parties.CreatePlan(
            vectorLength, clip, bits, minClients, threshold, colludingKeyHolders, colludingClients,
            counters, configure, suite, roundsPerKey, wire: wire);
        return new LocalConsortium(plan, parties);
    }

    /// <summary>
    /// Opens the next round, on the model that the last opened sum made: the server to give contributions to. A round
    /// that is open is given up, with what was contributed to it: there is one round at a time, and whoever would close
    /// the former one is refused (<see cref="ViolationCode.WrongRound"/>) by the number of the one that is open.
    /// </summary>
    /// <exception cref="ProtocolViolationException">The plan has no rounds left.</exception>
    public AggregationServer OpenRound()
    {
        Advance();
        AggregationServer server = _holders.OpenRound(_store, [.. _newVersions]);
        _newVersions.Clear();
        AnnounceKey();
        return server;
    }

    /// <summary>Every key holder checks its shares and votes: the set is fixed, once.</summary>
    /// <exception cref="ProtocolViolationException">A holder refuses: the exception says whom and why.</exception>
    public RoundCertificate Agree(ClosedRound round) => _holders.Agree(round);

    /// <summary>Every key holder answers for the agreed set, and for no other.</summary>
    /// <exception cref="ProtocolViolationException">A holder refuses.</exception>
    public RoundReleases Release(RoundCertificate certificate) => _holders.Release(certificate);

    /// <summary>Closes the round and takes it through agreement and release.</summary>
    /// <exception cref="ProtocolViolationException">Too few contributions, or a holder refuses.</exception>
    public RoundReleases Release(AggregationServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return Release(Agree(server.Close()));
    }

    /// <summary>
    /// Opens the sum, has a client check it as every client does in production, and writes the round's records.
    /// </summary>
    /// <exception cref="ProtocolViolationException">The releases do not open it.</exception>
    public AggregationResult Open(AggregationServer server, RoundReleases releases)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(releases);
        using SpooledCiphertexts ciphertexts = new(Plan, releases.Certificate.Proposal);
        AggregationResult result = server.Open(releases, ciphertexts);
        ciphertexts.Verify(Clients[0], server, result);
        _append(_transcript.Append(server.CreateRecords(result)));
        _opened = (server, result);
        return result;
    }

    /// <summary>
    /// Puts the model that the last opened sum made on the chain: the next round starts from it.
    /// </summary>
    /// <param name="model">Digest of the new model; by default the hash of the old one and the sum.</param>
    /// <returns>Whether there was a sum whose model was not on the chain yet.</returns>
    public bool Advance(Digest? model = null)
    {
        if (_opened is not (AggregationServer server, AggregationResult result))
        {
            return false;
        }

        _opened = null;
        AddVersion(server.Advance(result, model));
        return true;
    }

    /// <summary>The key holders close the plan: writes the closing record of the transcript. No round follows.
    /// </summary>
    /// <exception cref="ProtocolViolationException">A round that holders voted in was given up.</exception>
    public void EndTranscript()
    {
        Advance();
        TranscriptClosing closing = _holders.Close([.. _newVersions]);
        _newVersions.Clear();
        _append(_transcript.Append(closing));
    }

    /// <summary>Erases all shares and keys.</summary>
    public void Dispose() => _holders.Dispose();

    // A joint key stands in the transcript, and every client has it, before the first round under it.
    private void AnnounceKey()
    {
        if (_holders.KeyEpoch is not { } key || key.Record.Hash == _recordedKey)
        {
            return;
        }

        _append(_transcript.Append(key.Record));
        _recordedKey = key.Record.Hash;
        foreach (AggregationClient client in Clients)
        {
            client.HandleKeyEpoch(key);
        }
    }

    private void AddVersion(ModelVersion version)
    {
        _newVersions.Add(version);
        _append(_transcript.Append(version));
    }
}
