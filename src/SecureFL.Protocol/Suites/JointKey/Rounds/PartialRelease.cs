using System.Collections.Immutable;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Suites.OneTimeKey;
using SecureFL.Rlwe.Digests;
using SecureFL.Threshold;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Protocol.Suites.JointKey.Rounds;

/// <summary>
/// The partial decryptions of one certificate by one holder. The noise derives from the holder's seed, the certificate
/// and c1, so that every pass gives the same bytes: the first pass digests them, for the ledger, before anything
/// leaves; a second one sends them. What is decrypted must have the roots that the certificate names. Memory: one chunk
/// and 32 bytes a chunk. Not thread-safe.
/// </summary>
internal sealed class PartialRelease : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly int _holder;
    private readonly PartialDecryptionProtocol[] _protocols;
    private readonly Digest[][] _halves;
    private readonly ImmutableArray<ReadOnlyMemory<byte>>.Builder _digests;
    private readonly byte[] _partial;
    private LinearDigestBuilder? _digest;
    private SumRoot? _root;
    private long _chunk;

    /// <summary>Nothing is decrypted yet.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="proposal">The certified set; this holder is in its active set.</param>
    /// <param name="holder">This holder.</param>
    /// <param name="stored">Key share and smudging seed.</param>
    public PartialRelease(AggregationPlan plan, CertificateProposal proposal, int holder, ReadOnlySpan<byte> stored)
    {
        _plan = plan;
        Proposal = proposal;
        _holder = holder;
        JointKeyLayout layout = plan.JointKey;
        _partial = new byte[layout.PolynomialBytes];
        ActiveSet active = new(layout.Sharing, proposal.JointKey!.ActiveSet.Select(ShareContext.SharePoint));
        using ThresholdKeyShare share = Decode(layout, holder, stored[..layout.PolynomialBytes]);
        int groups = proposal.Groups.Length;
        _digests = ImmutableArray.CreateBuilder<ReadOnlyMemory<byte>>(groups);
        _halves = [.. Enumerable.Range(0, groups).Select(_ => new Digest[layout.ChunkCount])];
        _protocols = new PartialDecryptionProtocol[groups];
        for (int group = 0; group < groups; group++)
        {
            byte[] context = JointKeyHashes.SmudgingContext(proposal.Hash, group);
            _protocols[group] = new PartialDecryptionProtocol(plan.Parameters.JointKey!, share, active,
                stored[layout.PolynomialBytes..], context);
        }
    }

    /// <summary>The certified set.</summary>
    public CertificateProposal Proposal { get; }

    /// <summary>The chunk of the first pass that is due; null once it is over.</summary>
    public (int Group, long Chunk)? Next => _digests.Count == _protocols.Length ? null : (_digests.Count, _chunk);

    /// <summary>
    /// For each group the linear digest of its partial decryptions, once the first pass is over: what the release
    /// signs.
    /// </summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Digests => Next is null ? _digests.ToImmutable()
        : throw new InvalidOperationException("the summed ciphertexts have not all come");

    /// <summary>Decrypts the next chunk of the first pass.</summary>
    /// <param name="summed">The packed sum of c1 modulo the primes.</param>
    /// <exception cref="ProtocolViolationException">The chunks of a group do not have the certificate's root.
    /// </exception>
    public void Take(ReadOnlySpan<byte> summed)
    {
        int group = _digests.Count;
        Decrypt(group, _chunk, summed, _partial);
        _root ??= new SumRoot(_plan.JointKey.ChunkCount);
        _root.Append(JointKeyHashes.Half(summed));
        _digest ??= LinearDigestBuilder.OfContribution(_plan.DigestKey!, _plan.Parameters);
        _digest.Append(_chunk, _partial);
        _halves[group][_chunk] = JointKeyHashes.Half(_partial);
        if (++_chunk == _plan.JointKey.ChunkCount)
        {
            FinishGroup(group);
        }
    }

    /// <summary>One chunk, computed anew and compared with the first pass.</summary>
    public PartialDecryptionChunk Create(int group, long chunk, ISumStore store)
    {
        byte[] summed = Stored(group, chunk, store);
        byte[] partial = new byte[summed.Length];
        Decrypt(group, chunk, summed, partial);
        return JointKeyHashes.Half(partial) == _halves[group][chunk]
            ? new PartialDecryptionChunk(Proposal.Context, Proposal.Hash, _holder, group, chunk, partial)
            : throw Changed();
    }

    /// <summary>Makes the first pass again, over what was stored when it was made before.</summary>
    /// <exception cref="ProtocolViolationException">Sums are lost, or others are stored.</exception>
    public void TakeAll(ISumStore store)
    {
        while (Next is (int group, long chunk))
        {
            Take(Stored(group, chunk, store));
        }
    }

    public void Dispose()
    {
        _digest?.Dispose();
        _root?.Dispose();
        foreach (PartialDecryptionProtocol protocol in _protocols)
        {
            protocol.Dispose();
        }
    }

    /// <summary>
    /// What is recomputed differs from what the ledger says was released: two answers to one ciphertext would give the
    /// key share away.
    /// </summary>
    public static LedgerUnavailableException Changed() =>
        new(
            "the partial decryption comes out differently than before; nothing is sent, since two answers to one "
            + "ciphertext give the key share away");

    private static ThresholdKeyShare Decode(JointKeyLayout layout, int holder, ReadOnlySpan<byte> encoded)
    {
        try
        {
            return ThresholdKeyShare.Decode(layout.Sharing, ShareContext.SharePoint(holder), encoded);
        }
        catch (ThresholdViolationException refusal)
        {
            throw new LedgerUnavailableException("the stored key share is damaged", refusal);
        }
    }

    private void FinishGroup(int group)
    {
        Digest root = _root!.Finish();
        _root.Dispose();
        Digest named = Proposal.JointKey!.Sums[group];
        if (root != named)
        {
            throw new ProtocolViolationException(
                ViolationCode.WrongSummedCiphertext, Party.Server,
                $"the summed ciphertext {named.ToShortString()} that was voted for", root.ToShortString());
        }

        _digests.Add(_digest!.Complete().ToBytes());
        _digest.Dispose();
        (_root, _digest, _chunk) = (null, null, 0);
    }

    private byte[] Stored(int group, long chunk, ISumStore store)
    {
        byte[] summed = new byte[_plan.JointKey.PolynomialBytes];
        return store.TryRead(Proposal.Context.Round, group, chunk, summed) ? summed
            : throw new ProtocolViolationException(
                ViolationCode.UncheckedContribution, Party.Server,
                $"the summed ciphertext of chunk {chunk} of group {group} again", "none");
    }

    private void Decrypt(int group, long chunk, ReadOnlySpan<byte> summed, Span<byte> partial)
    {
        try
        {
            _protocols[group].CreateShare(chunk, summed, partial);
        }
        catch (ThresholdViolationException refusal)
        {
            throw new ProtocolViolationException(ViolationCode.MalformedCiphertext, Party.Server,
                $"{refusal.Field}: {refusal.Expected}", refusal.Received);
        }
    }
}
