using System.Collections.Immutable;
using SecureFL.Messages.Rounds;
using SecureFL.Messages.Violations;
using SecureFL.Protocol.Plans;
using SecureFL.Protocol.Stores;
using SecureFL.Protocol.Suites.JointKey.Layout;
using SecureFL.Rlwe.JointKey;

namespace SecureFL.Protocol.Suites.JointKey.Rounds;

/// <summary>The summed halves and partial decryptions of one round in one store. Not thread-safe.</summary>
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
    public SumRoots Add(AggregationPlan plan, IContributionStore uploads, int group,
        ImmutableArray<CertificateEntry> entries)
    {
        int half = plan.JointKey.PolynomialBytes;
        byte[] packed = new byte[plan.Parameters.ChunkBytes];
        using PackedPolynomialSum first = new(plan.JointKey.Ckks);
        using PackedPolynomialSum second = new(plan.JointKey.Ckks);
        using HalfRoot firstRoot = new(HalfRoot.SumDomain, plan.JointKey.ChunkCount);
        using HalfRoot secondRoot = new(HalfRoot.SumDomain, plan.JointKey.ChunkCount);
        for (long chunk = 0; chunk < plan.JointKey.ChunkCount; chunk++)
        {
            foreach (CertificateEntry entry in entries)
            {
                uploads.Read(entry.Client, chunk, packed);
                first.Add(packed.AsSpan(0, half));
                second.Add(packed.AsSpan(half));
            }

            Finish(first, firstRoot, First(group), chunk, packed.AsSpan(0, half));
            Finish(second, secondRoot, Second(group), chunk, packed.AsSpan(half));
        }

        return new SumRoots(firstRoot.Finish(), secondRoot.Finish());
    }

    /// <summary>Adds up every group of a proposal and refuses one whose sums are others.</summary>
    /// <exception cref="ProtocolViolationException"><see cref="ViolationCode.WrongSummedCiphertext"/>.</exception>
    public void Recompute(AggregationPlan plan, IContributionStore uploads, CertificateProposal proposal)
    {
        for (int group = 0; group < proposal.Groups.Length; group++)
        {
            SumRoots sum = Add(plan, uploads, group, proposal.Groups[group]);
            SumRoots named = proposal.JointKey!.Sums[group];
            if (sum != named)
            {
                throw new ProtocolViolationException(
                    ViolationCode.WrongSummedCiphertext, Party.Server,
                    $"the sum {sum.Second.ToShortString()} of group {group}", named.Second.ToShortString());
            }
        }
    }

    private void Finish(PackedPolynomialSum sum, HalfRoot root, int slot, long chunk, Span<byte> packed)
    {
        sum.Encode(packed);
        sum.Clear();
        Write(slot, chunk, packed);
        root.Append(JointKeyHashes.Half(packed));
    }
}
