using System.Collections.Immutable;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Messages.Wire;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Roles;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.KeyGeneration;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;

namespace SecureFL.Protocol.Suites.JointKey.Rounds;

/// <summary>What a server needs in the joint-key suite.</summary>
public sealed record JointKeyServerOptions : SuiteServerOptions
{
    /// <summary>The key that the round is under.</summary>
    public required JointKeyEpoch Epoch { get; init; }

    /// <summary>
    /// The count of coefficients decrypted under the key so far: that of the newest proposal that any key holder voted
    /// for, or 0.
    /// </summary>
    public long DecryptedBefore { get; init; }

    /// <summary>
    /// Keeps summed ciphertexts and partial decryptions until the sum is opened: (2 + t) times the model in packed
    /// form. In memory if null.
    /// </summary>
    public ISumStore? Sums { get; init; }
}

/// <summary>
/// The server's half of a round of the joint-key suite: sums both halves when the round closes, streams what active
/// holders need, and takes their partial decryptions chunk by chunk. Part of an <see cref="AggregationServer"/>. Not
/// thread-safe.
/// </summary>
public sealed class JointKeyServer : ISuiteServer
{
    private readonly AggregationPlan _plan;
    private readonly RoundOpening _opening;
    private readonly IContributionStore _uploads;
    private readonly JointKeyServerOptions _options;
    private readonly RoundSums _sums;
    private readonly Dictionary<int, PartialIntake> _partials = [];
    private CertificateProposal? _proposal;

    internal JointKeyServer(SuiteServerSettings settings)
    {
        _options = settings.Options as JointKeyServerOptions ?? throw new ArgumentException(
            "the joint-key suite needs the joint key", nameof(settings));
        _options.Epoch.Require(settings.Opening);
        _plan = settings.Plan;
        _opening = settings.Opening;
        _uploads = settings.Store;
        _sums = new RoundSums(_options.Sums ?? new InMemorySumStore(), _opening.Context.Round);
    }

    /// <summary>
    /// The t key holders that shall decrypt, by plan index; null for the first t of the opening. All of them must
    /// answer: one that fails after agreement costs the round. To be set before the round is closed.
    /// </summary>
    public ImmutableArray<int>? ActiveSet { get; set; }

    /// <summary>
    /// The count of decrypted coefficients for the next round's <see cref="JointKeyServerOptions.DecryptedBefore"/>.
    /// </summary>
    public long Decrypted => _proposal?.JointKey?.Decrypted ?? _options.DecryptedBefore;

    /// <summary>What an active holder needs before it releases, in order: memory is one chunk.</summary>
    /// <exception cref="InvalidOperationException">The round is not closed.</exception>
    public IEnumerable<SummedCiphertext> CreateSummedCiphertexts()
    {
        CertificateProposal proposal = RequireClosed();
        for (int group = 0; group < proposal.Groups.Length; group++)
        {
            for (long chunk = 0; chunk < _plan.JointKey.ChunkCount; chunk++)
            {
                byte[] packed = new byte[SummedChunkPacking.Bytes(_plan.Parameters, proposal.Groups[group].Length)];
                _sums.Read(RoundSums.Second(group), chunk, packed);
                yield return new SummedCiphertext(proposal.Context, proposal.Hash, group, chunk, packed);
            }
        }
    }

    /// <summary>
    /// Takes the next chunk of a holder's partial decryption, after its release; one that is there already is skipped.
    /// </summary>
    /// <exception cref="ProtocolViolationException">
    /// Of a holder that has not released, out of order, malformed, or the chunks do not have the digest of the release:
    /// they are then forgotten.
    /// </exception>
    public void HandlePartialDecryption(PartialDecryptionChunk partial)
    {
        ArgumentNullException.ThrowIfNull(partial);
        CertificateProposal proposal = RequireClosed();
        Party sender = Party.KeyHolder(partial.Holder);
        proposal.Context.Require(partial.Context, sender);
        if (partial.Certificate != proposal.Hash)
        {
            throw new ProtocolViolationException(ViolationCode.WrongCertificate, sender, proposal.Hash.ToShortString(),
                partial.Certificate.ToShortString());
        }

        if (!_partials.TryGetValue(partial.Holder, out PartialIntake? intake))
        {
            throw new ProtocolViolationException(ViolationCode.WrongActiveSet, sender,
                "partial decryptions of an active holder after its release", "others");
        }

        intake.Handle(partial);
    }

