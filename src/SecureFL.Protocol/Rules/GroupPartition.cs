using System.Buffers.Binary;
using System.Collections.Immutable;
using SecureFL.Messages.Primitives;
using SecureFL.Messages.Rounds;
using SecureFL.Protocol.Plans;
using SecureFL.Ring.Randomness;

namespace SecureFL.Protocol.Rules;

/// <summary>
/// Splits the listed contributions into groups in a way that nobody chooses: Fisher-Yates over the list by client
/// index, driven by AES-256-CTR under H("groups", opening digest || list). Dropping a client reshuffles everything; it
/// does not place anybody.
/// </summary>
internal static class GroupPartition
{
    public static ImmutableArray<ImmutableArray<CertificateEntry>> Derive(AggregationPlan plan, Digest opening,
        IEnumerable<CertificateEntry> entries)
    {
        CertificateEntry[] order = [.. entries.OrderBy(e => e.Client)];
        int groups = plan.Settings.GroupSize == 0 ? 1 : Math.Max(1, order.Length / plan.Settings.GroupSize);
        if (groups > 1)
        {
            Shuffle(order, opening);
        }

        return [.. Enumerable.Range(0, groups).Select(g => Slice(order, g, groups))];
    }

    // Group g holds positions floor(g n / G) to floor((g+1) n / G) - 1: sizes differ by at most one.
    private static ImmutableArray<CertificateEntry> Slice(CertificateEntry[] order, int group, int groups)
    {
        int from = (int)((long)group * order.Length / groups);
        int to = (int)((group + 1L) * order.Length / groups);
        return [.. order[from..to].OrderBy(e => e.Client)];
    }

    private static void Shuffle(CertificateEntry[] order, Digest opening)
    {
        CanonicalWriter list = new();
        list.Digest(opening);
        foreach (CertificateEntry entry in order)
        {
            list.Count(entry.Client);
            list.Digest(entry.Contribution);
        }

        using Keystream stream = new(DomainHash.Of("groups", list.Written).ToArray());
        for (int i = order.Length - 1; i > 0; i--)
        {
            int j = Below((uint)i + 1, stream);
            (order[i], order[j]) = (order[j], order[i]);
        }
    }

    // Uniform in [0, bound): big-endian words at or above the largest multiple of the bound are drawn again.
    private static int Below(uint bound, Keystream stream)
    {
        Span<byte> bytes = stackalloc byte[4];
        ulong limit = (1UL << 32) / bound * bound;
        uint word;
        do
        {
            stream.Fill(bytes);
            word = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }
        while (word >= limit);
        return (int)(word % bound);
    }
}
