using System.Buffers.Binary;

namespace SecureFL.Reference;

/// <summary>The hashes and derived values of sections 5 to 9.</summary>
internal static class Derivations
{
    public static byte[] PublicSeed(Context c, byte[] head, byte[] opening) =>
        DomainHash.Of("public-seed",
            Canonical.Of(w => w.Raw(c.Plan).Raw(c.Session).U64(c.Round).Raw(head).Raw(opening)));

    public static byte[] ChunkHash(long index, byte[] packed) =>
        DomainHash.Of("contribution-chunk", Canonical.Of(w => w.U64((ulong)index).Raw(packed)));

    public static byte[] Root(byte[][] chunks) => DomainHash.Of("contribution-root", Canonical.Of(w =>
    {
        w.U64((ulong)chunks.Length);
        for (int i = 0; i < chunks.Length; i++)
        {
            w.Raw(ChunkHash(i, chunks[i]));
        }
    }));

    public static byte[] ShareInfo(Context c) => Canonical.Of(w => w.Text("SecureFL/2/share").U8(c.Suite).Raw(c.Plan));

    public static byte[] ShareAad(Context c, byte[] opening, int client, int holder, byte[] root) =>
        Canonical.Of(w => w.Raw(c.Session).U64(c.Round).Raw(opening).U32(client).U32(holder).U32(holder + 1).Raw(root));

    public static byte[] ShareHash(byte[] ciphertext) => DomainHash.Of("share-ciphertext", ciphertext);

    public static byte[] Challenge(Context c, byte[] opening, int client, byte[] baseVersion, byte[] root,
        byte[][] shareHashes) =>
        DomainHash.Of("share-challenge", Canonical.Of(w =>
        {
            c.Write(w);
            w.Raw(opening).U32(client).Raw(baseVersion).Raw(root).U32(shareHashes.Length);
            foreach (byte[] hash in shareHashes)
            {
                w.Raw(hash);
            }
        }));

    /// <summary>Section 7.2: the partition that nobody chooses.</summary>
    public static Entry[][] Groups(int groupSize, byte[] opening, IEnumerable<Entry> entries)
    {
        Entry[] order = [.. entries.OrderBy(e => e.Client)];
        int groups = groupSize == 0 ? 1 : Math.Max(1, order.Length / groupSize);
        if (groups > 1)
        {
            CounterStream stream = new(DomainHash.Of("groups", Canonical.Of(w =>
            {
                w.Raw(opening);
                foreach (Entry entry in order)
                {
                    w.U32(entry.Client).Raw(entry.Contribution);
                }
            })));
            for (int i = order.Length - 1; i > 0; i--)
            {
                int j = Below(i + 1, stream);
                (order[i], order[j]) = (order[j], order[i]);
            }
        }

        return [.. Enumerable.Range(0, groups).Select(g =>
            order[(g * order.Length / groups)..((g + 1) * order.Length / groups)].OrderBy(e => e.Client).ToArray())];
    }

    public static byte[] GroupSum(int group, long[] sums) => DomainHash.Of("group-sum", Canonical.Of(w =>
    {
        w.U64((ulong)group);
        foreach (long sum in sums)
        {
            w.I64(sum);
        }
    }));

    public static byte[] RoundSum(byte[] certificate, (int Status, byte[] Digest)[] groups) =>
        DomainHash.Of("round-sum", Canonical.Of(w =>
    {
        w.Raw(certificate);
        foreach ((int status, byte[] digest) in groups)
        {
            w.U8(status == 0 ? 1 : 0).Raw(digest);
        }
    }));

    public static byte[] DefaultModel(byte[] model, byte[] sum) => DomainHash.Of("model", [.. model, .. sum]);

    public static byte[] LedgerRecord(byte[] previous, int type, byte[] body) => [.. previous, (byte)type, .. body];

    public static byte[] LedgerHash(byte[] record) => DomainHash.Of("ledger-record", record);

    private static int Below(int bound, CounterStream stream)
    {
        while (true)
        {
            uint word = BinaryPrimitives.ReadUInt32BigEndian(stream.Next(4));
            if (word < (1UL << 32) / (ulong)bound * (ulong)bound)
            {
                return (int)(word % bound);
            }
        }
    }
}