    /// <summary>The next chunk that is due from a holder, as group and chunk; null when all are there.</summary>
    public (int Group, long Chunk)? NextPartial(int holder) => _partials.TryGetValue(holder, out PartialIntake? intake)
        ? intake.Next : (0, 0);

    /// <summary>
    /// What the server has at hand, for tests of what it could do with it: the summed c0 of a chunk of a group.
    /// </summary>
    internal void ReadSummedFirst(int group, long chunk, Span<byte> packed)
    {
        int clients = RequireClosed().Groups[group].Length;
        byte[] unreduced = new byte[SummedChunkPacking.Bytes(_plan.Parameters, clients)];
        ulong[] words = new ulong[SummedChunkPacking.Words(_plan.Parameters)];
        _sums.Read(RoundSums.First(group), chunk, unreduced);
        SummedChunkPacking.Unpack(_plan.Parameters, clients, unreduced, words);
        using UnreducedSum sum = new(_plan.Parameters);
        sum.Reduce(words, packed);
    }

    /// <summary>The same: one client's chunk, c0 and c1.</summary>
    internal void ReadContribution(int client, long chunk, Span<byte> packed) => _uploads.Read(client, chunk, packed);

    /// <summary>Releases working memory.</summary>
    public void Dispose()
    {
        foreach (PartialIntake intake in _partials.Values)
        {
            intake.Dispose();
        }

        _sums.Remove();
    }

    /// <inheritdoc/>
    public bool SumsOnAcceptance => false;

    /// <inheritdoc/>
    public void Accept(int client)
    {
    }

    /// <inheritdoc/>
    public JointKeyTerms? CreateTerms(ImmutableArray<ImmutableArray<CertificateEntry>> groups)
    {
        ImmutableArray<int> active = ActiveSet
            ?? [.. _opening.Entries.Take(_plan.Quorum.Threshold).Select(entry => entry.Holder)];
        long decrypted = checked(_options.DecryptedBefore + (groups.Length * _plan.JointKey.CoefficientsPerGroup));
        return new JointKeyTerms(decrypted, [.. active.Order()],
            [.. groups.Select((entries, group) => _sums.Add(_plan, _uploads, group, entries))]);
    }

    /// <inheritdoc/>
    public void Close(CertificateProposal proposal) => _proposal = proposal;

    /// <inheritdoc/>
    public void Reopen() => _proposal = null;

    /// <inheritdoc/>
    public void Restore(CertificateProposal proposal)
    {
        _sums.Recompute(_plan, _uploads, proposal);
        _proposal = proposal;
    }

    /// <inheritdoc/>
    public void Require(Release release) => JointKeyRules.RequireActive(release, RequireClosed());

    /// <inheritdoc/>
    public void Handle(Release release)
    {
        CertificateProposal proposal = RequireClosed();
        if (!_partials.ContainsKey(release.Holder))
        {
            _partials.Add(release.Holder, new PartialIntake(_plan, proposal, release, _sums,
                _uploads as IPartialDecryptionArchive));
        }
    }

    /// <inheritdoc/>
    public AggregationResult Open(IReadOnlyCollection<Release> releases, ISumSink sink,
        ISummedCiphertextSink? ciphertexts)
    {
        CertificateProposal proposal = RequireClosed();
        ImmutableArray<int> active = proposal.JointKey!.ActiveSet;
        int complete =
            active.Count(holder => _partials.TryGetValue(holder, out PartialIntake? intake) && intake.IsComplete);
        return complete == active.Length
            ? _sums.Open(_plan, proposal, sink, ciphertexts, releases.First().DigestSums)
            : throw new ProtocolViolationException(
                ViolationCode.BelowThreshold, Party.Peer,
                $"the partial decryptions of all {active.Length} active key holders", $"{complete}");
    }

    private CertificateProposal RequireClosed() =>
        _proposal ?? throw new InvalidOperationException("the round is not closed yet");
}
