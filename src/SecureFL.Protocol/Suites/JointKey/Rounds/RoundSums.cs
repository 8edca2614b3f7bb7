using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Protocol.Summation;
using SecureFL.Rlwe.Contributions;

namespace SecureFL.Protocol.Suites.JointKey.Rounds;

/// <summary>
/// The summed halves of one round, packed and not reduced, and its partial decryptions, in one store. Not thread-safe.
/// </summary>
internal sealed class RoundSums(ISumStore store, ulong round)
{
    /// <summary>Where the summed c0 of a group stands.</summary>
    public static int First(int group) => 2 * group;

    /// <summary>Where the summed c1 of a group stands.</summary>
    public static int Second(int group) => (2 * group) + 1;

    /// <summary>Where the partial decryptions of a group by a holder stand: behind all sums.</summary>
    public static int Partial(int groups, int group, int holder) => checked(((2 + holder) * groups) + group);

    public void Read(int slot, long chunk, Span<byte> packed)
    {
        if (!store.TryRead(round, slot, chunk, packed))
        {
            throw new InvalidOperationException($"the store of round {round} has lost chunk {chunk}");
        }
    }

    public void Write(int slot, long chunk, ReadOnlySpan<byte> packed) => store.Write(round, slot, chunk, packed);

    public void Remove() => store.Remove(round);

    /// <summary>Adds up both halves of a group's contributions; memory is one chunk beside the store.</summary>
    /// <returns>The root of the summed c1.</returns>
    public Digest Add(AggregationPlan plan, IContributionStore uploads, int group,
        ImmutableArray<CertificateEntry> entries)
    {
        int half = plan.JointKey.PolynomialBytes;
        byte[] chunkBytes = new byte[plan.Parameters.ChunkBytes];
        byte[] packed = new byte[SummedChunkPacking.Bytes(plan.Parameters, entries.Length)];
        using UnreducedSum first = new(plan.Parameters);
        using UnreducedSum second = new(plan.Parameters);
        using SumRoot root = new(plan.JointKey.ChunkCount);
        for (long chunk = 0; chunk < plan.JointKey.ChunkCount; chunk++)
        {
            first.Clear();
            second.Clear();
            foreach (CertificateEntry entry in entries)
            {
                uploads.Read(entry.Client, chunk, chunkBytes);
                first.Add(chunkBytes.AsSpan(0, half));
                second.Add(chunkBytes.AsSpan(half));
            }

            SummedChunkPacking.Pack(plan.Parameters, entries.Length, first.Words, packed);
            Write(First(group), chunk, packed);
            SummedChunkPacking.Pack(plan.Parameters, entries.Length, second.Words, packed);
            Write(Second(group), chunk, packed);
            second.Reduce(second.Words, chunkBytes.AsSpan(0, half));
            root.Append(JointKeyHashes.Half(chunkBytes.AsSpan(0, half)));
        }

        return root.Finish();
    }

    /// <summary>Adds up every group of a proposal and refuses one whose sums are others.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.WrongSummedCiphertext"/>.</exception>
    public void Recompute(AggregationPlan plan, IContributionStore uploads, CertificateProposal proposal)
    {
        for (int group = 0; group < proposal.Groups.Length; group++)
        {
            Digest sum = Add(plan, uploads, group, proposal.Groups[group]);
            Digest named = proposal.JointKey!.Sums[group];
            if (sum != named)
            {
                throw new ProtocolViolationException(
                    ViolationCode.WrongSummedCiphertext, Party.Server,
                    $"the sum {sum.ToShortString()} of group {group}", named.ToShortString());
            }
        }
    }

    /// <summary>Opens every group from the sums and the partial decryptions of all active holders.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="proposal">The certified set.</param>
    /// <param name="sink">Receives the sums.</param>
    /// <param name="ciphertexts">Receives, chunk by chunk, the summed c0 and the sum of the partial decryptions,
    /// neither reduced; null for nobody.</param>
    /// <param name="certified">Of each group the hash of the digest sum that the key holders signed: what is handed out
    /// must have it; none for an audit, which has checked every root.</param>
    /// <exception cref="DamagedContributionException">What is stored is not what was certified.</exception>
    public AggregationResult Open(AggregationPlan plan, CertificateProposal proposal, ISumSink sink,
        ISummedCiphertextSink? ciphertexts, ImmutableArray<Digest> certified) =>
        JointGroupOpening.OpenAll(plan, proposal, sink, (group, opening) =>
        {
            int clients = proposal.Groups[group].Length;
            byte[] packed = new byte[SummedChunkPacking.Bytes(plan.Parameters, clients)];
            byte[] packedPartials =
                new byte[SummedChunkPacking.Bytes(plan.Parameters, proposal.JointKey!.ActiveSet.Length)];
            using DigestedSum first = new(plan, clients, $"sum of c0 of group {group}");
            using UnreducedSum partials = new(plan.Parameters);
            for (long chunk = 0; chunk < plan.JointKey.ChunkCount; chunk++)
            {
                Read(First(group), chunk, packed);
                AddPartials(plan, proposal, group, chunk, partials);
                opening.Take(chunk, first.Take(chunk, packed), partials.Words);
                if (ciphertexts is not null)
                {
                    SummedChunkPacking.Pack(plan.Parameters, proposal.JointKey.ActiveSet.Length, partials.Words,
                        packedPartials);
                    ciphertexts.Accept(packed);
                    ciphertexts.Accept(packedPartials);
                }
            }

            if (!certified.IsEmpty && LinearDigestHash.Of(first.Finish().ToBytes()) != certified[group])
            {
                throw new DamagedContributionException(round, client: null);
            }
        });

    private void AddPartials(AggregationPlan plan, CertificateProposal proposal, int group, long chunk,
        UnreducedSum sum)
    {
        byte[] packed = new byte[plan.JointKey.PolynomialBytes];
        sum.Clear();
        foreach (int holder in proposal.JointKey!.ActiveSet)
        {
            Read(Partial(proposal.Groups.Length, group, holder), chunk, packed);
            sum.Add(packed);
        }
    }
}
