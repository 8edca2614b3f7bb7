using SecureFL.Ring.Randomness;

namespace SecureFL.Aggregation;

/// <summary>
/// All rounds of a plan whose parties live in one process, through the very roles that run apart in production: simulation, benchmarks, demonstrations.
/// Keeps the model chain and hands out the transcript. Whoever runs the process can open any client. Not thread-safe.
/// </summary>
public sealed class InProcessSession : IDisposable
{
    private readonly InProcessKeyHolders _holders;
    private readonly Transcript _transcript;
    private readonly Action<ReadOnlyMemory<byte>> _append;
    private readonly Func<ulong, IContributionStore>? _store;
    private readonly SigningIdentity _server;
    private readonly List<ModelVersion> _newVersions = [];
    private Digest _recordedKey;

    /// <summary>Starts a session: the transcript's first records are handed out at once.</summary>
    /// <param name="plan">A plan of <see cref="AggregationPlan.Create"/>.</param>
    /// <param name="transcript">Receives the transcript's bytes to append; null to keep none.</param>
    /// <param name="store">Makes the store of a round's uploads; null to sum each contribution as it comes and keep none.</param>
    /// <param name="firstModel">Digest of the initial model.</param>
    /// <exception cref="ArgumentException">A plan with parties of its own.</exception>
    public InProcessSession(
        AggregationPlan plan, Action<ReadOnlyMemory<byte>>? transcript = null, Func<ulong, IContributionStore>? store = null, Digest firstModel = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        _holders = InProcessKeyHolders.Create(plan);
        _server = plan.Embedded!.Server;
        _append = transcript ?? (_ => { });
        _store = store;
        _transcript = new Transcript(plan, _server);
        Plan = plan;
        Clients =
        [
            .. Enumerable.Range(0, plan.Enrolment.Clients.Count).Select(
                i => new AggregationClient(plan, plan.Digest, plan.Embedded.Client(i), new InMemoryLedgerStorage(), SystemEntropy.Instance)),
        ];
        _append(_transcript.Begin());
        RecordKey();
        AddVersion(ModelVersion.CreateFirst(plan, firstModel, _server));
    }

    /// <summary>The plan.</summary>
    public AggregationPlan Plan { get; }

    /// <summary>The joint key in use, for a SEAL program (<see cref="SealExchange"/>); null in the suite of one-time keys.</summary>
    public JointKeyEpoch? KeyEpoch => Plan.Embedded!.KeyEpoch;

    /// <summary>All enrolled clients, by plan index.</summary>
    public IReadOnlyList<AggregationClient> Clients { get; }

    /// <summary>Opens the next round: the server to give contributions to.</summary>
    public AggregationServer OpenRound()
    {
        RoundInvitation invitation = _holders.OpenRound([.. _newVersions]);
        _newVersions.Clear();
        RecordKey();
        return new AggregationServer(
            Plan, invitation, _server, TimeProvider.System, _store?.Invoke(invitation.Opening.Context.Round), Plan.Embedded!.JointKeyOptions());
    }

    /// <summary>Closes the round; every key holder checks its shares, votes, and releases its share sums.</summary>
    /// <exception cref="ProtocolViolationException">Too few contributions, or a holder refuses.</exception>
    public RoundReleases Release(AggregationServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        return _holders.Release(_holders.Agree(server.Close()));
    }

    /// <summary>Opens the sum and writes the round's records.</summary>
    /// <exception cref="ProtocolViolationException">The releases do not open it.</exception>
    public AggregationResult Open(AggregationServer server, RoundReleases releases)
    {
        ArgumentNullException.ThrowIfNull(server);
        AggregationResult result = server.Open(releases);
        _append(_transcript.Append(server.CreateRecords(result)));
        return result;
    }

    /// <summary>Puts the model that the opened sum made on the chain: the next round starts from it.</summary>
    /// <param name="server">The round.</param>
    /// <param name="result">Its sum.</param>
    /// <param name="model">Digest of the new model; by default the hash of the old one and the sum.</param>
    public void Advance(AggregationServer server, AggregationResult result, Digest? model = null)
    {
        ArgumentNullException.ThrowIfNull(server);
        AddVersion(server.Advance(result, model));
    }

    /// <summary>Writes the closing record of the transcript.</summary>
    public void EndTranscript() => _append(_transcript.End());

    /// <summary>Erases all shares and keys.</summary>
    public void Dispose() => _holders.Dispose();

    // A joint key stands in the transcript before the first round under it.
    private void RecordKey()
    {
        if (Plan.Embedded!.KeyEpoch?.Record is { } record && record.Hash != _recordedKey)
        {
            _append(_transcript.Append(record));
            _recordedKey = record.Hash;
        }
    }

    private void AddVersion(ModelVersion version)
    {
        _newVersions.Add(version);
        _append(_transcript.Append(version));
    }
}
