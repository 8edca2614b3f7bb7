using System.Collections.Immutable;
using SecureFL.Learning.Rounds;
using SecureFL.Local;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;

namespace SecureFL.Simulation;

/// <summary>
/// One plan and its rounds. The model that a sum made is put on the signed chain when the next sum, or the end, says
/// what it is. Not thread-safe.
/// </summary>
internal sealed class SumSession : IDisposable
{
    private const int Rounds = 1 << 20;

    private readonly SumLayout _layout;
    private readonly EncryptedSumOptions _options;
    private readonly LocalConsortium _session;
    private readonly Dictionary<int, Digest> _models = [];
    private readonly Dictionary<int, int> _stoodOn = [];
    private readonly int _firstVersion;
    private IContributionStore? _store;
    private bool _complete;

    public SumSession(string name, SumLayout layout, EncryptedSumOptions options, ModelStamp? model)
    {
        _layout = layout;
        _options = options;
        LocalParties parties = new(options.Sites, options.KeyHolders);
        Plan = parties.CreatePlan(
            layout.Floats,
            options.Clip,
            options.Bits,
            options.MinClients,
            options.Threshold,
            options.ColludingKeyHolders ?? options.Threshold - 1,
            counters: layout.Counters,
            suite: options.Suite,
            roundsPerKey: options.RoundsPerKey,
            wire: options.Wire,
            configure: settings => settings with
            {
                BaseVersionWindow = options.BaseVersionWindow,
                Rounds = Rounds,
                Insecure = options.InsecureTwoSites,
                ColludingClients = options.InsecureTwoSites ? 0 : settings.ColludingClients,
            });
        _session = new LocalConsortium(
            Plan,
            parties,
            options.Transcripts?.Invoke(name),
            options.Uploads is null ? null : round => _store = options.Uploads(name, round),
            model?.Digest ?? default);
        _firstVersion = model?.Version ?? 0;
        Note(model);
    }

    public AggregationPlan Plan { get; }

    public SumLayout Layout => _layout;

    public SecureSumResult Aggregate(SecureSumRequest request, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_complete, this);
        Advance(request.Model);
        Stopwatches time = new(_options.Clock);
        try
        {
            using AggregationServer server = time.Open(_session.OpenRound);
            long[] expected = new long[_layout.Length];
            long uploaded = 0;
            long delivered = 0;
            foreach (SiteContribution contribution in request.Contributions)
            {
                cancellationToken.ThrowIfCancellationRequested();
                _layout.AddIntegers(request, contribution, expected);
                Contribution encrypted = time.Encrypt(() => Encrypt(server.Round, request, contribution));
                uploaded = uploaded > 0 ? uploaded : BytesOf(encrypted);
                time.Aggregate(() => server.Accept(encrypted));
                delivered += KeyHolderBytes(server, contribution.SiteIndex);
            }

            delivered += ActiveHolderBytes(request.Contributions.Count);
            AggregationResult result = time.Open(() => _session.Open(server, _session.Release(server)));
            ReadOnlyMemory<long> opened = result.GroupSum(0)
                ?? throw new InvalidOperationException(
                    $"the sum of round {request.Round} could not be opened: {result.Groups[0].Status}");
            IEnumerable<string> contributors = request.Contributions
                .Where(contribution => result.Groups[0].Clients.Contains(contribution.SiteIndex))
                .Select(contribution => contribution.Site);
            return _layout.Read(opened.Span, contributors) with
            {
                SumIsExact = opened.Span.SequenceEqual(expected),
                Costs = time.Costs with { UploadBytesPerClient = uploaded, KeyHolderBytes = delivered },
            };
        }
        finally
        {
            (_store as IDisposable)?.Dispose();
            _store = null;
        }
    }

    public void Complete(ModelStamp? final)
    {
        if (_complete)
        {
            return;
        }

        // Sums without an update make no model: their chain goes on by the hash of the old head and the sum.
        Advance(_layout.Floats > 0 ? final : null);
        _session.EndTranscript();
        _complete = true;
    }

    public void Dispose() => _session.Dispose();

    private static long BytesOf(Contribution contribution) =>
        contribution.Header.Encode().Length + contribution.Chunks.Sum(chunk => (long)chunk.Encode().Length);

    // What one key holder gets of a contribution.
    private static long KeyHolderBytes(AggregationServer server, int site) =>
        server.CreateShareDelivery(site, holder: 0).Encode().Length;

    // What an active one gets besides in the joint-key suite, once: the sum that it decrypts.
    private long ActiveHolderBytes(int clients) => Plan.Suite.HasJointKey
        ? Plan.Parameters.ChunkCount * SummedChunkPacking.Bytes(Plan.Parameters, clients) : 0;

    private Contribution Encrypt(RoundInvitation invitation, SecureSumRequest request, SiteContribution contribution) =>
        _session.Clients[contribution.SiteIndex].Encrypt(
            InvitationFor(invitation, contribution.SiteIndex, contribution.BaseVersion),
            contribution.Update,
            contribution.Counters,
            _options.Rounding,
            request.RoundingSeedOf(contribution));

    /// <summary>
    /// The chain from the version that the site trained from. What was trained from a version before the session (in a
    /// resumed run) stands on the session's first, and what follows it from the same site at least one further: a
    /// client contributes once for a version of the chain.
    /// </summary>
    private RoundInvitation InvitationFor(RoundInvitation invitation, int site, int? baseVersion)
    {
        ImmutableArray<ModelVersion> versions = invitation.Versions;
        if (baseVersion is not int trainedFrom)
        {
            return new RoundInvitation(invitation.Opening, [invitation.Head]);
        }

        int number = Math.Max(trainedFrom, _stoodOn.TryGetValue(site, out int last) ? last + 1 : _firstVersion);
        _stoodOn[site] = number;
        if (!_models.TryGetValue(number, out Digest model))
        {
            throw new ArgumentException(
                $"a contribution from model version {number}, which no round of this session stood on");
        }

        int position = 0;
        while (position < versions.Length && versions[position].Model != model)
        {
            position++;
        }

        return position < versions.Length
            ? new RoundInvitation(invitation.Opening, versions[position..])
            : throw new ArgumentException(
                $"a contribution from model version {number}, which lies further back than "
                + $"{Plan.Settings.BaseVersionWindow} versions");
    }

    private void Advance(ModelStamp? model)
    {
        if (_session.Advance(model?.Digest))
        {
            Note(model);
        }
    }

    private void Note(ModelStamp? model)
    {
        if (model is not ModelStamp stamp)
        {
            return;
        }

        _models[stamp.Version] = stamp.Digest;
        foreach (int old in _models.Keys
            .Where(version => version < stamp.Version - Plan.Settings.BaseVersionWindow).ToArray())
        {
            _models.Remove(old);
        }
    }
}
