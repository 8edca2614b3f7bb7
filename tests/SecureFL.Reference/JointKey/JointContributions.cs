namespace SecureFL.Reference;

/// <summary>
/// Three contributions of one chunk under a joint key whose sum decrypts, as residues, and their linear digests: what
/// every round of the vectors has.
/// </summary>
internal sealed class JointContributions
{
    public JointContributions(JointEpoch epoch)
    {
        ReferenceParameters p = JointEpoch.World.Plan.Parameters;
        Messages = Chosen.Small("joint sums", p.Degree, 21);
        Noise = Chosen.Small("joint errors", p.Degree, 1000);
        ulong[][] second =
            [.. epoch.Rings.Select((ring, i) => Chosen.Below($"joint c1 prime {i}", p.Degree, ring.Prime))];
        ulong[][] first = FirstOf(epoch, second);
        Halves = [Split(epoch, "c0", first), Split(epoch, "c1", second)];
        First = epoch.Pack(first);
        Second = epoch.Pack(second);
        Digests = [.. Halves.Select(half => half.Select(Digest).ToArray())];
        Roots = [.. Enumerable.Range(0, 3).Select(client => Root(epoch, client))];
    }

    /// <summary>Opened sums of the elements.</summary>
    public int[] Messages { get; }

    public int[] Noise { get; }

    /// <summary>The summed c0 modulo the primes, packed.</summary>
    public byte[] First { get; }

    /// <summary>The summed c1 modulo the primes, packed: what is decrypted.</summary>
    public byte[] Second { get; }

    /// <summary>c0, then c1, of each client: residues of each prime.</summary>
    public ulong[][][][] Halves { get; }

    /// <summary>Linear digests of c0, then of c1, of each client.</summary>
    public ulong[][][] Digests { get; }

    public byte[][] Roots { get; }

    /// <summary>A client's linear digests as they travel: c0, then c1.</summary>
    public byte[] Encoding(int client) =>
        [.. ReferenceDigest.Pack(Digests[0][client]), .. ReferenceDigest.Pack(Digests[1][client])];

    /// <summary>The unreduced sum of a half over all clients.</summary>
    public ulong[][] Words(int half) => [.. Enumerable.Range(0, Halves[half][0].Length).Select(prime =>
        Enumerable.Range(0, Halves[half][0][prime].Length)
            .Select(k => Halves[half].Aggregate(0UL, (sum, client) => sum + client[prime][k])).ToArray())];

    public static ulong[] Digest(ulong[][] residues) =>
        JointEpoch.World.Linear.Of([.. residues.SelectMany(r => r)]);

    // c0 = Delta m + e - c1 s, so that the sum decrypts.
    private ulong[][] FirstOf(JointEpoch epoch, ulong[][] second)
    {
        int[] secret =
            [.. epoch.Secrets[0].Zip(epoch.Secrets[1], epoch.Secrets[2]).Select(s => s.First + s.Second + s.Third)];
        int logDelta = JointEpoch.World.Plan.Parameters.LogDelta;
        return [.. epoch.Rings.Select((ring, i) => ring.Product(second[i], secret)
            .Select((x, k) => (ulong)Curve.Mod(((BigInteger)Messages[k] << logDelta) + Noise[k] - x, ring.Prime))
            .ToArray())];
    }

    // Clients 1 and 2 are chosen, client 0 is what is missing.
    private static ulong[][][] Split(JointEpoch epoch, string name, ulong[][] sum)
    {
        ulong[][][] others = [.. Enumerable.Range(1, 2).Select(client => epoch.Rings
            .Select((ring, i) => Chosen.Below($"joint {name} client {client} prime {i}", ring.Degree, ring.Prime))
            .ToArray())];
        ulong[][] rest = [.. epoch.Rings.Select((ring, i) => sum[i]
            .Select((x, k) => (x + ring.Prime - others[0][i][k] + ring.Prime - others[1][i][k]) % ring.Prime)
            .ToArray())];
        return [rest, .. others];
    }

    private byte[] Root(JointEpoch epoch, int client)
    {
        byte[][] halves = [.. Halves.Select(half => JointWire.Half(epoch.Pack(half[client])))];
        byte[] chunk =
            DomainHash.Of("contribution-chunk", Canonical.Of(w => w.U64(0).Raw(halves[0]).Raw(halves[1])));
        return DomainHash.Of("contribution-root", Canonical.Of(w => w.U64(1).Raw(chunk)));
    }
}
