using System.Collections.Immutable;
using SecureFL.Messages.JointKey;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Suites.OneTimeKey;
using SecureFL.Threshold;
using SecureFL.Threshold.JointKey;

namespace SecureFL.Protocol.Suites.JointKey.Rounds;

/// <summary>
/// The partial decryptions of one certificate by one holder. The noise derives from the holder's seed, the certificate
/// and c1, so that every pass gives the same bytes: the first pass hashes them, for the ledger, before anything leaves;
/// later ones send them. Memory: one chunk and 32 bytes a chunk. Not thread-safe.
/// </summary>
internal sealed class PartialRelease : IDisposable
{
    private readonly AggregationPlan _plan;
    private readonly CertificateProposal _proposal;
    private readonly int _holder;
    private readonly ISumStore _store;
    private readonly PartialDecryptionProtocol[] _groups;
    private readonly Digest[][] _halves;

    /// <summary>Makes the first pass.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="proposal">The certified set; this holder is in its active set.</param>
    /// <param name="holder">This holder.</param>
    /// <param name="stored">Key share and smudging seed.</param>
    /// <param name="store">The summed ciphertexts.</param>
    public PartialRelease(AggregationPlan plan, CertificateProposal proposal, int holder, ReadOnlySpan<byte> stored,
        ISumStore store)
    {
        _plan = plan;
        _proposal = proposal;
        _holder = holder;
        _store = store;
        JointKeyLayout layout = plan.JointKey;
        ActiveSet active = new(layout.Sharing, proposal.JointKey!.ActiveSet.Select(ShareContext.SharePoint));
        using ThresholdKeyShare share = Decode(layout, holder, stored[..layout.PolynomialBytes]);
        _groups = new PartialDecryptionProtocol[proposal.Groups.Length];
        for (int group = 0; group < _groups.Length; group++)
        {
            byte[] context = JointKeyHashes.SmudgingContext(proposal.Hash, group);
            _groups[group] = new PartialDecryptionProtocol(plan.Parameters.JointKey!, share, active,
                stored[layout.PolynomialBytes..], context);
        }

        try
        {
            _halves = [.. Enumerable.Range(0, proposal.Groups.Length).Select(HashGroup)];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>For each group the root of its partial decryptions: what the release signs.</summary>
    public ImmutableArray<ReadOnlyMemory<byte>> Roots() =>
        [.. _halves.Select(halves => (ReadOnlyMemory<byte>)Root(HalfRoot.PartialDomain, halves).ToArray())];

    /// <summary>One chunk, computed anew and compared with the first pass.</summary>
    public PartialDecryptionChunk Create(int group, long chunk)
    {
        byte[] summed = new byte[_plan.JointKey.PolynomialBytes];
        byte[] partial = new byte[summed.Length];
        Decrypt(group, chunk, summed, partial);
        return JointKeyHashes.Half(partial) == _halves[group][chunk]
            ? new PartialDecryptionChunk(_proposal.Context, _proposal.Hash, _holder, group, chunk, partial)
            : throw Changed();
    }

    public void Dispose()
    {
        foreach (PartialDecryptionProtocol group in _groups)
        {
            group.Dispose();
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

    private static Digest Root(string domain, Digest[] halves)
    {
        using HalfRoot root = new(domain, halves.Length);
        foreach (Digest half in halves)
        {
            root.Append(half);
        }

        return root.Finish();
    }

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

    private Digest[] HashGroup(int group)
    {
        Digest[] summed = new Digest[_plan.JointKey.ChunkCount];
        Digest[] partials = new Digest[summed.Length];
        byte[] sum = new byte[_plan.JointKey.PolynomialBytes];
        byte[] partial = new byte[sum.Length];
        for (int chunk = 0; chunk < partials.Length; chunk++)
        {
            Decrypt(group, chunk, sum, partial);
            summed[chunk] = JointKeyHashes.Half(sum);
            partials[chunk] = JointKeyHashes.Half(partial);
        }

        Digest root = Root(HalfRoot.SumDomain, summed);
        Digest named = _proposal.JointKey!.Sums[group].Second;
        return root == named
            ? partials
            : throw new ProtocolViolationException(
                ViolationCode.WrongSummedCiphertext, Party.Server,
                $"the summed ciphertext {named.ToShortString()} that was voted for", root.ToShortString());
    }

    private void Decrypt(int group, long chunk, byte[] summed, byte[] partial)
    {
        if (!_store.TryRead(_proposal.Context.Round, group, chunk, summed))
        {
            throw new ProtocolViolationException(
                ViolationCode.UncheckedContribution, Party.Server,
                $"the summed ciphertext of chunk {chunk} of group {group} again", "none");
        }

        try
        {
            _groups[group].CreateShare(chunk, summed, partial);
        }
        catch (ThresholdViolationException refusal)
        {
            throw new ProtocolViolationException(ViolationCode.MalformedCiphertext, Party.Server,
                $"{refusal.Field}: {refusal.Expected}", refusal.Received);
        }
    }
}
