namespace SecureFL.Reference;

/// <summary>Rounds under a joint key: one summed chunk that decrypts, and everything around it.</summary>
internal sealed class JointRound
{
    public JointRound(JointEpoch epoch, ulong number)
    {
        World world = JointEpoch.World;
        ReferenceParameters p = world.Plan.Parameters;
        Epoch = epoch;
        Context = world.Context(number);
        Entries = [.. world.Holders.Select((_, j) => Entry(j, epoch.Record.Hash))];
        Opening = Wire.Opening(Context, world.First.Hash, world.Task, Entries);
        Messages = Chosen.Small($"joint round {number} sums", p.Degree, 28);
        Noise = Chosen.Small($"joint round {number} errors", p.Degree, 1000);
        Second =
            epoch.Pack([.. epoch.Rings.Select((ring, i) => Chosen.Below($"joint c1 prime {i}", p.Degree, ring.Prime))]);
        Statements = [.. Enumerable.Range(0, 3).Select(client => JointWire.Statement(
            Context, Opening.Hash, client, world.First.Hash, Chosen.Bytes($"joint root {number} {client}", 32),
            world.Clients[client]))];
    }

    public JointEpoch Epoch { get; }

    public Context Context { get; }

    public Message[] Entries { get; }

    public Message Opening { get; }

    /// <summary>Opened sums of the elements.</summary>
    public int[] Messages { get; }

    public int[] Noise { get; }

    /// <summary>The summed c1, the same in every round.</summary>
    public byte[] Second { get; }

    /// <summary>Of clients 0 to 2.</summary>
    public Message[] Statements { get; }

    public byte[] SecondRoot => JointWire.Root("ciphertext-sum", JointWire.Half(Second));

    public static long Cost => JointEpoch.World.Plan.Parameters.Degree;

    public Message Entry(int holder, byte[] keyEpoch) => Wire.OpeningEntry(
        Context, JointEpoch.World.First.Hash,
        JointEpoch.World.Task.DigestOn(Context, JointEpoch.World.First.Hash), holder,
        Chosen.Bytes($"joint round {Context.Round} nonce {holder}", 32),
        keyEpoch, JointEpoch.World.Holders[holder]);

    /// <summary>c0 = Delta m + e - c1 s, so that the ciphertext decrypts.</summary>
    public byte[] First()
    {
        int[] secret =
            [.. Epoch.Secrets[0].Zip(Epoch.Secrets[1], Epoch.Secrets[2]).Select(s => s.First + s.Second + s.Third)];
        ulong[][] second = Epoch.Unpack(Second);
        int logDelta = JointEpoch.World.Plan.Parameters.LogDelta;
        return Epoch.Pack([.. Epoch.Rings.Select((ring, i) =>
        {
            ulong[] product = ring.Product(second[i], secret);
            return
                product.Select(
                    (x, k) => (ulong)Curve.Mod(((BigInteger)Messages[k] << logDelta) + Noise[k] - x, ring.Prime))
                    .ToArray();
        })]);
    }

    public Message Propose(long? decrypted = null, int[]? active = null, (byte[], byte[])[]? sums = null) =>
        JointWire.Proposal(
        Context,
        Opening.Hash,
        JointEpoch.World.First.Hash,
        World.Now + 600_000,
        [.. Statements.Select((s, client) => new Entry(client, s.Hash))],
        decrypted ?? Cost,
        active ?? [0, 1],
        sums ?? [(Chosen.Bytes("joint first root", 32), SecondRoot)],
        JointEpoch.World.Server);

    public Message Vote(Message proposal, int holder) =>
        Wire.Vote(Context, Opening.Hash, proposal.Hash, holder, JointEpoch.World.Holders[holder]);
}
